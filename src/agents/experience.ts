// What agents learn from: environments that they play, remembered, as the columns of a training.
import type { Column, OpenSource, SavedSource, Source, SourceOptions } from '../data/source.ts'
import type { Environment } from '../environments/environment.ts'
import { arrayFor, type Box, type Observation } from '../environments/spaces.ts'
import { environments } from '../environments/vector.ts'
import { DataError } from '../util/errors.ts'
import { randomStream } from '../util/random.ts'
import { bytesPerStep, type Replay, replayMemory } from './replay.ts'

export interface ExperienceOptions {
  /** Of the game. */
  readonly name: string
  /** Rewards are learned from as at most this, either way; returns that are told are those of the game. Default: as they are */
  readonly clip?: number | undefined
  /** Gives a copy of the environment. */
  readonly make: () => Environment
  readonly observation: Box
  /** Environments that are played at once; each takes a step before every update. */
  readonly copies: number
  /** Steps that are remembered. */
  readonly capacity: number
  /** Steps that are played before anything is learned. */
  readonly learningStarts: number
  readonly nStep: number
  readonly gamma: number
  /**
   * How much more often a transition is drawn that has a priority twice as high: priorities are raised to this power; 0 draws all alike.
   * Schaul et al. 2016
   */
  readonly alpha: number
  /** How much of that is made up for by weights in the loss; 1 is all. */
  readonly beta: number
  /** Probability of an action by chance: from, to, and the steps that it takes to get there. */
  readonly epsilon: { readonly first: number; readonly last: number; readonly steps: number }
}

/** Episodes of which means are told. */
const RECENT = 100

/** Columns, beside observations, of which each update has one for every transition. */
const EACH = {
  action: { shape: [], dtype: 'int32' },
  reward: { shape: [], dtype: 'float32' },
  discount: { shape: [], dtype: 'float32' },
  weight: { shape: [], dtype: 'float32' },
} as const satisfies Readonly<Record<string, Column>>
/** Numbers that are told, one of each. */
const ONE = { shape: [], dtype: 'float32', count: 1 } as const
const TOLD = { epsilon: ONE, meanReturn: ONE, meanLength: ONE } as const

/** The columns of such a source: for objectives that are to learn from it. */
export const experienceColumns = ({
  observation,
  copies,
}: Pick<ExperienceOptions, 'observation' | 'copies'>) =>
  ({
    acting: { shape: observation.shape, dtype: observation.dtype, count: copies },
    observation: { shape: observation.shape, dtype: observation.dtype },
    next: { shape: observation.shape, dtype: observation.dtype },
    ...EACH,
    ...TOLD,
  }) satisfies Readonly<Record<string, Column>>

const encoder = new TextEncoder()
const decoder = new TextDecoder()

/**
 * A source that plays: it shows what its environments see (`acting`), takes back an action for each, and gives transitions of its memory.
 * The objective gives back of each example `action`, one for each environment, and `priority`, one for each transition.
 */
