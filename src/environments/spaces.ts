// What an environment shows and what it may be told, as Gymnasium names it.
import type { Shape } from '../util/shape.ts'

/** Arrays of numbers between bounds. */
export interface Box {
  readonly shape: Shape
  readonly dtype: 'uint8' | 'float32'
  /** Least and greatest number, of all or of each. */
  readonly low: number | readonly number[]
  readonly high: number | readonly number[]
  /** Names of the entries of the last axis. */
  readonly names?: readonly string[]
  /** Whether the last axis are steps, the newest last, with zeros before the first of an episode. Default false */
  readonly stacked?: boolean
}

/** One of `n` choices, counted from 0. */
export interface Discrete {
  readonly n: number
  readonly names: readonly string[]
}

export type Observation = Uint8Array<ArrayBuffer> | Float32Array<ArrayBuffer>

/** An array for one observation, or for several. */
export function arrayFor({ shape, dtype }: Box, count = 1): Observation {
  const size = shape.reduce((product, length) => product * length, count)
  return dtype === 'uint8' ? new Uint8Array(size) : new Float32Array(size)
}
