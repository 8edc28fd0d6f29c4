// Kernels that move elements without computing: reshape, transpose, slice, pad, gather, scatter.
import { normalizeAxis, sizeOf, stridesOf } from '../../util/shape.ts'
import { sliceBounds } from '../ops.ts'
import type { Attributes } from '../value.ts'
import { type Array64, broadcastTo, type Kernel, kernel, linesAlong, offsetsOf, take } from './kernel.ts'

/** Counts an index from the front, from one that may be negative (from the back). */
function position(index: number, length: number): number {
  const result = index < 0 ? index + length : index
  if (!Number.isInteger(result) || result < 0 || result >= length)
    throw new RangeError(`index ${index} is outside an axis of length ${length}`)
  return result
}

const axisOf = (attributes: Attributes, rank: number): number =>
  normalizeAxis((attributes.axis as number | undefined) ?? 0, rank)

/** Where in `x` each element of `indices` points: at its own coordinates but for `axis`, which it gives. */
function elementPlaces(x: Array64, indices: Array64, attributes: Attributes): Int32Array {
  const axis = axisOf(attributes, x.shape.length)
  const strides = stridesOf(x.shape)
  const stride = strides[axis]!
  const bases = offsetsOf(
    indices.shape,
    strides.map((s, i) => (i === axis ? 0 : s)),
  )
  return bases.map((base, i) => base + stride * position(indices.data[i]!, x.shape[axis]!))
}

export const MOVEMENT: Readonly<Record<string, Kernel>> = {
  Reshape: kernel((_output, _attributes, x) => x.data.slice()),
  Transpose: kernel(({ shape }, attributes, x) => {
    const strides = stridesOf(x.shape)
    const perm = attributes.perm as readonly number[]
    return take(
      x.data,
      offsetsOf(
        shape,
        perm.map((axis) => strides[axis]!),
      ),
    )
  }),
  Expand: kernel(({ shape }, _attributes, x) => broadcastTo(x, shape).slice()),
  Concat: kernel(({ shape }, attributes, ...inputs) => {
    const axis = axisOf(attributes, shape.length)
    const out = new Float64Array(sizeOf(shape))
    const { outer, length, inner } = linesAlong(shape, axis)
    let start = 0
    for (const { shape: part, data } of inputs) {
      const run = part[axis]! * inner
      for (let o = 0; o < outer; o++)
        out.set(data.subarray(o * run, (o + 1) * run), o * length * inner + start)
      start += run
    }
    return out
  }),
  Split: ({ inputs: [x], attributes, outputs }) => {
    const axis = axisOf(attributes, x!.shape.length)
    const { outer, length, inner } = linesAlong(x!.shape, axis)
    let start = 0
    return outputs.map(({ shape }) => {
      const run = shape[axis]! * inner
      const out = new Float64Array(outer * run)
      for (let o = 0; o < outer; o++) {
        const from = o * length * inner + start
        out.set(x!.data.subarray(from, from + run), o * run)
      }
      start += run
      return out
    })
  },
  Slice: kernel(({ shape }, attributes, x) => {
    const strides = stridesOf(x.shape)
    const bounds = sliceBounds(x.shape, attributes)
    const start = bounds.reduce((sum, { start }, axis) => sum + start * strides[axis]!, 0)
    return take(
      x.data,
      offsetsOf(
        shape,
        bounds.map(({ step }, axis) => step * strides[axis]!),
        start,
      ),
    )
  }),
  /** Input element i of an axis becomes output element i + begin, where there is one. */
  Pad: kernel(({ shape }, attributes, x) => {
    const begins = attributes.pads as readonly number[]
    const first = x.shape.map((_, axis) => Math.max(0, -begins[axis]!))
    const overlap = x.shape.map((n, axis) =>
      Math.max(0, Math.min(n, shape[axis]! - begins[axis]!) - first[axis]!),
    )
    const from = stridesOf(x.shape)
    const to = stridesOf(shape)
    const places = offsetsOf(
      overlap,
      to,
      to.reduce((sum, stride, axis) => sum + stride * (first[axis]! + begins[axis]!), 0),
    )
    const sources = offsetsOf(
      overlap,
      from,
      from.reduce((sum, stride, axis) => sum + stride * first[axis]!, 0),
    )
    const out = new Float64Array(sizeOf(shape))
    places.forEach((place, i) => {
      out[place] = x.data[sources[i]!]!
    })
    return out
  }),
  Gather: kernel(({ shape }, attributes, x, indices) => {
    const { outer, length, inner } = linesAlong(x.shape, axisOf(attributes, x.shape.length))
    const out = new Float64Array(sizeOf(shape))
    let filled = 0
    for (let o = 0; o < outer; o++)
      for (const index of indices!.data) {
        const start = (o * length + position(index, length)) * inner
        out.set(x.data.subarray(start, start + inner), filled)
        filled += inner
      }
    return out
  }),
  GatherElements: kernel((_output, attributes, x, indices) =>
    take(x.data, elementPlaces(x, indices!, attributes)),
  ),
  /** Data plus updates at their places; several updates of one place add up. */
  ScatterElements: kernel((_output, attributes, x, indices, updates) => {
    const out = x.data.slice()
    elementPlaces(x, indices!, attributes).forEach((place, i) => {
      out[place] = out[place]! + updates!.data[i]!
    })
    return out
  }),
}
