// Where extractors are kept: an ONNX file named by its hash, and a record that names it.
import { createHash } from 'node:crypto'
import { rm } from 'node:fs/promises'
import { join } from 'node:path'
import { z } from 'zod'
import { cacheFolder } from '../data/node/index.ts'
import { decodeSafetensors, encodeSafetensors, extractorSchema, type Tensor } from '../runs/index.ts'
import { writeAtomic } from '../runs/node/index.ts'
import type { TrainingState } from '../training/state.ts'
import { DataError, messageOf } from '../util/errors.ts'
import { FILES } from '../util/limits.ts'
import { readBytes, readText } from '../util/node/read-file.ts'
import type { Shape } from '../util/shape.ts'

const entrySchema = z.object({
  record: extractorSchema,
  /** Hash of the images that the accuracy was measured on. */
  testHash: z.string(),
  classes: z.array(z.string()),
})
export type ExtractorEntry = z.infer<typeof entrySchema>

const arraysOf = (tensors: Readonly<Record<string, Tensor>>): TrainingState['arrays'] =>
  Object.fromEntries(
    Object.entries(tensors).map(([name, { data }]) => [name, data as Float32Array<ArrayBuffer>]),
  )

export interface ExtractorCache {
  /** What is kept, its bytes checked; undefined when nothing is or it is damaged. */
  read(): Promise<(ExtractorEntry & { bytes: Uint8Array; hash: string }) | undefined>
  /** @throws DataError when the folder cannot be written */
  write(bytes: Uint8Array, entry: ExtractorEntry): Promise<void>
  /** A training that did not come to its end; undefined when there is none, or it is damaged or of another runtime. */
  readUnfinished(runtime: string): Promise<TrainingState | undefined>
  /** Keeps a training so far. Where that cannot be written the training goes on without. */
  writeUnfinished(
    runtime: string,
    state: TrainingState,
    shapes: Readonly<Record<string, Shape>>,
  ): Promise<void>
  /** Once it came to its end. */
  removeUnfinished(): Promise<void>
}

/**
 * The place of one extractor. The record is written after its file and the file's name is its hash, so processes that
 * train the same at once leave one whole extractor: that of the last to finish.
 */
export function openExtractorCache(key: string, cacheDir = cacheFolder()): ExtractorCache {
  const folder = join(cacheDir, 'extractors')
  const recordPath = join(folder, `${key}.json`)
  const unfinishedPath = join(folder, `${key}-unfinished.safetensors`)
  const filePath = (hash: string): string => join(folder, `${key}-${hash.slice(0, 16)}.onnx`)
  return {
    async read() {
      try {
        const entry = entrySchema.parse(JSON.parse(await readText(recordPath, FILES.record)))
        const { hash } = entry.record
        const bytes = await readBytes(filePath(hash), FILES.network)
        return createHash('sha256').update(bytes).digest('hex') === hash
          ? { ...entry, bytes, hash }
          : undefined
      } catch {
        // Missing or damaged in any way: it is made anew, and a disk that cannot be read is heard of in writing.
        return undefined
      }
    },
    async write(bytes, entry) {
      try {
        await writeAtomic(filePath(entry.record.hash), bytes)
        await writeAtomic(recordPath, new TextEncoder().encode(`${JSON.stringify(entry, null, 2)}\n`))
      } catch (error) {
        throw new DataError(
          `the cache folder ${folder} cannot be written: ${messageOf(error)}. Set XDG_CACHE_HOME to another folder.`,
        )
      }
    },
    async readUnfinished(runtime) {
      try {
        const { tensors, metadata, verified } = await decodeSafetensors(
          await readBytes(unfinishedPath, FILES.checkpoint),
        )
        const step = Number(metadata.step)
        if (!verified || metadata.key !== key || metadata.runtime !== runtime) return undefined
        if (!Number.isInteger(step) || step < 0) return undefined
        return { step, arrays: arraysOf(tensors) }
      } catch {
        return undefined
      }
    },
    async writeUnfinished(runtime, { step, arrays }, shapes) {
      const tensors = Object.fromEntries(
        Object.entries(shapes).map(([name, shape]) => [name, { shape, data: arrays[name]! }]),
      )
      const bytes = await encodeSafetensors(tensors, { key, runtime, step: String(step) })
      // The extractor itself must be written, and will say what is wrong with the folder.
      await writeAtomic(unfinishedPath, bytes, { durable: true }).catch(() => {})
    },
    removeUnfinished: () => rm(unfinishedPath, { force: true }).catch(() => {}),
  }
}
