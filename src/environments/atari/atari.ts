// Games of the Atari 2600 as environments: four frames a step, what is seen of them, rewards from the score in RAM.

import { DataError, messageOf } from '../../util/errors.ts'
import type { RandomStream } from '../../util/random.ts'
import type { ChosenGame, Game, GameOptions, Outcome, ReadFile, Rules } from '../game.ts'
import type { GamePicture } from '../picture.ts'
import type { Observation } from '../spaces.ts'
import { type Cartridge, JOYSTICK } from './cartridge.ts'
import { bringCartridge, bytesOf, CARTRIDGES, fileOf } from './cartridges.ts'
import { type Console, consoleOf, loadEmulator, SCREEN } from './emulator.ts'
import { GREY_SIZE, greyOf, SIDE, seenOf } from './screen.ts'

/** Frames of a step, of which the last two are looked at, and steps that an observation shows. */
const FRAMES = 4
const STACK = 4
/** What actions of frames are multiplied by, so that those of a step are one number. */
const BASE = 32

/**
 * A game that is going on. The emulator cannot save its state, so what is saved is what was pressed since the episode began, and
 * restoring plays all of it again: at most the 27,000 steps of an episode, some hundred a second.
 */
function gameOf(cartridge: Cartridge, { sticky }: GameOptions = { sticky: 0 }): Game {
  const pressed = cartridge.actions.map((name) => JOYSTICK[name])
  /** Actions of the frames of every step since the episode began. */
  let steps: number[] = []
  let machine: Console | undefined
  let [last, score] = [0, 0]
  /** The last two frames that were looked at: in grey, and as they were. */
  const greys = [new Uint8Array(GREY_SIZE), new Uint8Array(GREY_SIZE)] as const
  const screens = [new Uint32Array(GREY_SIZE), new Uint32Array(GREY_SIZE)] as const
  /** What was seen of the last steps, the newest last. */
  let seen: Uint8Array[] = []

  function look(place: 0 | 1): void {
    screens[place].set(machine!.screen)
    greyOf(machine!.screen, greys[place])
  }
  function show(): void {
    const newest = seen.shift()!
    seenOf(greys[0], greys[1], newest)
    seen.push(newest)
  }
  function begin(): void {
    machine = consoleOf(bytesOf(cartridge))
    steps = []
    last = 0
    const { idle, held, times } = cartridge.start
    const frames = (count: number): void => {
      for (let i = 0; i < count; i++) machine!.frame()
    }
    machine.press([])
    frames(idle)
    for (let i = 0; i < times; i++) {
      machine.hold(true)
      frames(held)
      machine.hold(false)
    }
    score = cartridge.score(machine.ram)
    seen = Array.from({ length: STACK }, () => new Uint8Array(SIDE * SIDE))
    look(0)
    greys[1].fill(0)
    screens[1].fill(0)
    show()
  }
  /** Plays frames until the step or the game is over. */
  function play(actions: readonly number[], isSeen = true): Outcome {
    const { ram } = machine!
    let [points, terminated, code] = [0, false, 0]
    for (let frame = 0; frame < FRAMES && !terminated; frame++) {
      last = actions[frame]!
      code += last * BASE ** frame
      machine!.press(pressed[last]!)
      machine!.frame()
      const now = cartridge.score(ram)
      points += now < score ? now - score + cartridge.wraps : now - score
      score = now
      terminated = cartridge.isOver(ram)
      // As in Dopamine: what ends a game is not looked at any more.
      if (!terminated && frame >= FRAMES - 2) look((frame - FRAMES + 2) as 0 | 1)
    }
    steps.push(code)
    if (isSeen) show()
    return { reward: points, terminated }
  }

  return {
    reset: begin,
    step(action, random) {
      // As in the Arcade Learning Environment: drawn for each frame; before the first nothing was pressed.
      const chance: RandomStream | undefined = sticky > 0 ? random() : undefined
      let before = last
      return play(
        Array.from({ length: FRAMES }, () => {
          if (!chance || chance.uniform() >= sticky) before = action
          return before
        }),
      )
    },
    observe(out: Observation, at) {
      for (const [i, frame] of seen.entries())
        for (let pixel = 0; pixel < frame.length; pixel++) out[at + pixel * STACK + i] = frame[pixel]!
    },
    save: () => [...steps],
    restore(saved) {
      begin()
      for (const [i, code] of saved.entries())
        play(
          Array.from({ length: FRAMES }, (_, frame) => Math.floor(code / BASE ** frame) % BASE),
          i >= saved.length - STACK,
        )
    },
    told: () => ({ lives: cartridge.lives(machine!.ram) }),
    render(): GamePicture {
      const pixels = new Uint8Array(3 * GREY_SIZE)
      for (let i = 0; i < GREY_SIZE; i++)
        for (let channel = 0; channel < 3; channel++) {
          const [one, other] = screens.map((screen) => (screen[i]! >> (8 * channel)) & 255) as [
            number,
            number,
          ]
          // Some games show things in every other frame only.
          pixels[3 * i + channel] = Math.max(one, other)
        }
      return { ...SCREEN, channels: 3, pixels }
    },
  }
}

