// Images of a data set beside one that a person drew: the nearest ones, and examples to begin with.
import { setImmediate } from 'node:timers/promises'
import type { DataSplits, Dataset } from '../data/node/index.ts'
import { nearestBytes } from '../metrics/nearest-bytes.ts'
import { ShapeError } from '../util/errors.ts'
import { randomStream } from '../util/random.ts'

/** An image of a data set. */
export interface DataImage {
  readonly index: number
  /** Name of its class; absent where there are no labels. */
  readonly label?: string
  /** [height, width, channels] */
  readonly pixels: Uint8Array
}

/** An image at `index`, which must be there. */
export function imageAt({ images, count, labels, classes }: Dataset, index: number): DataImage {
  const size = images.length / count
  const label = labels && classes[labels[index]!]
  return {
    index,
    ...(label === undefined ? {} : { label }),
    pixels: images.subarray(index * size, (index + 1) * size),
  }
}

/** Milliseconds of searching between two rests. */
const WORK = 8

/**
 * The k images of a data set that are nearest to one, and their Euclidean distances, pixels being numbers in [0, 1].
 *
 * Exact. Rests every few milliseconds, so that a server goes on answering.
 *
 * @param pixels  [height, width, channels], 0 to 255
 * @throws ShapeError when it is not as long as an image; the reason of `signal` when it is aborted
 */
export async function nearestImages(
  dataset: Dataset,
  pixels: Uint8Array,
  k: number,
  signal?: AbortSignal,
): Promise<(DataImage & { readonly distance: number })[]> {
  const { height, width, channels, name } = dataset
  if (pixels.length !== height * width * channels)
    throw new ShapeError(
      `an image of ${name} is [${height}, ${width}, ${channels}], ${height * width * channels} bytes, got ${pixels.length}`,
    )
  const search = nearestBytes(dataset.images, pixels, k)
  let rested = performance.now()
  for (;;) {
    const { done, value } = search.next()
    if (done)
      return value.map(({ index, squared }) => ({
        ...imageAt(dataset, index),
        distance: Math.sqrt(squared) / 255,
      }))
    if (performance.now() - rested < WORK) continue
    await setImmediate()
    signal?.throwIfAborted()
    rested = performance.now()
  }
}

/** A real image that `seed` chooses: of those that no network has seen, where some were held out. */
export function exampleImage(
  { train, test }: DataSplits,
  seed: number,
): DataImage & { readonly heldOut: boolean } {
  const dataset = test ?? train
  const index = randomStream(seed, 'studio/example').integer(dataset.count)
  return { ...imageAt(dataset, index), heldOut: test !== undefined }
}
