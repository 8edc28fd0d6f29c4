// Loaded data as the examples that a trainer asks for.
import type { Shape } from '../util/shape.ts'
import { fillImages } from './batches.ts'
import type { Dataset } from './dataset.ts'
import type { ColumnData, Columns, Examples } from './source.ts'

/** Inputs of a network, by their number. */
export interface Inputs {
  readonly count: number
  /** Writes the inputs from number `first` to the front of `out`: `some` of them. */
  fill(first: number, some: number, out: ColumnData): void
}

/** Rows of a matrix `[count, ...]` as inputs. */
export const rowInputs = (rows: ColumnData, count: number): Inputs => {
  const length = rows.length / count
  return {
    count,
    // Both are of the type of the input.
    fill: (first, some, out) =>
      (out as Float32Array).set((rows as Float32Array).subarray(first * length, (first + some) * length)),
  }
}

/** The columns of images `[height, width, channels]`, with labels or without. */
export const imageColumns = (shape: Shape, hasLabels: boolean): Columns => ({
  images: { shape, dtype: 'float32' },
  ...(hasLabels ? { labels: { shape: [], dtype: 'int64' } } : {}),
})

/** A data set's images in [0, 1] as the column `images` [height, width, channels], and its labels where it has some. */
export function imageExamples(dataset: Dataset): Examples {
  const { count, height, width, channels, labels } = dataset
  return {
    count,
    columns: imageColumns([height, width, channels], labels !== undefined),
    fill(column, indices, out) {
      if (column === 'images') fillImages(dataset, indices, out as Float32Array)
      else for (let i = 0; i < indices.length; i++) out[i] = BigInt(labels![indices[i]!]!)
    },
  }
}

/** Some of a data set's images as what a network takes. */
export function imageInputs(dataset: Dataset, indices: Uint32Array): Inputs {
  const size = dataset.height * dataset.width * dataset.channels
  return {
    count: indices.length,
    fill: (first, some, out) =>
      fillImages(
        dataset,
        indices.subarray(first, first + some),
        (out as Float32Array).subarray(0, some * size),
      ),
  }
}