/** Loads the emulator and, where one is named, the user's file. */
async function prepare(chosen: ChosenGame, read: ReadFile): Promise<ChosenGame> {
  const { game, rom } = chosen
  await loadEmulator()
  const named = CARTRIDGES.find(({ name }) => name === game)
  if (rom === undefined) {
    const cartridge = named ?? CARTRIDGES[0]
    bytesOf(cartridge)
    return { ...chosen, game: cartridge.name }
  }
  const wanted = named ? [named] : CARTRIDGES
  const file = await read(rom).catch((error: unknown) => {
    throw new DataError(
      `the file of the game cannot be read: ${messageOf(error)}. Expected ${fileOf(wanted)}: put it back there, or name it with --rom`,
    )
  })
  return { game: bringCartridge(file, rom, wanted).name, rom: file.path }
}

/**
 * Dopamine's settings of Rainbow on Atari. It makes an update for every four steps, as four games with a step each before every update do;
 * so the 8,000 steps after which its target network is renewed are 2,000 updates. Its memory of a million steps is not among them: 7 GB.
 */
const USUAL = {
  learningStarts: 20_000,
  learningRate: 6.25e-5,
  adamEpsilon: 1.5e-4,
  targetEvery: 2000,
  explore: 250_000,
  lowest: -10,
  highest: 10,
} as const

const rulesOf = (cartridge: Cartridge): Rules => ({
  name: 'atari',
  summary: `the Atari 2600, 84 x 84 pixels of four steps: ${cartridge.title}`,
  observation: {
    shape: [SIDE, SIDE, STACK],
    dtype: 'uint8',
    low: 0,
    high: 255,
    stacked: true,
    names: ['three steps ago', 'two steps ago', 'a step ago', 'now'],
  },
  actions: cartridge.actions,
  minimal: cartridge.actions,
  maxEpisodeSteps: 27_000,
  sticky: 0.25,
  sticksBy: 'frame',
  clip: 1,
  usual: USUAL,
  prepare,
  create: (options) => gameOf(cartridge, options),
})

/**
 * The Atari 2600 with the preprocessing of Dopamine (Castro et al. 2018, arXiv:1812.06110): an action lasts four frames, of the last two
 * the brighter is seen in grey, made 84 x 84 by area; four steps are seen at once, zeros before the first. Actions stick with a
 * probability of .25 (Machado et al. 2018), an episode has at most 27,000 steps. A life that is lost ends nothing.
 */
export const atariRules: Rules = {
  ...rulesOf(CARTRIDGES[0]),
  games: Object.fromEntries(CARTRIDGES.map((cartridge) => [cartridge.name, rulesOf(cartridge)])),
}
