// The rules of a game: what a file of this room writes. Seeds, sticky actions and limits of time are added around it, for all alike.
import type { RandomStream } from '../util/random.ts'
import type { GamePicture } from './picture.ts'
import type { Box, Observation } from './spaces.ts'

/** What a step comes to. */
export interface Outcome {
  readonly reward: number
  /** Whether the game has ended, by its rules. */
  readonly terminated: boolean
}

/** A game that is going on. It is one object that changes: thousands of steps a second make no garbage. */
export interface Game {
  /** Begins anew. */
  reset(random: RandomStream): void
  /**
   * @param action  index into the actions of its rules
   * @param random  for this step only; asked for where something happens by chance
   */
  step(action: number, random: () => RandomStream): Outcome
  /** Writes what is seen now, from a place on. */
  observe(out: Observation, at: number): void
  /** A picture of what is going on. Default: what is seen, where that is a grid of things */
  render?(): GamePicture
  /** All of its state, as numbers. */
  save(): number[]
  /** Goes on from what was saved. */
  restore(saved: readonly number[]): void
  /** Numbers that people want to know and agents are not told, by name. */
  told?(): Readonly<Record<string, number>>
}

/** What a game is told that decides itself when actions stick. */
export interface GameOptions {
  /** Probability that a frame repeats the action of the one before. */
  readonly sticky: number
}

/** A file of the user's. */
export interface GameFile {
  /** Where it lies, whatever folder one is in. */
  readonly path: string
  readonly bytes: Uint8Array
  /** The name by which files of games are known everywhere: 32 hexadecimal digits of the bytes. */
  readonly md5: string
}
export type ReadFile = (path: string) => Promise<GameFile>

/** A game of the registry. */
export interface Rules {
  readonly name: string
  /** One line for people. */
  readonly summary: string
  readonly observation: Box
  /** Names of all actions. */
  readonly actions: readonly string[]
  /** Those that do something in this game. */
  readonly minimal: readonly string[]
  /** Steps after which an episode is cut off, though the game has not ended. Default: none */
  readonly maxEpisodeSteps?: number
  /** Mean return from which on it counts as solved, where its authors said one. */
  readonly solved?: number
  /** Probability that an action is the one of before, unless somebody asks for another. Default 0 */
  readonly sticky?: number
  /** Of what it is that actions stick: of steps, or of the frames of which a step has several; then the game sees to it. Default `step` */
  readonly sticksBy?: 'step' | 'frame'
  /** Rewards that are learned from are cut to at most this, either way; those that are told are not. Default: none */
  readonly clip?: number
  /** Settings of agents that learn from a memory, by name, where this game needs others than small grids do. Default: none */
  readonly usual?: Readonly<Record<string, number>>
  /** Games of one machine, by name; of these the rules are the first. */
  readonly games?: Readonly<Record<string, Rules>>
  /**
   * Loads what must be there before a game begins.
   *
   * @param rom  a file of the user's that is the game
   * @returns the same, with the name of the game
   */
  readonly prepare?: (options: ChosenGame, read: ReadFile) => Promise<ChosenGame>
  /** A game that has not begun. */
  create(options?: GameOptions): Game
}

/** Which game of a machine is meant. */
export interface ChosenGame {
  /** Its name. Default: the first, or that whose file is given */
  readonly game?: string | undefined
  /** A file that is the game. */
  readonly rom?: string | undefined
}

/**
 * Saving and restoring of a game whose state is some numbers and some cells.
 *
 * @param now    its numbers, by name; they are changed in place
 * @param cells  arrays, changed in place as well
 */
export function keeping(
  now: Record<string, number>,
  cells: readonly (Uint8Array | Int8Array)[] = [],
): Pick<Game, 'save' | 'restore'> {
  const names = Object.keys(now)
  return {
    save: () => [...Object.values(now), ...cells.flatMap((each) => Array.from(each))],
    restore(saved) {
      let at = 0
      for (const name of names) now[name] = saved[at++]!
      for (const each of cells) {
        each.set(saved.slice(at, at + each.length))
        at += each.length
      }
    },
  }
}
