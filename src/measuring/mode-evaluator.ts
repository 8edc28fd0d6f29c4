// Measures samples of data whose modes are known: how many they cover, and how well.
import type { Classify, KnownModes } from '../data/modes.ts'
import { CONDITIONAL, conditionalAccuracy, MODES, modeCoverage } from '../metrics/index.ts'
import { formatCount } from '../util/format.ts'
import type { DrawFound, Evaluator, EvaluatorOptions, FoundMeasure } from './evaluator.ts'
import type { Extractor } from './extractor.ts'

/** What an extractor sees in images. */
export const classifyBy =
  ({ read }: Pick<Extractor, 'read'>): Classify =>
  async (images) =>
    (await read(images)).probabilities

/**
 * Gets ready to measure samples of data with known modes.
 *
 * @param hash       of the held-out part
 * @param extractor  of `modes.classifiedBy`; absent where nothing is classified
 */
export function openModeEvaluator(
  modes: KnownModes,
  hash: string,
  extractor: Extractor | undefined,
  { count = modes.samples, seed = 1 }: Pick<EvaluatorOptions, 'count' | 'seed'> = {},
): Evaluator {
  const classify = extractor && classifyBy(extractor)
  const measure = async (samples: Float32Array, asked?: ArrayLike<number>): Promise<DrawFound> => {
    const named = await modes.name(samples, classify)
    const found = modeCoverage(named.modes, named.good, modes)
    const measures = MODES.map((info, at): FoundMeasure => ({ ...info, result: found[at]! }))
    // The classes of such data are its modes.
    const told = asked && conditionalAccuracy(named.modes, asked, { classes: modes.count })
    if (told) measures.push({ ...CONDITIONAL, result: told })
    return { measures, shares: [], conditional: told }
  }
  return {
    extractor: extractor?.record,
    classes: [],
    count,
    seed,
    reference: { words: `${modes.words}, each as likely (${formatCount(count)} real samples beside)`, hash },
    realShares: [],
    measure,
    floor: (draw) => measure(modes.real(count, draw)),
  }
}
