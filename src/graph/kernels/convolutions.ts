// Kernels of convolution's three bilinear forms, each a matrix product with the unfolded input.
import { type Shape, sizeOf, stridesOf } from '../../util/shape.ts'
import { convGeometry } from '../conv-shape.ts'
import type { Attributes } from '../value.ts'
import { type Array64, type Kernel, kernel } from './kernel.ts'
import { addProduct } from './products.ts'

/**
 * Which element of an input plane each (kernel position, output place) reads, as a table [taps, places];
 * -1 where it reads padding. On every axis: input index = output index * stride + kernel index * dilation - pad.
 */
function readsOf(input: Shape, kernelShape: Shape, output: Shape, attributes: Attributes): Int32Array {
  const [spatial, window, out] = [input.slice(2), kernelShape.slice(2), output.slice(2)]
  const { strides, dilations, pads } = convGeometry(attributes, spatial.length)
  const [spatialSteps, windowSteps, outSteps] = [stridesOf(spatial), stridesOf(window), stridesOf(out)]
  const places = sizeOf(out)
  const indexAlong = (flat: number, shape: Shape, steps: readonly number[], axis: number): number =>
    Math.floor(flat / steps[axis]!) % shape[axis]!
  return Int32Array.from({ length: sizeOf(window) * places }, (_, i) => {
    let offset = 0
    for (let axis = 0; axis < spatial.length; axis++) {
      const k = indexAlong(Math.floor(i / places), window, windowSteps, axis)
      const o = indexAlong(i % places, out, outSteps, axis)
      const index = o * strides[axis]! + k * dilations[axis]! - pads[axis]!
      if (index < 0 || index >= spatial[axis]!) return -1
      offset += index * spatialSteps[axis]!
    }
    return offset
  })
}

type Plain = Pick<Array64, 'shape' | 'data'>

/** The parts of one example and one group of a convolution, which is one matrix product. */
interface Part {
  /** Channels of the input, [perGroup, plane]. */
  readonly x: Float64Array
  /** Filters, [filters, perGroup * taps]. */
  readonly k: Float64Array
  /** Channels of the output, [filters, places]. */
  readonly y: Float64Array
}

interface Sizes {
  readonly perGroup: number
  readonly filters: number
  readonly plane: number
  readonly taps: number
  readonly places: number
  readonly reads: Int32Array
}

/** Visits every example and group. Whichever array is to be computed is given as zeros. */
function forEachPart(
  [x, k, y]: readonly [Plain, Plain, Plain],
  attributes: Attributes,
  visit: (part: Part, sizes: Sizes) => void,
): void {
  const { group } = convGeometry(attributes, x.shape.length - 2)
  const sizes: Sizes = {
    perGroup: k.shape[1]!,
    filters: k.shape[0]! / group,
    plane: sizeOf(x.shape.slice(2)),
    taps: sizeOf(k.shape.slice(2)),
    places: sizeOf(y.shape.slice(2)),
    reads: readsOf(x.shape, k.shape, y.shape, attributes),
  }
  const part = (data: Float64Array, size: number, position: number): Float64Array =>
    data.subarray(position * size, (position + 1) * size)
  for (let i = 0; i < x.shape[0]! * group; i++)
    visit(
      {
        x: part(x.data, sizes.perGroup * sizes.plane, i),
        k: part(k.data, sizes.filters * sizes.perGroup * sizes.taps, i % group),
        y: part(y.data, sizes.filters * sizes.places, i),
      },
      sizes,
    )
}

/** Every element of the input that a convolution reads, [perGroup * taps, places], with zeros for padding. */
function unfold(x: Float64Array, { perGroup, plane, reads }: Sizes): Float64Array {
  const out = new Float64Array(perGroup * reads.length)
  for (let c = 0; c < perGroup; c++)
    for (let i = 0; i < reads.length; i++)
      if (reads[i]! >= 0) out[c * reads.length + i] = x[c * plane + reads[i]!]!
  return out
}

/** The adjoint of `unfold`: adds every element to the place it was read from. */
function addFolded(unfolded: Float64Array, x: Float64Array, { perGroup, plane, reads }: Sizes): void {
  for (let c = 0; c < perGroup; c++)
    for (let i = 0; i < reads.length; i++)
      if (reads[i]! >= 0) x[c * plane + reads[i]!]! += unfolded[c * reads.length + i]!
}

function transposed(matrix: Float64Array, rows: number, columns: number): Float64Array {
  const out = new Float64Array(matrix.length)
  for (let i = 0; i < rows; i++)
    for (let j = 0; j < columns; j++) out[j * rows + i] = matrix[i * columns + j]!
  return out
}

const zeros = (shape: Shape): Plain => ({ shape, data: new Float64Array(sizeOf(shape)) })

const inputGradient = kernel(({ shape }, attributes, dy, k) => {
  const x = zeros(shape)
  forEachPart([x, k!, dy], attributes, (part, sizes) => {
    const { filters, perGroup, taps, places } = sizes
    const unfolded = new Float64Array(perGroup * taps * places)
    addProduct(transposed(part.k, filters, perGroup * taps), part.y, unfolded, filters, places)
    addFolded(unfolded, part.x, sizes)
  })
  return x.data
})

export const CONVOLUTIONS: Readonly<Record<string, Kernel>> = {
  Conv: kernel(({ shape }, attributes, x, k) => {
    const y = zeros(shape)
    forEachPart([x, k!, y], attributes, (part, sizes) => {
      addProduct(part.k, unfold(part.x, sizes), part.y, sizes.perGroup * sizes.taps, sizes.places)
    })
    return y.data
  }),
  ConvInputGradient: inputGradient,
  ConvFilterGradient: kernel(({ shape }, attributes, x, dy) => {
    const k = zeros(shape)
    forEachPart([x, k, dy!], attributes, (part, sizes) => {
      const { perGroup, taps, places } = sizes
      const unfolded = transposed(unfold(part.x, sizes), perGroup * taps, places)
      addProduct(part.y, unfolded, part.k, places, perGroup * taps)
    })
    return k.data
  }),
  /** The same function; ONNX' `output_padding` only says what `inputShape` says here. */
  ConvTranspose: inputGradient,
}
