// Kernels that combine elements along axes: sums, extremes, their positions, running sums.
import { normalizeAxis, type Shape, sizeOf, stridesOf } from '../../util/shape.ts'
import { reducedShape } from '../ops.ts'
import type { Attributes } from '../value.ts'
import {
  type Array64,
  broadcastStrides,
  isInteger,
  type Kernel,
  kernel,
  linesAlong,
  offsetsOf,
} from './kernel.ts'

/** Combines every element of `x` into its place among the kept axes. */
function reduce(
  x: Array64,
  attributes: Attributes,
  start: number,
  combine: (held: number, next: number) => number,
): Float64Array {
  const kept: Shape = reducedShape(x.shape, attributes.axes as readonly number[], true)
  const out = new Float64Array(sizeOf(kept)).fill(start)
  const places = offsetsOf(x.shape, broadcastStrides(kept, x.shape))
  places.forEach((place, i) => {
    out[place] = combine(out[place]!, x.data[i]!)
  })
  return out
}

const add = (a: number, b: number): number => a + b

const reduction = (start: number, combine: (held: number, next: number) => number): Kernel =>
  kernel((_output, attributes, x) => reduce(x, attributes, start, combine))

const axisOf = (attributes: Attributes, shape: Shape): number =>
  normalizeAxis((attributes.axis as number | undefined) ?? 0, shape.length)

export const REDUCTIONS: Readonly<Record<string, Kernel>> = {
  ReduceSum: reduction(0, add),
  ReduceMean: kernel(({ dtype }, attributes, x) => {
    const sums = reduce(x, attributes, 0, add)
    const count = x.data.length / sums.length
    return sums.map((sum) => (isInteger(dtype) ? Math.trunc(sum / count) : sum / count))
  }),
  ReduceMax: reduction(Number.NEGATIVE_INFINITY, Math.max),
  ReduceMin: reduction(Number.POSITIVE_INFINITY, Math.min),

  /** The first of several maxima. */
  ArgMax: kernel(({ shape }, attributes, x) => {
    const { outer, length, inner } = linesAlong(x.shape, axisOf(attributes, x.shape))
    const out = new Float64Array(sizeOf(shape))
    for (let o = 0; o < outer; o++)
      for (let i = 0; i < inner; i++) {
        const at = (k: number): number => x.data[(o * length + k) * inner + i]!
        let best = 0
        for (let k = 1; k < length; k++) if (at(k) > at(best)) best = k
        out[o * inner + i] = best
      }
    return out
  }),

  TopK: ({ inputs: [x], attributes, outputs }) => {
    const axis = normalizeAxis((attributes.axis as number | undefined) ?? -1, x!.shape.length)
    const k = attributes.k as number
    const { outer, length, inner } = linesAlong(x!.shape, axis)
    const values = new Float64Array(sizeOf(outputs[0]!.shape))
    const indices = new Float64Array(values.length)
    for (let o = 0; o < outer; o++)
      for (let i = 0; i < inner; i++) {
        const at = (j: number): number => x!.data[(o * length + j) * inner + i]!
        const order = Array.from({ length }, (_, j) => j).sort((a, b) => at(b) - at(a) || a - b)
        for (let j = 0; j < k; j++) {
          values[(o * k + j) * inner + i] = at(order[j]!)
          indices[(o * k + j) * inner + i] = order[j]!
        }
      }
    return [values, indices]
  },

  CumSum: kernel((_output, attributes, x) => {
    const axis = axisOf(attributes, x.shape)
    const { outer, length, inner } = linesAlong(x.shape, axis)
    const stride = stridesOf(x.shape)[axis]!
    const out = new Float64Array(x.data.length)
    for (let o = 0; o < outer; o++)
      for (let i = 0; i < inner; i++) {
        let sum = 0
        for (let k = 0; k < length; k++) {
          const place = o * length * inner + i + (attributes.reverse === 1 ? length - 1 - k : k) * stride
          if (attributes.exclusive === 1) out[place] = sum
          sum += x.data[place]!
          if (attributes.exclusive !== 1) out[place] = sum
        }
      }
    return out
  }),
}
