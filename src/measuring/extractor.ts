// The extractor: a classifier of a data set, trained once and kept, whose features measures compare.
import type { Dataset } from '../data/index.ts'
import { checkLabels } from '../data/labels.ts'
import { likeliest, type Samples } from '../metrics/index.ts'
import type { ExtractorRecord } from '../runs/index.ts'
import type { Engine } from '../runtime/engine.ts'
import { DataError } from '../util/errors.ts'
import { type ExtractorEntry, openExtractorCache } from './extractor-cache.ts'
import {
  type ExtractorData,
  type ExtractorSettings,
  extractorPlan,
  trainExtractor,
} from './extractor-training.ts'
import { openImageReader } from './image-reader.ts'

export interface Extractor {
  /** For records of what it measured. `hash`: SHA-256 of its ONNX file. */
  readonly record: ExtractorRecord
  readonly classes: readonly string[]
  /**
   * Features and class probabilities. What an image gets does not depend on how many are read at once.
   *
   * @param images  n examples [height, width, channels]: bytes 0 to 255, or numbers in [0, 1]
   * @returns features [n, d], none negative, and probabilities [n, classes]
   * @throws ShapeError when it is not a whole number of images of the classifier's shape, at least one
   */
  read(images: Uint8Array | Float32Array): Promise<{ features: Samples; probabilities: Samples }>
  close(): Promise<void>
}

export interface ExtractorOptions {
  /** Where extractors are kept, in the folder `extractors`. Default: the user's cache folder. */
  readonly cacheDir?: string
  /** Aborted: training stops and the call rejects with the signal's reason. */
  readonly signal?: AbortSignal
  /** Called while it is trained; never when it is found in the cache. */
  readonly onProgress?: (progress: { step: number; steps: number }) => void
  /** How it is trained, where that is not as the model `classifier` is by default. For tests and experiments. */
  readonly settings?: ExtractorSettings
}

/** Share of a data set's images whose most probable class is their label. */
async function accuracyOn(dataset: Dataset, { read }: Pick<Extractor, 'read'>): Promise<number> {
  const named = likeliest((await read(dataset.images)).probabilities)
  return named.filter((label, i) => label === dataset.labels![i]).length / dataset.count
}

/**
 * Opens the extractor of a data set: from the cache, or trained now with the defaults of the model `classifier` and
 * seed 1, and kept. A training that was interrupted goes on where it was; a file that is damaged is made anew.
 *
 * @param engine  runs it; stays open when the extractor is closed
 * @param train  what it learns
 * @param test   what its accuracy is measured on
 * @throws DataError for data without labels or without a test part
 */
export async function openExtractor(
  engine: Engine,
  { train, test }: { readonly train: Dataset; readonly test?: Dataset | undefined },
  { cacheDir, signal, onProgress, settings }: ExtractorOptions = {},
): Promise<Extractor> {
  if (!test)
    throw new DataError(
      `the data "${train.name}" has no test part, and the accuracy of features is measured on one; add one (a folder test beside train, or IDX files that begin with t10k), or use mnist or digits`,
    )
  checkLabels('the classifier whose features measures compare', { train, test })
  const plan = extractorPlan(train, settings)
  const cache = openExtractorCache(plan.key, cacheDir)
  const found = await cache.read()
  signal?.throwIfAborted()
  const made = found ?? (await trainExtractor(engine, train, plan, { cache, signal, onProgress }))
  const reader = await openImageReader(engine, made.bytes, {
    shape: [train.height, train.width, train.channels],
    outputs: ['features', 'probabilities'],
  })
  try {
    let record = found?.testHash === test.hash ? found.record : undefined
    if (!record) {
      record = {
        name: plan.model.name,
        hash: made.hash,
        accuracy: await accuracyOn(test, reader),
        testCount: test.count,
        features: plan.features,
      }
      await cache.write(made.bytes, { record, testHash: test.hash, classes: [...train.classes] })
      await cache.removeUnfinished()
    }
    return { record, classes: train.classes, ...reader }
  } catch (error) {
    await reader.close()
    throw error
  }
}

/**
 * The extractor of a data set as it is kept, with the bytes of its ONNX file; undefined when none was trained yet, or when
 * the data has no classes.
 */
export async function keptExtractor(
  data: ExtractorData,
  { cacheDir, settings }: Pick<ExtractorOptions, 'cacheDir' | 'settings'> = {},
): Promise<(ExtractorEntry & { readonly bytes: Uint8Array }) | undefined> {
  return data.classes.length < 2
    ? undefined
    : openExtractorCache(extractorPlan(data, settings).key, cacheDir).read()
}