export function experienceSource(options: ExperienceOptions): Source {
  const { observation, copies, learningStarts, alpha, beta, epsilon, clip = Infinity } = options
  return {
    columns: experienceColumns(options),
    title: options.name,
    words: `frames of ${options.name}`,
    remembers: {
      count: options.capacity,
      bytes: bytesPerStep(observation),
      what: 'frames',
      option: 'memory',
    },
    open: ({ seed, batchSize }) => play(seed, batchSize),
  }

  function play(seed: SourceOptions['seed'], batchSize: number): OpenSource {
    const memory: Replay = replayMemory(options)
    const games = environments(options.make, copies)
    games.reset(seed * 1000)
    const size = arrayFor(observation).length
    /** What was seen before the step that is played, and last in episodes that end with it. */
    const [seen, lasts] = [arrayFor(observation, copies), arrayFor(observation, copies)]
    /** Of the newest episodes. */
    let recent: { return: number; length: number }[] = []
    /** Room for columns that an objective does not ask for. */
    const unused = {
      observation: arrayFor(observation, batchSize),
      next: arrayFor(observation, batchSize),
      ...Object.fromEntries(Object.keys(EACH).map((name) => [name, new Float32Array(batchSize)])),
    }
    /** Slots of the batch whose priorities are to come. */
    const drawn = new Int32Array(batchSize)
    const isLearning = (): boolean => memory.steps >= learningStarts && memory.total > 0
    let learned = false

    const epsilonNow = (): number => {
      const done = Math.min(1, Math.max(0, memory.steps - learningStarts) / epsilon.steps)
      return epsilon.first + (epsilon.last - epsilon.first) * done
    }

    /** Draws a transition from each of as many equal parts of the memory as the batch has places. */
    function drawBatch(step: number, columns: Readonly<Record<string, unknown>>): void {
      const out = { ...unused, ...columns } as Readonly<Record<keyof typeof EACH, Float32Array>> & {
        readonly observation: Observation
        readonly next: Observation
      }
      learned = isLearning()
      if (!learned) {
        for (const name of ['observation', 'next', ...Object.keys(EACH)] as const)
          (out as Readonly<Record<string, Observation | undefined>>)[name]?.fill(0)
        return
      }
      const random = randomStream(seed, 'replay', step)
      const part = memory.total / batchSize
      let heaviest = 0
      for (let i = 0; i < batchSize; i++) {
        const found = memory.find((i + random.uniform()) * part)
        drawn[i] = found.slot
        memory.observe(found.slot, out.observation, i * size)
        memory.observe(found.next, out.next, i * size)
        out.action[i] = found.action
        out.reward[i] = found.reward
        out.discount[i] = found.discount
        out.weight[i] = memory.priority(found.slot) ** -beta
        heaviest = Math.max(heaviest, out.weight[i]!)
      }
      for (let i = 0; i < batchSize; i++) out.weight[i] = out.weight[i]! / heaviest
    }

    /** Plays a step of every environment. */
    function act(step: number, wanted: Float32Array): void {
      const random = randomStream(seed, 'explore', step)
      const chance = memory.steps < learningStarts ? 1 : epsilonNow()
      const actions = Array.from({ length: copies }, (_, copy) => {
        const [isChance, any] = [random.uniform() < chance, random.integer(games.actionSpace.n)]
        return isChance ? any : wanted[copy]!
      })
      seen.set(games.observations)
      games.step(actions, ({ copy, ...episode }, last) => {
        lasts.set(last, copy * size)
        recent = [...recent, episode].slice(-RECENT)
      })
      for (const [copy, action] of actions.entries()) {
        const truncated = games.truncated[copy] === 1
        const played = {
          action,
          reward: Math.max(-clip, Math.min(clip, games.rewards[copy]!)),
          terminated: games.terminated[copy] === 1,
          truncated,
        }
        const last = truncated ? lasts.subarray(copy * size, (copy + 1) * size) : undefined
        memory.add(copy, seen, played, last as Observation | undefined)
      }
    }

    const meanOf = (what: 'return' | 'length'): number =>
      recent.reduce((sum, episode) => sum + episode[what], 0) / Math.max(1, recent.length)

    return {
      ahead: 1,
      fill(step, draw, columns) {
        const { acting, epsilon: now, meanReturn, meanLength } = columns
        if (acting) (acting as Observation).set(games.observations)
        if (now) now[0] = epsilonNow()
        if (meanReturn) meanReturn[0] = meanOf('return')
        if (meanLength) meanLength[0] = meanOf('length')
        if (columns.observation && draw === 0) drawBatch(step, columns)
      },
      take(first, { action, priority }) {
        if (priority && learned)
          for (let i = 0; i < batchSize; i++) memory.setPriority(drawn[i]!, priority[i]! ** alpha)
        act(first, action!)
      },
      save(): SavedSource {
        const state = JSON.stringify({ games: games.save(), recent })
        const arrays = { ...memory.save(), state: encoder.encode(state) as Uint8Array<ArrayBuffer> }
        return Object.fromEntries(
          Object.entries(arrays).map(([name, data]) => [name, { shape: [data.length], data }]),
        )
      },
      restore({ state, ...rest }) {
        if (!state) throw new DataError('expected the state of what an agent plays, got none')
        memory.restore(Object.fromEntries(Object.entries(rest).map(([name, { data }]) => [name, data])))
        const saved = JSON.parse(decoder.decode(state.data as Uint8Array))
        games.restore(saved.games)
        recent = saved.recent
      },
    }
  }
}
