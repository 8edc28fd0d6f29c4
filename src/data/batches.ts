// The pixels of a batch as numbers.
import { ShapeError } from '../util/errors.ts'
import type { Dataset } from './dataset.ts'

/**
 * Copies images into a batch, bytes 0 to 255 scaled to a range.
 *
 * @param indices  which images, in order; any may repeat
 * @param out      [indices.length, height, width, channels]
 * @param range    values of black (0) and white (255); default [0, 1]. Use [-1, 1] for tanh outputs
 * @returns `out`
 * @throws ShapeError when `out` has another length
 * @throws RangeError when an index is outside the data set
 */
export function fillImages(
  dataset: Dataset,
  indices: Uint32Array,
  out: Float32Array,
  range: readonly [low: number, high: number] = [0, 1],
): Float32Array {
  const { images, count, height, width, channels, name } = dataset
  const size = height * width * channels
  if (out.length !== indices.length * size)
    throw new ShapeError(
      `a batch of ${indices.length} images of ${name} expects ${indices.length * size} numbers, got ${out.length}`,
    )
  const [low, high] = range
  const values = Float32Array.from({ length: 256 }, (_, byte) => low + ((high - low) * byte) / 255)
  let at = 0
  for (const index of indices) {
    if (index >= count) throw new RangeError(`${name} has ${count} images, got index ${index}`)
    const end = (index + 1) * size
    for (let i = index * size; i < end; i++) out[at++] = values[images[i]!]!
  }
  return out
}
