// The extractor: a classifier of a data set, trained once and kept, whose features measures compare.
import type { Dataset } from '../data/index.ts'
import type { Samples } from '../metrics/index.ts'
import type { ExtractorRecord } from '../runs/index.ts'
import type { Engine } from '../runtime/engine.ts'
import { DataError, ShapeError } from '../util/errors.ts'
import { openExtractorCache } from './extractor-cache.ts'
import { type ExtractorSettings, extractorPlan, trainExtractor } from './extractor-training.ts'
import { checkLabels } from './labels.ts'

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

/** Images at once, always: the runtime may round otherwise for another batch size. */
const BATCH = 250

/** What reads images with an ONNX file of `trainExtractor`. */
async function openReader(
  engine: Engine,
  bytes: Uint8Array,
  shape: readonly number[],
): Promise<Pick<Extractor, 'read' | 'close'>> {
  const model = await engine.load(bytes)
  const size = shape.reduce((product, length) => product * length, 1)
  return {
    async read(images) {
      const n = images.length / size
      if (!Number.isInteger(n) || n < 1)
        throw new ShapeError(
          `extractor: expected images of [${shape.join(', ')}] (height, width, channels), ${size} numbers each, got ${images.length} numbers`,
        )
      const scale = images instanceof Uint8Array ? 255 : 1
      const parts: Record<'features' | 'probabilities', Float32Array[]> = { features: [], probabilities: [] }
      for (let first = 0; first < n; first += BATCH) {
        const some = images.subarray(first * size, Math.min(n, first + BATCH) * size)
        const batch = new Float32Array(BATCH * size)
        for (let i = 0; i < some.length; i++) batch[i] = some[i]! / scale
        const outputs = await model.run({ images: { data: batch, shape: [BATCH, ...shape] } })
        for (const name of ['features', 'probabilities'] as const) {
          const { data } = outputs[name]!
          parts[name].push((data as Float32Array).subarray(0, (data.length / BATCH) * (some.length / size)))
        }
      }
      const joined = (name: keyof typeof parts): Samples => {
        const width = parts[name].reduce((sum, { length }) => sum + length, 0) / n
        const data = new Float32Array(n * width)
        let at = 0
        for (const part of parts[name]) {
          data.set(part, at)
          at += part.length
        }
        return { data, shape: [n, width] }
      }
      return { features: joined('features'), probabilities: joined('probabilities') }
    },
    close: () => model.close(),
  }
}

/** Share of a data set's images whose most probable class is their label. */
async function accuracyOn(dataset: Dataset, { read }: Pick<Extractor, 'read'>): Promise<number> {
  const { probabilities } = await read(dataset.images)
  const width = probabilities.shape[1]!
  let right = 0
  for (let i = 0; i < dataset.count; i++) {
    const row = probabilities.data.subarray(i * width, (i + 1) * width)
    if (row.indexOf(Math.max(...row)) === dataset.labels![i]) right++
  }
  return right / dataset.count
}

/**
 * Opens the extractor of a data set: from the cache, or trained now with the defaults of the model `classifier` and
 * seed 1, and kept. A file that is damaged is made anew.
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
  const made = found ?? (await trainExtractor(engine, train, plan, { signal, onProgress }))
  const reader = await openReader(engine, made.bytes, [train.height, train.width, train.channels])
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
    }
    return { record, classes: train.classes, ...reader }
  } catch (error) {
    await reader.close()
    throw error
  }
}
