// Tensors for tests: from nested literals, or random by a name.
import { interpret } from '../../src/graph/interpreter.ts'
import { constant, type DType, type NumericArray, type Tensor, type Value } from '../../src/graph/value.ts'
import { randomStream } from '../../src/util/random.ts'
import { type Shape, sizeOf } from '../../src/util/shape.ts'

export type Nested = number | readonly Nested[]

/** The shape of a nested literal; every part is expected to be as long as the first. */
export const shapeOf = (nested: Nested): number[] =>
  typeof nested === 'number' ? [] : [nested.length, ...(nested.length > 0 ? shapeOf(nested[0]!) : [])]

const flatten = (nested: Nested): number[] =>
  typeof nested === 'number' ? [nested] : nested.flatMap(flatten)

/** A tensor written as nested lists: `tensor([[1, 2], [3, 4]])`. */
export const tensor = (nested: Nested): Tensor => tensorOf(shapeOf(nested), flatten(nested))

/** A tensor from its shape and its numbers in row-major order. */
export function tensorOf(shape: Shape, data: readonly number[] | NumericArray): Tensor {
  if (data.length !== sizeOf(shape)) throw new Error(`[${shape}] needs ${sizeOf(shape)}, got ${data.length}`)
  return { shape, data: Float64Array.from(data) }
}

/** 0, 1, 2, ... in this shape. */
export const counting = (shape: Shape, first = 0): Tensor =>
  tensorOf(
    shape,
    Array.from({ length: sizeOf(shape) }, (_, i) => first + i),
  )

/** A constant of a graph, written as nested lists. */
export const literal = (nested: Nested, dtype: DType = 'float32'): Value =>
  constant(flatten(nested), shapeOf(nested), dtype)

/** A tensor as a constant of a graph. */
export const fixed = ({ shape, data }: Tensor, dtype: DType = 'float32'): Value =>
  constant(data, shape, dtype)

/** The numbers of a value that depends on no input, or on these feeds. */
export const compute = (value: Value, feeds: Readonly<Record<string, Tensor>> = {}): number[] =>
  Array.from(interpret({ value }, feeds).value!.data)

/** Standard normal numbers; the same seed and name always give the same ones. */
export function normalTensor(shape: Shape, name: string, seed = 1): Tensor {
  const stream = randomStream(seed, name)
  return { shape, data: Float64Array.from({ length: sizeOf(shape) }, () => stream.normal()) }
}

/** Uniform numbers in [low, high); the same seed and name always give the same ones. */
export function uniformTensor(shape: Shape, name: string, low = 0, high = 1, seed = 1): Tensor {
  const stream = randomStream(seed, name)
  const data = Float64Array.from({ length: sizeOf(shape) }, () => low + (high - low) * stream.uniform())
  return { shape, data }
}

/** The sum of products of two arrays. */
export const dot = (a: ArrayLike<number>, b: ArrayLike<number>): number =>
  Array.from(a).reduce((sum, x, i) => sum + x * b[i]!, 0)
