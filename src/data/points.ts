// Points in the plane around the corners of a ring or a grid: a distribution whose modes one can count.
import { randomStream } from '../util/random.ts'
import { sha256 } from './dataset.ts'
import type { Examples } from './source.ts'

export interface PointsOptions {
  /** Where the middles of the modes lie. */
  readonly centres: readonly (readonly [x: number, y: number])[]
  /** Standard deviation of each mode, both ways. */
  readonly deviation: number
  readonly count: number
  readonly seed: number
  /** Number of the first point: others than those of a set that ends there. Default 0 */
  readonly start?: number
}

/** Examples with the hash of their numbers. */
export interface HashedExamples extends Examples {
  /** SHA-256, hex. */
  readonly hash: string
  /** What the numbers of `labels` stand for. */
  readonly classes: readonly string[]
}

/** Middles of `modes` modes on a circle around the origin. */
export const ringCentres = (modes: number, radius: number): [number, number][] =>
  Array.from({ length: modes }, (_, i) => {
    const angle = (2 * Math.PI * i) / modes
    return [radius * Math.cos(angle), radius * Math.sin(angle)]
  })

/**
 * A mixture of Gaussians of equal weight: the columns `points` [2] and `labels`, the number of the mode.
 *
 * @source the ring of 8 and the grid of 25 are those of Metz et al. 2016, arXiv:1611.02163, and of Srivastava et al. 2017, arXiv:1705.07761
 */
export async function gaussians({
  centres,
  deviation,
  count,
  seed,
  start = 0,
}: PointsOptions): Promise<HashedExamples> {
  const points = new Float32Array(2 * count)
  const labels = new Uint8Array(count)
  for (let i = 0; i < count; i++) {
    const random = randomStream(seed, 'points', start + i)
    const mode = random.integer(centres.length)
    labels[i] = mode
    const [x, y] = centres[mode]!
    points[2 * i] = x + deviation * random.normal()
    points[2 * i + 1] = y + deviation * random.normal()
  }
  return {
    count,
    columns: { points: { shape: [2], dtype: 'float32' }, labels: { shape: [], dtype: 'int64' } },
    hash: await sha256(new Uint8Array(points.buffer)),
    classes: centres.map((_, i) => `mode ${i + 1}`),
    fill(column, indices, out) {
      for (let i = 0; i < indices.length; i++) {
        const index = indices[i]!
        if (column === 'labels') out[i] = BigInt(labels[index]!)
        else (out as Float32Array).set(points.subarray(2 * index, 2 * index + 2), 2 * i)
      }
    },
  }
}
