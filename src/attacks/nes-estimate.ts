// The antithetic estimate of a gradient from answers alone, with the options that all variants of NES share.
import { z } from 'zod'
import { fillNormals } from '../util/normals.ts'
import type { RandomStream } from '../util/random.ts'
import { inBox } from './pixels.ts'

export const nesOptions = {
  sigma: z
    .number()
    .positive()
    .default(1e-3)
    .describe("deviation of the probes; the paper's, of large photos: on small images up to 1e-1 finds more"),
  samples: z.int().min(2).multipleOf(2).default(50).describe('probes of an estimate, half of them mirrored'),
  rate: z.number().positive().default(1e-2).describe('how far a step moves every pixel'),
  minRate: z.number().positive().default(5e-5).describe('smallest step'),
  momentum: z.number().min(0).lt(1).default(0.9).describe('share of the mean gradient kept'),
} as const

export interface NesSettings {
  readonly sigma: number
  readonly samples: number
  readonly rate: number
  readonly minRate: number
  readonly momentum: number
}

/** Probes asked about in one piece. */
const TOGETHER = 50

export interface Estimate {
  /** Mean over the probes; NaN when no answer told of a loss. */
  readonly loss: number
  /** [pixels], up to a factor. */
  readonly gradient: Float64Array
  /** Probes whose answer told of a loss. */
  readonly told: number
}

/**
 * The gradient of a loss at an image, from probes at image ± sigma * normal numbers, clipped to [0, 1].
 *
 * @param lossOf  the loss that an answer tells of, or undefined when it does not; such probes are left out
 * @source Salimans et al. 2017, arXiv:1703.03864; Ilyas et al. 2018
 */
export function* nesEstimate<Answer>(
  image: Float32Array,
  { sigma, samples }: Pick<NesSettings, 'sigma' | 'samples'>,
  random: RandomStream,
  lossOf: (answer: Answer) => number | undefined,
): Generator<Float32Array, Estimate, readonly Answer[]> {
  const d = image.length
  const gradient = new Float64Array(d)
  const most = Math.min(TOGETHER, samples)
  const ways = new Float32Array((most / 2) * d)
  const asked = new Float32Array(most * d)
  let [sum, told] = [0, 0]
  for (let made = 0; made < samples; made += most) {
    const pairs = Math.min(most, samples - made) / 2
    fillNormals(random, ways)
    for (let pair = 0; pair < pairs; pair++)
      for (let p = 0; p < d; p++) {
        const way = sigma * ways[pair * d + p]!
        asked[2 * pair * d + p] = inBox(image[p]! + way)
        asked[(2 * pair + 1) * d + p] = inBox(image[p]! - way)
      }
    const answers = yield asked.subarray(0, 2 * pairs * d)
    for (let pair = 0; pair < pairs; pair++) {
      const [up, down] = [lossOf(answers[2 * pair]!), lossOf(answers[2 * pair + 1]!)]
      for (const loss of [up, down])
        if (loss !== undefined) {
          sum += loss
          told++
        }
      const slope = (up ?? 0) - (down ?? 0)
      if (slope !== 0) for (let p = 0; p < d; p++) gradient[p]! += slope * ways[pair * d + p]!
    }
  }
  return { loss: sum / told, gradient, told }
}
