// What agents learn from that have no memory: so many steps of many environments, played with the weights of the moment, seen a few times.
import type { Column, OpenSource, SavedSource, Source, SourceOptions } from '../data/source.ts'
import type { Environment } from '../environments/environment.ts'
import { arrayFor, type Box, type Observation } from '../environments/spaces.ts'
import { environments } from '../environments/vector.ts'
import { ConfigError, DataError } from '../util/errors.ts'
import { randomStream } from '../util/random.ts'
import { type Frames, framesOf } from './frames.ts'
import { lambdaReturns } from './lambda-returns.ts'
import { bestOf } from './play-episodes.ts'

export interface RolloutOptions {
  /** Of the game. */
  readonly name: string
  /** Gives a copy of the environment. */
  readonly make: () => Environment
  readonly observation: Box
  readonly actions: number
  /** Rewards that are learned from are cut to at most this, either way. Default: none */
  readonly clip?: number | undefined
  /** Environments that are played at once. */
  readonly copies: number
  /** Steps of each that are played before anything is learned from them. */
  readonly steps: number
  /** How often all of that is seen. */
  readonly epochs: number
  readonly gamma: number
  readonly lambda: number
  /** Probability of an action by chance: from, to, and the steps of all copies together that it takes to get there. */
  readonly epsilon: { readonly first: number; readonly last: number; readonly steps: number }
}

/** Episodes of which means are told. */
const RECENT = 100
const ONE = { shape: [], dtype: 'float32', count: 1 } as const

/** The columns of such a source. */
export const rolloutColumns = ({ observation }: Pick<RolloutOptions, 'observation'>) =>
  ({
    observation: { shape: observation.shape, dtype: observation.dtype },
    action: { shape: [], dtype: 'int32' },
    target: { shape: [], dtype: 'float32' },
    epsilon: ONE,
    meanReturn: ONE,
    meanLength: ONE,
  }) satisfies Readonly<Record<string, Column>>

/** Updates of a rollout. @throws ConfigError when batches do not divide it */
export function updatesOf(
  { copies, steps, epochs }: Pick<RolloutOptions, 'copies' | 'steps' | 'epochs'>,
  batchSize: number,
) {
  const frames = copies * steps
  if (frames % batchSize !== 0)
    throw new ConfigError(
      `expected a batch that divides the ${frames} frames of ${copies} games of ${steps} steps each, got ${batchSize}; give --batch-size, --copies or --rollout so`,
    )
  return (epochs * frames) / batchSize
}

