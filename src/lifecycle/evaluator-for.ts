// What measures samples of a run's data: by its modes where they are known, else beside its held-out images.
import { type Evaluator, openEvaluator } from '../measuring/evaluator.ts'
import type { RunEvent } from '../measuring/events.ts'
import type { Extractor } from '../measuring/extractor.ts'
import { openModeEvaluator } from '../measuring/mode-evaluator.ts'
import { type ExtractorSource, reportedExtractor } from '../measuring/reported-extractor.ts'
import type { MeasureGroup } from '../metrics/index.ts'
import type { Engine } from '../runtime/engine.ts'
import { imagesIn, type RunData } from './run-data.ts'

export interface OpenedEvaluator {
  readonly evaluator: Evaluator
  readonly extractor?: Extractor | undefined
}

/**
 * What measures samples of data: by its modes where they are known, else beside its held-out images.
 *
 * @throws DataError when it is neither
 */
export async function* evaluatorFor(
  engine: Engine,
  data: RunData,
  {
    source,
    signal,
    ...options
  }: {
    source?: ExtractorSource | undefined
    signal?: AbortSignal | undefined
    count?: number | undefined
    seed?: number | undefined
    groups?: readonly MeasureGroup[]
  } = {},
): AsyncGenerator<Extract<RunEvent, { type: 'extractor' }>, OpenedEvaluator> {
  const { modes } = data
  const splits = modes ? modes.classifiedBy : imagesIn(data)
  const extractor = splits && (yield* reportedExtractor(engine, splits, { source, signal }))
  try {
    if (modes)
      return { evaluator: openModeEvaluator(modes, data.test?.hash ?? 'none', extractor, options), extractor }
    return { evaluator: await openEvaluator(engine, extractor!, splits!, options), extractor }
  } catch (error) {
    await extractor?.close()
    throw error
  }
}
