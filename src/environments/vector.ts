// Many copies of an environment that go on together, so that whoever acts answers all of them at once.
import { ConfigError } from '../util/errors.ts'
import type { Environment } from './environment.ts'
import { arrayFor, type Box, type Discrete, type Observation } from './spaces.ts'

/** An episode that has ended. */
export interface Episode {
  /** Which copy played it. */
  readonly copy: number
  /** Sum of its rewards. */
  readonly return: number
  /** Steps of it. */
  readonly length: number
}

export interface Environments {
  readonly count: number
  readonly observationSpace: Box
  readonly actionSpace: Discrete
  /** What all copies see now: `[count, ...shape]`, written anew by every step. */
  readonly observations: Observation
  /** Of the last step, by copy. */
  readonly rewards: Float32Array
  readonly terminated: Uint8Array
  readonly truncated: Uint8Array
  /** Begins all copies anew, each with a seed of its own: `seed`, `seed + 1`, and so on. */
  reset(seed: number): Observation
  /**
   * A step of every copy. Where one has ended, the next episode begins at once: what it saw last is told to `onEnd`, before what it
   * sees first takes its place.
   */
  step(actions: ArrayLike<number>, onEnd?: (episode: Episode, last: Observation) => void): Observation
  /** What people want to know of a copy and agents are not told, by name. */
  told(copy: number): Readonly<Record<string, number>>
  /** State of all copies, numbers one after the other. */
  save(): number[][]
  /** @throws ConfigError when it is that of another number of copies */
  restore(saved: readonly (readonly number[])[]): void
}

/** Numbers that are saved before the state of a copy: return and length so far. */
const OWN = 2

/** @param make  gives a copy; called `count` times */
export function environments(make: () => Environment, count: number): Environments {
  if (!(Number.isInteger(count) && count >= 1))
    throw new ConfigError(`expected a positive whole number of environments, got ${count}`)
  const copies = Array.from({ length: count }, make)
  const [{ observationSpace, actionSpace }] = copies as [Environment]
  const size = arrayFor(observationSpace).length
  const observations = arrayFor(observationSpace, count)
  const last = arrayFor(observationSpace)
  const rewards = new Float32Array(count)
  const terminated = new Uint8Array(count)
  const truncated = new Uint8Array(count)
  const returns = new Float64Array(count)
  const lengths = new Float64Array(count)

  return {
    count,
    observationSpace,
    actionSpace,
    observations,
    rewards,
    terminated,
    truncated,
    reset(seed) {
      returns.fill(0)
      lengths.fill(0)
      for (const [i, copy] of copies.entries()) observations.set(copy.reset({ seed: seed + i }), i * size)
      return observations
    },
    step(actions, onEnd) {
      for (let i = 0; i < count; i++) {
        const copy = copies[i]!
        const found = copy.advance(actions[i]!)
        rewards[i] = found.reward
        terminated[i] = found.terminated ? 1 : 0
        truncated[i] = found.truncated ? 1 : 0
        returns[i] = returns[i]! + found.reward
        lengths[i] = lengths[i]! + 1
        if (found.terminated || found.truncated) {
          copy.observe(last)
          onEnd?.({ copy: i, return: returns[i]!, length: lengths[i]! }, last)
          returns[i] = 0
          lengths[i] = 0
          copy.reset()
        }
        copy.observe(observations, i * size)
      }
      return observations
    },
    told: (copy) => copies[copy]!.told(),
    save: () => copies.map((copy, i) => [returns[i]!, lengths[i]!, ...copy.save()]),
    restore(saved) {
      if (saved.length !== count)
        throw new ConfigError(`expected the state of ${count} environments, got that of ${saved.length}`)
      for (const [i, copy] of copies.entries()) {
        ;[returns[i], lengths[i]] = saved[i] as [number, number]
        copy.restore(saved[i]!.slice(OWN))
        copy.observe(observations, i * size)
      }
    },
  }
}
