// Windows that slide over images: sizes given once or per axis, and Keras' two kinds of padding.
import { reachOf } from '../graph/pooling.ts'
import { ConfigError, ShapeError } from '../util/errors.ts'
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

/** Both numbers of an option that may be given as one. @throws ConfigError unless they are integers from `atLeast` */
export function pairOf(where: string, name: string, given: number | Pair, atLeast = 1): Pair {
  const both = Array.isArray(given) && given.length === 2 ? given : [given, given]
  const [height, width] = both.map((length) => checkNumber(where, name, length, { integer: true, atLeast }))
  return [height!, width!]
}

/** @throws ShapeError unless an example is an image [height, width, channels] */
export function checkImage(input: Shape): void {
  if (input.length !== 3)
    throw new ShapeError(`expects images [n, height, width, channels], got [${['n', ...input].join(', ')}]`)
}

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
    : Math.floor((length - reachOf({ kernel: window, dilation })) / stride) + 1

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
    return Math.max(
      0,
      (positions - 1) * strides[axis]! +
        reachOf({ kernel: window[axis]!, dilation: dilations[axis]! }) -
        length,
    )
  })
  const begins = totals.map((total) => Math.floor(total / 2))
  return [...begins, ...totals.map((total, axis) => total - begins[axis]!)]
}
