// Density and coverage: precision and recall that one outlier cannot bend.
import { checkNames } from '../util/options.ts'
import { ballTest, measuredIn, shareOf } from './balls.ts'
import type { BlockOptions } from './distance-blocks.ts'
import type { Samples } from './features.ts'
import type { Measured } from './measured.ts'
import type { Neighbourhoods } from './neighbourhoods.ts'
import type { MeasureEngine } from './with-model.ts'

export interface DensityCoverageOptions extends BlockOptions {
  /** Which neighbour a ball reaches to; default 5. */
  readonly k?: number
}

/**
 * Density and coverage. A ball around each real sample reaches to its k-th nearest real neighbour. Density: in how
 * many balls a fake sample lies on average, over k. Coverage: the share of the balls that hold a fake sample.
 *
 * @param engine  computes distances, float32
 * @param real    features [n, d]; with their `neighbourhoods`, if known, nothing is searched twice
 * @param fake    features [m, d], same extractor and preprocessing as `real`
 * @returns density, 0 or more, 1 expected of equal distributions, more where samples crowd in dense regions; coverage,
 *          0 to 1, 1 - (1/2)^k expected of equal distributions with n = m large. Higher is better.
 *          No values but a reason when all of `real` are the same
 * @throws ShapeError when d differs or `real` has not more than k rows; ConfigError for numbers that are not finite
 * @source Naeem et al. 2020, arXiv:2002.09797
 */
export async function densityCoverage(
  engine: MeasureEngine,
  real: Samples | Neighbourhoods,
  fake: Samples,
  options: DensityCoverageOptions = {},
): Promise<{ readonly density: Measured; readonly coverage: Measured }> {
  checkNames('densityCoverage', options, ['k', 'block'])
  const { k = 5, ...blocks } = options
  const { common, around } = ballTest(engine, 'densityCoverage', { real, fake }, k, blocks)
  const found = await around('real')
  const sumOf = (counts: Int32Array): number => counts.reduce((sum, count) => sum + count, 0)
  return {
    density: { ...measuredIn(found, ({ balls }) => sumOf(balls) / (k * common.n.fake!)), ...common },
    coverage: { ...measuredIn(found, ({ reached }) => shareOf(reached)), ...common },
  }
}
