// Two grey images of different classes over each other, composed when they are asked for: examples of two labels.
import { DataError } from '../util/errors.ts'
import { randomStream } from '../util/random.ts'
import { type Dataset, sha256 } from './dataset.ts'
import type { HashedExamples } from './points.ts'

export interface OverlappingOptions {
  /** Grey images with labels of at least two classes. */
  readonly of: Dataset
  readonly count: number
  readonly seed: number
  /** Number of the first example: others than those of a set that ends there. Default 0 */
  readonly start?: number
  /** Pixels added on every side; default 4, which makes 36 x 36 of 28 x 28. */
  readonly padding?: number
  /** Pixels that each image is moved by at most, up or down, left or right, independently; default 6. What leaves the picture is lost. */
  readonly shift?: number
}

/** Images of an example. */
export const OVERLAPPING = 2

/** An image of an example: which one, and where its upper left pixel lies. */
interface Placed {
  readonly part: number
  readonly top: number
  readonly left: number
}

function checkBase({ name, labels, channels }: Dataset): Uint8Array {
  if (!labels) throw new DataError(`overlapping: the data "${name}" has no labels to tell its images apart`)
  if (channels !== 1)
    throw new DataError(
      `overlapping: expected grey images of "${name}" to be laid over each other, got ${channels} channels`,
    )
  if (new Set(labels).size < OVERLAPPING)
    throw new DataError(
      `overlapping: expected images of at least two classes of "${name}", got one; pairs are of different classes`,
    )
  return labels
}

/**
 * MultiMNIST by the rules of its official generator: every image gets a border, each of a pair is moved by whole pixels of its own, and the
 * pair, always of different classes, is added as bytes up to 255. Columns: `images` [height, width, 1], `labels` [2], and `parts`
 * [2, height, width, 1], both images by themselves in the order of their labels; in [0, 1]. Example i is a pure function of the seed, of
 * `start + i` and of the images; nothing is held but those.
 *
 * @throws DataError when the images have no labels, are all of one class, or are not grey
 * @source Sabour et al. 2017, arXiv:1710.09829, section 6.1
 */
export async function overlappingImages(options: OverlappingOptions): Promise<HashedExamples> {
  const { of, count, seed, start = 0, padding = 4, shift = 6 } = options
  const labels = checkBase(of)
  const [height, width] = [of.height + 2 * padding, of.width + 2 * padding]
  const size = height * width

  function placed(index: number): [Placed, Placed] {
    const random = randomStream(seed, 'overlapping', start + index)
    const moved = (): number => padding + random.integer(2 * shift + 1) - shift
    const first = random.integer(of.count)
    let second = random.integer(of.count)
    while (labels[second] === labels[first]) second = random.integer(of.count)
    const [a, b] = [first, second].map((part) => ({ part, top: moved(), left: moved() }))
    return [a!, b!]
  }

  /** Adds an image to what is there, in bytes. */
  function lay({ part, top, left }: Placed, out: Float32Array): void {
    for (let row = Math.max(0, -top); row < Math.min(of.height, height - top); row++)
      for (let column = Math.max(0, -left); column < Math.min(of.width, width - left); column++) {
        const at = (top + row) * width + left + column
        out[at] = Math.min(255, out[at]! + of.images[(part * of.height + row) * of.width + column]!)
      }
  }

  return {
    count,
    columns: {
      images: { shape: [height, width, 1], dtype: 'float32' },
      labels: { shape: [OVERLAPPING], dtype: 'int64' },
      parts: { shape: [OVERLAPPING, height, width, 1], dtype: 'float32' },
    },
    hash: await sha256(
      new TextEncoder().encode(['overlapping', of.hash, count, seed, start, padding, shift].join(',')),
    ),
    classes: of.classes,
    fill(column, indices, out) {
      if (column !== 'labels') out.fill(0 as never)
      for (let i = 0; i < indices.length; i++) {
        const both = placed(indices[i]!)
        for (const [k, one] of both.entries()) {
          if (column === 'labels') out[OVERLAPPING * i + k] = BigInt(labels[one.part]!)
          else {
            const at = column === 'parts' ? OVERLAPPING * i + k : i
            lay(one, (out as Float32Array).subarray(at * size, (at + 1) * size))
          }
        }
      }
      if (column !== 'labels')
        for (let at = 0; at < out.length; at++) out[at] = (out as Float32Array)[at]! / 255
    },
  }
}
