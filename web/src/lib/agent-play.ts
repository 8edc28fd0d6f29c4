// A game that an agent plays, or a person, or both in turns: every step with what was seen, thought and done.
import type { Environment } from '../../../src/environments/environment.ts'
import type { GamePicture } from '../../../src/environments/picture.ts'
import type { Observation } from '../../../src/environments/spaces.ts'
import { studentQuantile } from '../../../src/statistics/quantiles.ts'

/** What an agent makes of an observation. */
export interface Thought {
  /** Mean return of each action. */
  readonly values: readonly number[]
  /** How probable each return is, by action, of agents that know it. */
  readonly probabilities?: readonly (readonly number[])[]
  /** How much the value of each action hangs on each number that is seen, by action. */
  readonly saliency: readonly Float32Array[]
}
export type Think = (seen: Observation) => Promise<Thought>

/** A step: the picture before it, and what came of it. */
export interface Moment {
  readonly step: number
  readonly picture: GamePicture
  readonly thought: Thought
  readonly action: number
  readonly by: 'agent' | 'person'
  readonly reward: number
  /** Of the rewards of the episode, with this step's. */
  readonly total: number
  /** The environment before it. */
  readonly saved: readonly number[]
  /** Whether the episode ended with it: the game did, or its time was over. */
  readonly end?: 'game' | 'time'
}

/** An episode that has ended. */
export interface Score {
  readonly seed: number
  readonly return: number
  readonly steps: number
  /** Who chose the actions; `both` where they took turns. */
  readonly by: 'agent' | 'person' | 'both'
}

/** Place of the greatest; of equal ones the first. */
export const best = (values: readonly number[]): number => values.indexOf(Math.max(...values))

/** One episode. */
export class AgentGame {
  readonly moments: Moment[] = []
  readonly seed: number
  readonly #environment: Environment
  readonly #think: Think
  #seen: Observation
  #busy = false
  #wasRewound = false

  constructor(environment: Environment, think: Think, seed: number) {
    this.#environment = environment
    this.#think = think
    this.seed = seed
    this.#seen = environment.reset({ seed })
  }

  get isOver(): boolean {
    return this.moments.at(-1)?.end !== undefined
  }

  /** What it came to, once it is over. */
  get score(): Score | undefined {
    const last = this.moments.at(-1)
    if (last?.end === undefined) return undefined
    const hands = new Set(this.moments.map(({ by }) => by))
    // Who may try again plays another game.
    const by = hands.size > 1 || this.#wasRewound ? 'both' : [...hands][0]!
    return { seed: this.seed, return: last.total, steps: this.moments.length, by }
  }

  /** Goes back to before a step, to play on from there. */
  rewind(step: number): void {
    const moment = this.moments[step]
    if (!moment || this.#busy) return
    this.#environment.restore(moment.saved)
    this.#environment.observe(this.#seen)
    this.moments.length = step
    this.#wasRewound = true
  }

  /**
   * Makes a step; none while another is made, and after the end.
   *
   * @param action  what a person chose; default: what the agent takes for best
   */
  async step(action?: number): Promise<Moment | undefined> {
    if (this.#busy || this.isOver) return undefined
    this.#busy = true
    try {
      const picture = this.#environment.render()
      const saved = this.#environment.save()
      const thought = await this.#think(this.#seen)
      const chosen = action ?? best(thought.values)
      const { reward, terminated, truncated, observation } = this.#environment.step(chosen)
      this.#seen = observation
      const moment: Moment = {
        step: this.moments.length,
        picture,
        saved,
        thought,
        action: chosen,
        by: action === undefined ? 'agent' : 'person',
        reward,
        total: (this.moments.at(-1)?.total ?? 0) + reward,
        ...(terminated ? { end: 'game' as const } : truncated ? { end: 'time' as const } : {}),
      }
      this.moments.push(moment)
      return moment
    } finally {
      this.#busy = false
    }
  }
}

/** How far apart the values of actions are. */
export const spreadOf = ({ values }: Thought): number => Math.max(...values) - Math.min(...values)

/** Steps between two that are told apart. */
const APART = 6

/** The steps where actions disagree most, at some distance from each other; the greatest first. */
export function disagreements(moments: readonly Moment[], count: number): Moment[] {
  const found: Moment[] = []
  for (const moment of moments.toSorted((a, b) => spreadOf(b.thought) - spreadOf(a.thought))) {
    if (found.length === count) break
    if (found.every(({ step }) => Math.abs(step - moment.step) >= APART)) found.push(moment)
  }
  return found
}

/** Mean of returns, and half of its 95% interval (Student's t); without one of fewer than two. */
export function meanReturn(
  scores: readonly Score[],
): { readonly mean: number; readonly half?: number; readonly n: number } | undefined {
  const n = scores.length
  if (n === 0) return undefined
  const mean = scores.reduce((sum, score) => sum + score.return, 0) / n
  if (n === 1) return { mean, n }
  const variance = scores.reduce((sum, score) => sum + (score.return - mean) ** 2, 0) / (n - 1)
  return { mean, n, half: studentQuantile(0.975, n - 1) * Math.sqrt(variance / n) }
}

/** How much each cell of a grid matters to a value, from 0 to 1: over all that can be there. */
export function cellSaliency(gradient: Float32Array, things: number): Float32Array {
  const cells = new Float32Array(gradient.length / things)
  for (let i = 0; i < gradient.length; i++) {
    const cell = Math.floor(i / things)
    cells[cell] = cells[cell]! + Math.abs(gradient[i]!)
  }
  const most = Math.max(...cells, 1e-12)
  return cells.map((value) => value / most)
}
