// Opening an extractor as events, for those who measure.
import type { Dataset } from '../data/index.ts'
import type { Engine } from '../runtime/engine.ts'
import type { RunEvent } from './events.ts'
import { type Extractor, type ExtractorOptions, openExtractor } from './extractor.ts'
import { withReports } from './reports.ts'

/** Where extractors are kept and how they are trained, where that is not as usual: for tests. */
export type ExtractorSource = Pick<ExtractorOptions, 'cacheDir' | 'settings'>

/**
 * Opens the extractor of a data set and tells how its training goes, if it must be trained.
 *
 * @throws what `openExtractor` throws
 */
export async function* reportedExtractor(
  engine: Engine,
  splits: { readonly train: Dataset; readonly test?: Dataset | undefined },
  { source = {}, signal }: { source?: ExtractorSource | undefined; signal?: AbortSignal | undefined } = {},
): AsyncGenerator<Extract<RunEvent, { type: 'extractor' }>, Extractor> {
  return yield* withReports((report) =>
    openExtractor(engine, splits, {
      ...source,
      ...(signal ? { signal } : {}),
      onProgress: (progress) => report({ type: 'extractor', ...progress }),
    }),
  )
}
