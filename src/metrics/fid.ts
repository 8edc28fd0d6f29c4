// Fréchet distance of features ("FID" with any extractor).
import { checkNames, checkNumber } from '../util/options.ts'
import { pairOf, requireRows, type Samples } from './features.ts'
import type { Measured } from './measured.ts'
import { momentsOf } from './moments.ts'
import type { MeasureEngine } from './with-model.ts'

export interface FidOptions {
  /** Rows multiplied at once; default 1024. Results do not depend on it. */
  readonly block?: number
}

export interface Fid extends Measured {
  /** Directions of the features in which each side varies, of d. */
  readonly ranks: { readonly real: number; readonly fake: number }
}

/** Why there is no distance, or what limits it. */
function verdict(d: number, { real, fake }: Fid['ranks']): Pick<Measured, 'reason' | 'caveat'> {
  for (const [name, rank] of Object.entries({ real, fake }))
    if (rank === 0) return { reason: `all samples of ${name} have the same features: their covariance is 0` }
  const ranks = `the covariance of fake is singular: rank ${fake} of ${d}, that of real has ${real}`
  if (2 * fake < real)
    return { reason: `${ranks}. The samples have collapsed, and no Gaussian describes them` }
  return fake < real ? { caveat: ranks } : {}
}

/**
 * Fréchet distance of the Gaussians fitted to two sets of features: |m1 - m2|² + tr(C1 + C2 - 2 (C1 C2)^½).
 *
 * @param engine  multiplies, float64
 * @param real    features [n, d]
 * @param fake    features [m, d], same extractor and preprocessing as `real`
 * @returns squared units of the features; lower is closer, 0 for equal sets. Larger for fewer samples: compare only at
 *          equal n and m, and with one extractor. No value but a reason when a side does not vary, or when `fake` varies
 *          in less than half as many directions as `real`; a caveat when it varies in fewer. Features that are constant
 *          on both sides do no harm
 * @throws ShapeError when d differs or a side has not more than d rows; ConfigError for numbers that are not finite
 * @source Heusel et al. 2017, arXiv:1706.08500
 */
export async function fid(
  engine: MeasureEngine,
  real: Samples,
  fake: Samples,
  options: FidOptions = {},
): Promise<Fid> {
  const where = 'fid'
  checkNames(where, options, ['block'])
  const { block = 1024 } = options
  checkNumber(where, 'block', block, { integer: true, atLeast: 1 })
  const rows = pairOf(where, { real, fake })
  const { d } = rows.real
  for (const name of ['real', 'fake'] as const)
    requireRows(where, name, rows[name], d + 1, `to fit a Gaussian to ${d} features`)
  // Loaded when it is needed: few commands measure.
  const { frechetDistance } = await import('./frechet-distance.ts')
  const { distance, ranks: both } = frechetDistance(
    await momentsOf(engine, where, rows.real, block),
    await momentsOf(engine, where, rows.fake, block),
  )
  const ranks = { real: both[0], fake: both[1] }
  const judged = verdict(d, ranks)
  return {
    value: judged.reason === undefined ? distance : null,
    ...judged,
    ranks,
    n: { real: rows.real.n, fake: rows.fake.n },
    estimator: 'Gaussians by sample mean and covariance (n - 1), float64; biased upwards in n',
  }
}
