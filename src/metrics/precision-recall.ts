// Improved precision and recall: is what was generated like the real samples, and do they all occur?
import { checkNames } from '../util/options.ts'
import { ballTest, measuredIn, shareOf } from './balls.ts'
import type { BlockOptions } from './distance-blocks.ts'
import type { Samples } from './features.ts'
import type { Measured } from './measured.ts'
import type { Neighbourhoods } from './neighbourhoods.ts'
import type { MeasureEngine } from './with-model.ts'

export interface PrecisionRecallOptions extends BlockOptions {
  /** Which neighbour a ball reaches to; default 3. */
  readonly k?: number
}

/**
 * Improved precision and recall. A ball around each sample reaches to its k-th nearest neighbour in its own set.
 * Precision: the share of `fake` that lies strictly inside a ball of `real`. Recall: the share of `real` that lies
 * strictly inside a ball of `fake`.
 *
 * @param engine  computes distances, float32
 * @param real    features [n, d]; with their `neighbourhoods`, if known, nothing is searched twice
 * @param fake    features [m, d], same extractor and preprocessing as `real`. Both fall with fewer samples: compare
 *                only at equal n and m
 * @returns two shares, 0 to 1; higher is better. One outlier among the centres can hold many points: see
 *          `densityCoverage`. No precision but a reason when all of `real` are the same, no recall when all of `fake` are
 * @throws ShapeError when d differs or a side has not more than k rows; ConfigError for numbers that are not finite
 * @source Kynkäänniemi et al. 2019, arXiv:1904.06991
 */
export async function precisionRecall(
  engine: MeasureEngine,
  real: Samples | Neighbourhoods,
  fake: Samples | Neighbourhoods,
  options: PrecisionRecallOptions = {},
): Promise<{ readonly precision: Measured; readonly recall: Measured }> {
  checkNames('precisionRecall', options, ['k', 'block'])
  const { k = 3, ...blocks } = options
  const { common, around } = ballTest(engine, 'precisionRecall', { real, fake }, k, blocks)
  const [ofReal, ofFake] = [await around('real'), await around('fake')]
  return {
    precision: { ...measuredIn(ofReal, ({ balls }) => shareOf(balls)), ...common },
    recall: { ...measuredIn(ofFake, ({ balls }) => shareOf(balls)), ...common },
  }
}
