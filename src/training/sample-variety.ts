// How much samples differ from each other, and real examples beside them; those of a class, where the class is asked for.
import type { Examples } from '../data/source.ts'
import { sizeOf } from '../util/shape.ts'

/** Mean over pixels of the standard deviation across images `[count, size]`. Unitless, for pixels in [0, 1]. */
export function pixelDeviation(images: Float32Array, count: number): number {
  const size = images.length / count
  let total = 0
  for (let pixel = 0; pixel < size; pixel++) {
    let sum = 0
    let squares = 0
    for (let i = 0; i < count; i++) {
      const value = images[i * size + pixel]!
      sum += value
      squares += value * value
    }
    const mean = sum / count
    total += Math.sqrt(Math.max(0, squares / count - mean * mean))
  }
  return total / size
}

/** How many samples there are, and, where each row is of one class, how many in a row. */
export interface SampleRows {
  readonly count: number
  readonly columns?: number
}

const mean = (numbers: readonly number[]): number =>
  numbers.reduce((sum, each) => sum + each, 0) / numbers.length

/**
 * How much samples `[count, size]` differ from each other: their pixel deviation, of rows of a class the mean of that within rows. So a generator
 * that has one picture for each class is found, although its pictures differ.
 */
export function sampleDeviation(values: Float32Array, { count, columns = count }: SampleRows): number {
  const size = (values.length / count) * columns
  const rows = Array.from({ length: count / columns }, (_, row) =>
    values.subarray(row * size, (row + 1) * size),
  )
  return mean(rows.map((row) => pixelDeviation(row, columns)))
}

/** Of each class that has as many the first examples, so many as a row has samples; without rows or labels, some from all over. */
function examplesLike(examples: Examples, { count, columns }: SampleRows): Uint32Array[] {
  const taken = Math.min(count, examples.count)
  const spread = [Uint32Array.from({ length: taken }, (_, i) => Math.floor((i * examples.count) / taken))]
  if (columns === undefined || examples.columns.labels?.dtype !== 'int64') return spread
  const labels = new BigInt64Array(examples.count)
  examples.fill(
    'labels',
    Uint32Array.from(labels, (_, i) => i),
    labels,
  )
  const rows = Array.from({ length: count / columns }, (): number[] => [])
  labels.forEach((label, i) => {
    const row = rows[Number(label)]
    if (row && row.length < columns) row.push(i)
  })
  const whole = rows.filter((row) => row.length === columns)
  return whole.length === 0 ? spread : whole.map((row) => Uint32Array.from(row))
}

/** How much real examples differ from each other, as many and as alike as samples in such rows. */
export function realDeviation(examples: Examples, column: string, like: SampleRows): number {
  const size = sizeOf(examples.columns[column]!.shape)
  return mean(
    examplesLike(examples, like).map((indices) => {
      const out = new Float32Array(indices.length * size)
      examples.fill(column, indices, out)
      return pixelDeviation(out, indices.length)
    }),
  )
}
