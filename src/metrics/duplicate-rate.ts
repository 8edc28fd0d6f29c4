// How many samples have a twin among the others.
import { checkNames, checkNumber } from '../util/options.ts'
import type { BlockOptions } from './distance-blocks.ts'
import { meanOf, type Rows, requireRows, rowsOf, type Samples } from './features.ts'
import type { Measured } from './measured.ts'
import { distanceBetween, nearest } from './nearest.ts'
import type { MeasureEngine } from './with-model.ts'

export interface DuplicateRateOptions extends BlockOptions {
  /** Largest distance of twins, in units of the typical distance of `scale` from its mean; default 0.01. */
  readonly within?: number
  /** Samples that say what is far, best real ones; default: the samples themselves. */
  readonly scale?: Samples
}

export interface DuplicateRate extends Measured {
  /** The distance up to which samples counted as twins, in the units of the samples. */
  readonly threshold: number
}

/** Root mean square distance from the mean. */
function radiusOf(rows: Rows): number {
  const mean = meanOf(rows)
  let sum = 0
  for (let i = 0; i < rows.data.length; i++) sum += (rows.data[i]! - mean[i % rows.d]!) ** 2
  return Math.sqrt(sum / rows.n)
}

/**
 * The share of samples with another sample within a small distance, which is 0 for samples that were drawn one by one
 * and 1 for a generator that always makes the same.
 *
 * @param engine   searches in float32; distances of the nearest found are computed again in float64
 * @param samples  images or features [n, ...]
 * @returns a share, 0 to 1; grows with n
 * @throws ShapeError for fewer than two samples; ConfigError for numbers that are not finite
 */
export async function duplicateRate(
  engine: MeasureEngine,
  samples: Samples,
  options: DuplicateRateOptions = {},
): Promise<DuplicateRate> {
  const where = 'duplicateRate'
  checkNames(where, options, ['within', 'scale', 'block'])
  const { within = 0.01, scale = samples, ...blocks } = options
  checkNumber(where, 'within', within, { atLeast: 0 })
  const rows = rowsOf(where, 'samples', samples)
  requireRows(where, 'samples', rows, 2, 'to find twins')
  const threshold = within * radiusOf(scale === samples ? rows : rowsOf(where, 'scale', scale))
  // Rounding may put others before the sample itself, so a few more are looked at.
  const k = Math.min(4, rows.n)
  const { indices } = await nearest(engine, where, { rows, among: rows, k, origin: meanOf(rows) }, blocks)
  let twins = 0
  for (let i = 0; i < rows.n; i++) {
    const others = indices.subarray(i * k, (i + 1) * k).filter((j) => j !== i)
    if (others.some((j) => distanceBetween(rows, i, rows, j) <= threshold)) twins++
  }
  return {
    value: twins / rows.n,
    threshold,
    n: { samples: rows.n },
    estimator: `share with another within ${within} of the root mean square radius`,
  }
}
