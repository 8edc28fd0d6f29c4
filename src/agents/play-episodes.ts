// Playing whole episodes, all at once: by an agent that answers what all of them show.
import type { Environment } from '../environments/environment.ts'
import type { Observation } from '../environments/spaces.ts'
import { environments } from '../environments/vector.ts'
import { randomStream } from '../util/random.ts'

/** What an agent takes the worth of actions to be, for some observations. */
export interface Thoughts {
  /** Mean returns, `[observations, actions]`. */
  readonly values: Float32Array
  /** How probable each return is, `[observations, actions, returns]`, of agents that know it. */
  readonly probabilities?: Float32Array | undefined
}

/** Answers observations `[count, ...]`. */
export type Decide = (observations: Observation) => Promise<Thoughts>

/** A step of all episodes. */
export interface StepOfAll {
  readonly step: number
  /** What was seen before it. Written anew by the next one. */
  readonly thoughts: Thoughts
  /** What was chosen, by episode. */
  readonly actions: readonly number[]
  readonly rewards: Float32Array
  readonly terminated: Uint8Array
  readonly truncated: Uint8Array
}

export interface PlayOptions {
  /** Gives a copy of the environment. */
  readonly make: () => Environment
  readonly episodes: number
  readonly seed: number
  /** Probability of an action by chance; default 0. */
  readonly epsilon?: number
  /** Answers as many observations as there are episodes. */
  readonly decide: Decide
  /** Is shown what is seen before a step, and the environment of the first copy. */
  readonly before?: (observations: Observation, first: Environment) => void
  readonly after?: (step: StepOfAll) => void
  /** Steps that are made even if all episodes have ended before; the copies then play on. Default 0 */
  readonly leastSteps?: number
  readonly signal?: AbortSignal | undefined
}

/** Of each episode, in the order of their seeds. */
export interface PlayedEpisodes {
  readonly returns: readonly number[]
  readonly lengths: readonly number[]
}

/** The best of a row of values; of equal ones the first. */
export const bestOf = (values: Float32Array): number => values.indexOf(Math.max(...values))

/** Plays episodes; the same request and the same answers give the same episodes. */
export async function playEpisodes({
  make,
  episodes,
  seed,
  epsilon = 0,
  decide,
  before,
  after,
  leastSteps = 0,
  signal,
}: PlayOptions): Promise<PlayedEpisodes> {
  const copies: Environment[] = []
  const games = environments(() => {
    const copy = make()
    copies.push(copy)
    return copy
  }, episodes)
  games.reset(seed)
  const { n } = games.actionSpace
  const returns: (number | undefined)[] = new Array(episodes).fill(undefined)
  const lengths: number[] = new Array(episodes).fill(0)
  for (let step = 0; step < leastSteps || returns.includes(undefined); step++) {
    signal?.throwIfAborted()
    before?.(games.observations, copies[0]!)
    const thoughts = await decide(games.observations)
    const random = randomStream(seed, 'play', step)
    const actions = returns.map((_, i) => {
      const [isChance, any] = [random.uniform() < epsilon, random.integer(n)]
      return isChance ? any : bestOf(thoughts.values.subarray(i * n, (i + 1) * n))
    })
    games.step(actions, (episode) => {
      if (returns[episode.copy] !== undefined) return
      returns[episode.copy] = episode.return
      lengths[episode.copy] = episode.length
    })
    const { rewards, terminated, truncated } = games
    after?.({ step, thoughts, actions, rewards, terminated, truncated })
  }
  return { returns: returns as number[], lengths }
}
