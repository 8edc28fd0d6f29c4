// Pooling: windows that slide along axes, their places combined to a maximum or a mean.
import * as g from './build.ts'
import { constant, type Value } from './value.ts'

/** A window along one axis, with the places before and after the tensor that it may cover. */
export interface Window {
  readonly kernel: number
  readonly stride: number
  readonly dilation: number
  readonly before: number
  readonly after: number
}

/** A window with the axis it slides along and the number of positions it takes. */
export interface SlidingWindow extends Window {
  readonly axis: number
  readonly count: number
}

/** From the first to behind the last place that a window reads. */
export const reachOf = ({ kernel, dilation }: Pick<Window, 'kernel' | 'dilation'>): number =>
  (kernel - 1) * dilation + 1

/**
 * Combines the places of each window along one axis: `kernel` strided slices, combined pairwise.
 *
 * @param fill  what stands outside the tensor
 */
export function slide(
  x: Value,
  window: SlidingWindow,
  combine: (a: Value, b: Value) => Value,
  fill: number,
): Value {
  const { axis, count, kernel, stride, dilation, before } = window
  const length = x.shape[axis]!
  const after = Math.max((count - 1) * stride + reachOf(window) - before - length, 0)
  const filling = constant([fill], new Array<number>(x.shape.length).fill(1), x.dtype)
  const block = (size: number): Value[] =>
    size > 0
      ? [
          g.expand(
            filling,
            x.shape.map((n, i) => (i === axis ? size : n)),
          ),
        ]
      : []
  const padded = g.concat([...block(before), x, ...block(after)], axis)
  return Array.from({ length: kernel }, (_, i) =>
    g.slice(padded, [
      { axis, start: i * dilation, end: i * dilation + (count - 1) * stride + 1, step: stride },
    ]),
  ).reduce(combine)
}

/** The last axis first, so that of equal numbers the first in reading order is the one that counts. */
const slideAll = (
  x: Value,
  windows: readonly SlidingWindow[],
  combine: (a: Value, b: Value) => Value,
  fill: number,
): Value => windows.reduceRight((value, window) => slide(value, window, combine, fill), x)

/** Smaller than everything that a float32 network computes. */
const LOWEST = -3.4028234663852886e38

/** The largest number of each window; what lies outside the tensor never counts. */
export const maxPool = (x: Value, windows: readonly SlidingWindow[]): Value =>
  slideAll(x, windows, (a, b) => g.max(a, b), LOWEST)

/** How many places of an axis each window holds. */
function placesOf(length: number, window: SlidingWindow, countPadding: boolean): number[] {
  const { kernel, stride, dilation, before, after, count } = window
  const [low, high] = countPadding ? [-before, length + after] : [0, length]
  return Array.from({ length: count }, (_, i) => {
    const start = i * stride - before
    return Array.from({ length: kernel }, (_, k) => start + k * dilation).filter(
      (place) => place >= low && place < high,
    ).length
  })
}

/**
 * The mean of each window.
 *
 * @param windows               in the order of their axes
 * @param options.countPadding  whether zeros before and after the tensor are among the numbers averaged; default false
 */
export function averagePool(
  x: Value,
  windows: readonly SlidingWindow[],
  { countPadding = false }: { readonly countPadding?: boolean } = {},
): Value {
  const shape = x.shape.map(() => 1)
  let factors = [1]
  for (const window of windows) {
    const places = placesOf(x.shape[window.axis]!, window, countPadding)
    const different = places.every((n) => n === places[0]) ? places.slice(0, 1) : places
    shape[window.axis] = different.length
    factors = factors.flatMap((factor) => different.map((n) => factor / n))
  }
  const sums = slideAll(x, windows, (a, b) => g.add(a, b), 0)
  return g.mul(sums, factors.length === 1 ? factors[0]! : constant(factors, shape, x.dtype))
}
