// How many of the known modes of a distribution samples cover, how good they are, and how evenly they are spread.
import { ConfigError, ShapeError } from '../util/errors.ts'
import type { Measured } from './measured.ts'
import type { MeasureInfo } from './panel.ts'

export interface ModeOptions {
  /** Number of modes; those of samples are 0 to count - 1. */
  readonly count: number
  /** Whether a mode counts as covered by any sample of it, or only by one of high quality. */
  readonly coveredBy: 'any' | 'good'
  /** How samples were named, in words, for the record. */
  readonly rule: string
}

/** What is measured of modes, in the order in which `modeCoverage` gives it. */
export const MODES: readonly MeasureInfo[] = [
  { name: 'modes', label: 'Modes', better: 'higher', format: 'number' },
  { name: 'highQuality', label: 'High quality', better: 'floor', format: 'percent' },
  { name: 'kl', label: 'KL(samples ‖ uniform)', better: 'lower', format: 'number' },
  { name: 'reverseKl', label: 'KL(uniform ‖ samples)', better: 'lower', format: 'number' },
]

/**
 * Modes covered, share of high quality, and two divergences from modes that are equally likely.
 *
 * KL(samples ‖ uniform) is the one of the tables of Stacked MNIST, which PacGAN's paper calls reverse KL; the other is
 * infinite, and has no value, as soon as one mode is missing. Both count every sample, of high quality or not, in nats, and
 * are biased upwards: real samples have about (count - 1) / 2 n. A share of high quality above that of real samples means
 * that samples lie too close to the middles.
 *
 * @param modes  of each sample, 0 to count - 1
 * @param good   1 where a sample is of high quality
 * @returns as `MODES` lists them
 * @throws ShapeError for no samples and for arrays of different lengths; ConfigError for modes that are not 0 to count - 1
 * @source Srivastava et al. 2017, arXiv:1705.07761; Lin et al. 2018, arXiv:1712.04086
 */
export function modeCoverage(
  modes: ArrayLike<number>,
  good: ArrayLike<number>,
  { count, coveredBy, rule }: ModeOptions,
): readonly [modes: Measured, highQuality: Measured, kl: Measured, reverseKl: Measured] {
  const n = modes.length
  if (n === 0 || good.length !== n)
    throw new ShapeError(
      `modeCoverage: expected a mode and a quality for each sample, at least one, got ${n} and ${good.length}`,
    )
  const [all, best] = [new Float64Array(count), new Float64Array(count)]
  for (let i = 0; i < n; i++) {
    const mode = modes[i]!
    if (!Number.isInteger(mode) || mode < 0 || mode >= count)
      throw new ConfigError(`modeCoverage: sample ${i} has mode ${mode}, expected 0 to ${count - 1}`)
    all[mode]! += 1
    if (good[i]) best[mode]! += 1
  }
  const covered = (coveredBy === 'any' ? all : best).reduce((sum, samples) => sum + (samples > 0 ? 1 : 0), 0)
  const missing = all.reduce((sum, samples) => sum + (samples > 0 ? 0 : 1), 0)
  const sum = (of: (share: number) => number): number => all.reduce((total, c) => total + of(c / n), 0)
  const kl = sum((share) => (share > 0 ? share * Math.log(share * count) : 0))
  const common = { n: { samples: n } }
  return [
    { value: covered, ...common, estimator: `of ${count} modes, ${rule}` },
    { value: best.reduce((total, c) => total + c, 0) / n, ...common, estimator: rule },
    { value: Math.max(0, kl), ...common, estimator: `plug-in, in nats, over ${count} modes, all samples` },
    {
      ...(missing > 0
        ? { value: null, reason: `${missing} of ${count} modes have no sample, so it is infinite` }
        : { value: Math.max(0, -sum((share) => Math.log(share * count) / count)) }),
      ...common,
      estimator: `plug-in, in nats, over ${count} modes, all samples`,
    },
  ]
}
