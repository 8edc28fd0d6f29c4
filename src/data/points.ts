// Points in the plane around the corners of a ring or a grid: a distribution whose modes one can count.
import { randomStream } from '../util/random.ts'
import { sha256 } from './dataset.ts'
import type { KnownModes } from './modes.ts'
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

/** Middles of `side` times `side` modes on a square grid around the origin, row by row. */
export const gridCentres = (side: number, spacing: number): [number, number][] =>
  Array.from({ length: side * side }, (_, i) => [
    spacing * ((i % side) - (side - 1) / 2),
    spacing * (Math.floor(i / side) - (side - 1) / 2),
  ])

/** Standard deviations from the middle of its mode within which a point is of high quality. */
const REACH = 3

/** A point of the mixture, into `out` at `at`. Returns the number of its mode. */
function drawPoint(
  { centres, deviation }: Pick<PointsOptions, 'centres' | 'deviation'>,
  random: ReturnType<typeof randomStream>,
  out: Float32Array,
  at: number,
): number {
  const mode = random.integer(centres.length)
  const [x, y] = centres[mode]!
  out[at] = x + deviation * random.normal()
  out[at + 1] = y + deviation * random.normal()
  return mode
}

/**
 * The modes of a mixture of Gaussians: a point belongs to the nearest middle, and is of high quality within three standard
 * deviations of it, as 98.9% of real points are.
 *
 * @source Srivastava et al. 2017, arXiv:1705.07761
 */
export function gaussianModes(
  name: string,
  { centres, deviation, seed }: Pick<PointsOptions, 'centres' | 'deviation' | 'seed'>,
): KnownModes {
  return {
    count: centres.length,
    samples: 2500,
    coveredBy: 'good',
    words: `the ${centres.length} Gaussians of ${name}`,
    rule: `by the nearest middle; of high quality within ${REACH} standard deviations of it; covered with at least one such sample`,
    real(count, draw) {
      const out = new Float32Array(2 * count)
      for (let i = 0; i < count; i++)
        drawPoint({ centres, deviation }, randomStream(seed, `points/real-${draw}`, i), out, 2 * i)
      return out
    },
    async name(samples) {
      const n = samples.length / 2
      const modes = new Int32Array(n)
      const good = new Uint8Array(n)
      for (let i = 0; i < n; i++) {
        const distances = centres.map(([x, y]) => Math.hypot(samples[2 * i]! - x, samples[2 * i + 1]! - y))
        const least = Math.min(...distances)
        modes[i] = distances.indexOf(least)
        good[i] = least <= REACH * deviation ? 1 : 0
      }
      return { modes, good }
    },
  }
}

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
    labels[i] = drawPoint({ centres, deviation }, randomStream(seed, 'points', start + i), points, 2 * i)
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
