// Gradients to kernels of 1x1 and of grouped convolutions as batched products, where ONNX Runtime's convolution would have
// filters as large as images.
import {
  concat,
  expand,
  matMul,
  pad,
  reduceSum,
  reshape,
  slice,
  transpose,
  transposeLast,
} from '../graph/build.ts'
import { type ConvGeometry, convGeometry } from '../graph/conv-shape.ts'
import { constant, type Graph, type Value } from '../graph/value.ts'
import { type Shape, sizeOf } from '../util/shape.ts'
import { rewrite } from './rewrite.ts'

/** a [..., m, k] times b [..., r, k] turned around: [..., m, r]. */
const times = (a: Value, b: Value): Value => matMul(a, transposeLast(b))

/** [n, group * k, ...] as [n, group, k, places] or, all images one after the other, as [group, k, n * places]. */
function rowsOf(images: Value, group: number, joined: boolean): Value {
  const [n, channels, ...places] = images.shape as [number, number, ...number[]]
  const perGroup = channels / group
  const flat = reshape(images, [n, group, perGroup, sizeOf(places)])
  if (!joined) return flat
  return reshape(transpose(flat, [1, 2, 0, 3]), [group, perGroup, n * sizeOf(places)])
}

/** x [n, c, ...] and dy [n, o, ...] to [o, c / group, 1, ...]. */
function pointwise(x: Value, dy: Value, kernel: Shape, group: number): Value {
  // A product for each image is a sum over images afterwards: of kernels, which may be larger than what they are made of.
  const joined = sizeOf(kernel) > sizeOf(x.shape.slice(1)) + sizeOf(dy.shape.slice(1))
  const products = times(rowsOf(dy, group, joined), rowsOf(x, group, joined))
  return reshape(joined ? products : reduceSum(products, { axes: [0] }), kernel)
}

/** `count` times the rows [n, c, places], the first after `before` zeros, each other one after `between`: [n, c, all]. */
function repeated(rows: Value, count: number, before: number, between: number): Value {
  const [n, c] = rows.shape as [number, number]
  const zeros = (length: number): Value[] =>
    length === 0 ? [] : [expand(constant([0], [], rows.dtype), [n, c, length])]
  const parts = Array.from({ length: count }, (_, i) => [...zeros(i === 0 ? before : between), rows])
  return concat(parts.flat(), 2)
}

/**
 * x [n, c, h, w] and dy [n, o, h', w'] to [o, c / group, kh, kw] where strides are 1.
 *
 * In images that lie row by row in memory, as wide as x with its padding, what a tap reads is moved by a fixed number of places. So x is
 * repeated for every column of taps, dy for every row of taps, each time further along, and one product for each image and group is
 * the gradient for all taps: [o' kh, places] times [places, c' kw].
 */
function shifted(x: Value, dy: Value, kernel: Shape, { dilations, pads, group }: ConvGeometry): Value {
  const [o, perGroup, kh, kw] = kernel as [number, number, number, number]
  const [n, c, h, w] = x.shape as [number, number, number, number]
  const [, , outH, outW] = dy.shape as [number, number, number, number]
  const [down, along] = dilations as [number, number]
  const [top, left, bottom, right] = pads as [number, number, number, number]
  const width = w + left + right
  const places = (h + top + bottom) * width
  const reach = along * (kw - 1)
  /** Places of one repetition. */
  const all = places + reach
  const padded = pad(x, [0, 0, top, left, 0, 0, bottom, right])
  // The last column of taps comes first.
  const read = repeated(reshape(padded, [n, c, places]), kw, 0, reach + along)
  const wide = pad(dy, [0, 0, 0, 0, 0, 0, 0, width - outW])
  const met = repeated(reshape(wide, [n, o, outH * width]), kh, reach, all + (down - outH) * width)
  const products = times(
    reshape(met, [n, group, (o / group) * kh, all]),
    reshape(read, [n, group, perGroup * kw, all]),
  )
  const taps = reshape(reduceSum(products, { axes: [0] }), [o, kh, perGroup, kw])
  const turned = slice(transpose(taps, [0, 2, 1, 3]), [{ axis: 3, start: kw - 1, end: -kw - 1, step: -1 }])
  return kw === 1 ? transpose(taps, [0, 2, 1, 3]) : turned
}

/** Channels times filters of a group from which it pays to repeat images; below, the products are too small. */
const LEAST_IN_GROUP = 64

function filterGradient(x: Value, dy: Value, kernel: Shape, geometry: ConvGeometry): Value | undefined {
  const { strides, pads, group } = geometry
  if (x.dtype !== 'float32' || sizeOf(dy.shape) === 0 || strides.some((stride) => stride !== 1))
    return undefined
  if (kernel.slice(2).every((length) => length === 1))
    return pads.every((length) => length === 0) ? pointwise(x, dy, kernel, group) : undefined
  const inGroup = kernel[1]! * (kernel[0]! / group)
  const fits = kernel.length === 4 && group > 1 && inGroup >= LEAST_IN_GROUP
  return fits ? shifted(x, dy, kernel, geometry) : undefined
}

/** Rewrites the gradients to 1x1 kernels, and to those of groups of several channels, with strides of 1. */
export const multiplyKernels = (graph: Graph): Graph =>
  rewrite(graph, ({ op, attributes }, [x, dy]) => {
    if (op !== 'ConvFilterGradient') return undefined
    const kernel = attributes.kernelShape as Shape
    const found = filterGradient(x!, dy!, kernel, convGeometry(attributes, kernel.length - 2))
    return found && [found]
  })
