// What a reference kernel is, with the strided views that most kernels are written in.
import { type Shape, sameShape, sizeOf, stridesOf } from '../../util/shape.ts'
import type { Attributes, DType, Graph, Signature } from '../value.ts'

/** A tensor computed in float64, whatever its type: bool as 0 and 1, integers exact up to 2^53. */
export interface Array64 extends Signature {
  readonly data: Float64Array
}

/** One application of an operator to known numbers. */
export interface KernelCall {
  readonly inputs: readonly Array64[]
  readonly attributes: Attributes
  /** What the shape rule says about the outputs. */
  readonly outputs: readonly Signature[]
  /** Runs a closed sub-graph on the data of its inputs, in their order. */
  readonly run: (body: Graph, data: readonly Float64Array[]) => Float64Array[]
}

/** Computes all outputs of an operator, each in an array of its own. */
export type Kernel = (call: KernelCall) => readonly Float64Array[]

/** A kernel with one output, from a function of that output's signature, the attributes and the inputs. */
export const kernel =
  (
    compute: (output: Signature, attributes: Attributes, ...inputs: [Array64, ...Array64[]]) => Float64Array,
  ): Kernel =>
  ({ inputs, attributes, outputs }) => [
    compute(outputs[0]!, attributes, ...(inputs as [Array64, ...Array64[]])),
  ]

export const isInteger = (dtype: DType): boolean =>
  dtype === 'int64' || dtype === 'int32' || dtype === 'uint8'

/** Where the elements of a strided view lie: [i, j, ...] at start + i strides[0] + j strides[1] + ..., row-major. */
export function offsetsOf(shape: Shape, strides: readonly number[], start = 0): Int32Array {
  const offsets = new Int32Array(sizeOf(shape))
  if (offsets.length === 0) return offsets
  offsets[0] = start
  let filled = 1
  for (let axis = shape.length - 1; axis >= 0; axis--) {
    for (let i = 1; i < shape[axis]!; i++)
      for (let j = 0; j < filled; j++) offsets[i * filled + j] = offsets[j]! + i * strides[axis]!
    filled *= shape[axis]!
  }
  return offsets
}

/** The elements of `data` at these offsets. */
export function take(data: Float64Array, offsets: Int32Array): Float64Array {
  const out = new Float64Array(offsets.length)
  for (let i = 0; i < offsets.length; i++) out[i] = data[offsets[i]!]!
  return out
}

/** Strides that let an array of `shape` be read as one of the shape `target` that it broadcasts to. */
export function broadcastStrides(shape: Shape, target: Shape): number[] {
  const strides = stridesOf(shape)
  const offset = target.length - shape.length
  return target.map((_, axis) => (axis < offset || shape[axis - offset] === 1 ? 0 : strides[axis - offset]!))
}

/** The data of `x` repeated to the shape `target` that it broadcasts to; not a copy when nothing repeats. */
export const broadcastTo = (x: Array64, target: Shape): Float64Array =>
  sameShape(x.shape, target) ? x.data : take(x.data, offsetsOf(target, broadcastStrides(x.shape, target)))

/** An array seen as lines along one axis: [outer, length, inner]. */
export function linesAlong(shape: Shape, axis: number): { outer: number; length: number; inner: number } {
  return { outer: sizeOf(shape.slice(0, axis)), length: shape[axis]!, inner: sizeOf(shape.slice(axis + 1)) }
}
