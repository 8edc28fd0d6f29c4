// The plane of latents that figures show: the latent itself when it has two numbers, otherwise principal directions.
import { principalPlane } from '../metrics/index.ts'
import type { Engine } from '../runtime/engine.ts'
import { formatPercent } from '../util/format.ts'

/** Latents, row-major [n, length]. */
export interface Latents {
  readonly data: Float32Array
  readonly n: number
  readonly length: number
}

export interface LatentPlane {
  /** Names of the two axes. */
  readonly labels: readonly [x: string, y: string]
  /** What the plane is, as the end of "over ..." in a caption. */
  readonly words: string
  /** Points of the plane [n, 2] to latents [n, length]. */
  toLatents(points: Float64Array): Float32Array
  /** Latents to points of the plane [n, 2]. */
  toPoints(latents: Latents): Float64Array
}

/** The plane of a latent of two numbers. */
export const ownPlane: LatentPlane = {
  labels: ['z1', 'z2'],
  words: 'the latent plane',
  toLatents: (points) => Float32Array.from(points),
  toPoints: ({ data }) => Float64Array.from(data),
}

/**
 * The plane of the two principal directions, in standard deviations from the mean of these latents.
 *
 * @param latents  at least two, of at least two numbers
 * @param whose    what they are the latents of, for the caption
 */
export async function principalLatents(
  engine: Engine,
  latents: Latents,
  whose: string,
): Promise<LatentPlane> {
  const { length } = latents
  const plane = await principalPlane(engine, { data: latents.data, shape: [latents.n, length] })
  const { mean, directions, deviations, share } = plane
  return {
    labels: ['first principal direction', 'second principal direction'],
    words:
      `the plane of the two principal directions of the latent means of ${whose}, in standard deviations ` +
      `(${formatPercent(share)} of the variance of ${length} numbers lies in it)`,
    toLatents(points) {
      const n = points.length / 2
      const out = new Float32Array(n * length)
      for (let i = 0; i < n; i++)
        for (let j = 0; j < length; j++)
          out[i * length + j] =
            mean[j]! +
            points[2 * i]! * deviations[0] * directions[0][j]! +
            points[2 * i + 1]! * deviations[1] * directions[1][j]!
      return out
    },
    toPoints({ data, n }) {
      const out = new Float64Array(2 * n)
      for (let i = 0; i < n; i++)
        for (const [axis, direction] of directions.entries()) {
          let sum = 0
          for (let j = 0; j < length; j++) sum += (data[i * length + j]! - mean[j]!) * direction[j]!
          out[2 * i + axis] = deviations[axis] === 0 ? 0 : sum / deviations[axis]!
        }
      return out
    },
  }
}