/** A source that plays a rollout by what the objective offers as `act`, and gives it in batches, each epoch in another order. */
export function rolloutSource(options: RolloutOptions): Source {
  const { clip = Infinity } = options
  const clipped = (reward: number): number => Math.max(-clip, Math.min(clip, reward))
  const { copies, steps, epsilon, observation: box, actions: n } = options
  return {
    columns: rolloutColumns(options),
    title: options.name,
    words: `frames of ${options.name}`,
    asks: { function: 'act', count: copies },
    open: ({ seed, batchSize }) => play(seed, batchSize),
  }

  function play(seed: SourceOptions['seed'], batchSize: number): OpenSource {
    const updates = updatesOf(options, batchSize)
    const count = copies * steps
    const games = environments(options.make, copies)
    games.reset(seed * 1000)
    const size = arrayFor(box).length
    const frames: Frames = framesOf(box, count)
    const actions = new Int32Array(count)
    let targets: Float32Array<ArrayBuffer> = new Float32Array(count)
    let recent: { return: number; length: number }[] = []
    /** Steps that all copies together have played, and updates that can be made of the rollout that is there. */
    let played = 0
    let left = 0

    const epsilonNow = (): number =>
      epsilon.first + (epsilon.last - epsilon.first) * Math.min(1, played / epsilon.steps)
    const meanOf = (what: 'return' | 'length'): number =>
      recent.reduce((sum, episode) => sum + episode[what], 0) / Math.max(1, recent.length)

    /** Plays all copies so many steps. */
    async function rollout(
      act: (observations: Float32Array<ArrayBuffer>) => Promise<Float32Array>,
    ): Promise<void> {
      const [rewards, after] = [new Float32Array(count), new Float32Array(count)]
      const [terminated, truncated] = [new Uint8Array(count), new Uint8Array(count)]
      const best = (values: Float32Array, copy: number) => values.subarray(copy * n, (copy + 1) * n)
      let values = await act(Float32Array.from(games.observations))
      for (let step = 0; step < steps; step++) {
        const random = randomStream(seed, 'explore', played / copies)
        const chance = epsilonNow()
        const first = step * copies
        for (let copy = 0; copy < copies; copy++) {
          const [isChance, any] = [random.uniform() < chance, random.integer(n)]
          actions[first + copy] = isChance ? any : bestOf(best(values, copy))
          frames.write(first + copy, games.observations, copy * size)
        }
        const lasts: [copy: number, seen: Observation][] = []
        games.step(actions.subarray(first, first + copies), ({ copy, ...episode }, last) => {
          lasts.push([copy, last.slice() as Observation])
          recent = [...recent, episode].slice(-RECENT)
        })
        rewards.set(games.rewards.map(clipped), first)
        terminated.set(games.terminated, first)
        truncated.set(games.truncated, first)
        values = await act(Float32Array.from(games.observations))
        for (let copy = 0; copy < copies; copy++) after[first + copy] = Math.max(...best(values, copy))
        const cut = lasts.filter(([copy]) => games.truncated[copy] === 1)
        if (cut.length > 0) {
          // What was seen last in an episode that was cut off is worth something, and is no longer shown.
          const seen = Float32Array.from(games.observations)
          for (const [copy, last] of cut) seen.set(last, copy * size)
          const worth = await act(seen)
          for (const [copy] of cut) after[first + copy] = Math.max(...best(worth, copy))
        }
        played += copies
      }
      targets = lambdaReturns({ copies, steps, rewards, terminated, truncated, after }, options)
    }

    return {
      get ahead() {
        return Math.max(1, left)
      },
      async gather(step, act) {
        if (step % updates !== 0) return
        await rollout(act)
        left = updates
      },
      fill(step, draw, columns) {
        const { epsilon: now, meanReturn, meanLength, observation, action, target } = columns
        if (now) now[0] = epsilonNow()
        if (meanReturn) meanReturn[0] = meanOf('return')
        if (meanLength) meanLength[0] = meanOf('length')
        if (draw > 0) return
        left--
        const perEpoch = count / batchSize
        const order = randomStream(seed, 'shuffle', Math.floor(step / perEpoch)).permutation(count)
        const first = (step % perEpoch) * batchSize
        for (let i = 0; i < batchSize; i++) {
          const row = order[first + i]!
          if (observation) frames.read(row, observation as Observation, i * size)
          if (action) action[i] = actions[row]!
          if (target) target[i] = targets[row]!
        }
      },
      save(): SavedSource {
        const state = JSON.stringify({ games: games.save(), recent, played, left })
        const arrays = {
          frames: frames.bytes.slice(),
          actions: actions.slice(),
          targets: targets.slice(),
          state: new TextEncoder().encode(state) as Uint8Array<ArrayBuffer>,
        }
        return Object.fromEntries(
          Object.entries(arrays).map(([name, data]) => [name, { shape: [data.length], data }]),
        )
      },
      restore(saved) {
        for (const [name, array] of [
          ['frames', frames.bytes],
          ['actions', actions],
          ['targets', targets],
        ] as const) {
          const found = saved[name]?.data
          if (found?.length !== array.length)
            throw new DataError(
              `expected a rollout whose ${name} are ${array.length} numbers, got ${found?.length ?? 'none'}`,
            )
          ;(array as Float32Array).set(found as Float32Array)
        }
        const state = JSON.parse(new TextDecoder().decode(saved.state!.data as Uint8Array))
        games.restore(state.games)
        ;({ recent, played, left } = state)
      },
    }
  }
}
