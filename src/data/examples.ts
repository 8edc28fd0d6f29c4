// Loaded data as the examples that a trainer asks for.
import { type Shape, sizeOf } from '../util/shape.ts'
import { fillImages } from './batches.ts'
import type { Dataset } from './dataset.ts'

/** Where examples come from: `fill` writes those of the given indices, scaled to [0, 1]. */
export interface ExampleSource {
  readonly count: number
  readonly shape: Shape
  fill(indices: Uint32Array, out: Float32Array): void
  /** Class of one example, or undefined when there are no labels. */
  label?(index: number): number
}

/** Inputs of a network, by their number. */
export interface Inputs {
  readonly count: number
  /** Writes the inputs from number `first` to the front of `out`: `some` of them. */
  fill(first: number, some: number, out: Float32Array<ArrayBuffer>): void
}

/** Rows of a matrix `[count, ...]` as inputs. */
export const rowInputs = (rows: Float32Array, count: number): Inputs => {
  const length = rows.length / count
  return {
    count,
    fill: (first, some, out) => out.set(rows.subarray(first * length, (first + some) * length)),
  }
}

/** A data set's images in [0, 1], `[height, width, channels]` each. */
export function exampleSource(dataset: Dataset): ExampleSource {
  const { count, height, width, channels, labels } = dataset
  return {
    count,
    shape: [height, width, channels],
    fill: (indices, out) => fillImages(dataset, indices, out),
    ...(labels ? { label: (index: number) => labels[index]! } : {}),
  }
}

/** Some of a data set's images as what a network takes. */
export function imageInputs(dataset: Dataset, indices: Uint32Array): Inputs {
  const { shape, fill } = exampleSource(dataset)
  const size = sizeOf(shape)
  return {
    count: indices.length,
    fill: (first, some, out) => fill(indices.subarray(first, first + some), out.subarray(0, some * size)),
  }
}
