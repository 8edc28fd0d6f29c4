// Windows that slide over images: sizes given once or per axis, and Keras' two kinds of padding.
import { ConfigError } from '../util/errors.ts'
import { checkNumber } from '../util/options.ts'
import type { Shape } from '../util/shape.ts'

/** One number each for height and width. */
export type Pair = readonly [number, number]

export type Padding = 'valid' | 'same'

/** @throws ConfigError unless it is `valid` or `same` */
export function paddingOf(where: string, given: unknown): Padding {
  if (given === 'valid' || given === 'same') return given
  throw new ConfigError(`${where}: padding must be "valid" or "same", got ${JSON.stringify(given)}`)
}

/** Both numbers of an option that may be given as one. @throws ConfigError unless they are positive integers */
export function pairOf(where: string, name: string, given: number | Pair): Pair {
  const both = Array.isArray(given) && given.length === 2 ? given : [given, given]
  const [height, width] = both.map((length) =>
    checkNumber(where, name, length, { integer: true, atLeast: 1 }),
  )
  return [height!, width!]
}

/** Reach of a window with gaps. */
const reach = (window: number, dilation: number): number => dilation * (window - 1) + 1

/** Positions of a window along one axis. */
export const paddedLength = (
  length: number,
  window: number,
  stride: number,
  dilation: number,
  padding: Padding,
): number =>
  padding === 'same'
    ? Math.ceil(length / stride)
    : Math.floor((length - reach(window, dilation)) / stride) + 1

/**
 * Zeros before and after each axis, as ONNX' `pads`: all begins, then all ends. Where `same` needs an odd number,
 * the extra one comes after, as in Keras.
 */
export function padsOf(
  lengths: Shape,
  window: Pair,
  strides: Pair,
  dilations: Pair,
  padding: Padding,
): number[] {
  if (padding === 'valid') return [0, 0, 0, 0]
  const totals = lengths.map((length, axis) => {
    const positions = Math.ceil(length / strides[axis]!)
    return Math.max(0, (positions - 1) * strides[axis]! + reach(window[axis]!, dilations[axis]!) - length)
  })
  const begins = totals.map((total) => Math.floor(total / 2))
  return [...begins, ...totals.map((total, axis) => total - begins[axis]!)]
}
