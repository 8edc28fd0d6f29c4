// Loaded data as the examples that a trainer asks for.
import { type Dataset, fillImages } from '../data/index.ts'
import type { ExampleSource } from '../training/feeds.ts'

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
