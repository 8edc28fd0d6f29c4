// Loaded data as the examples that a trainer asks for.
import { type Dataset, fillImages } from '../data/index.ts'
import type { ExampleSource } from '../training/feeds.ts'
import type { Inputs } from '../training/inference.ts'
import { sizeOf } from '../util/shape.ts'

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
