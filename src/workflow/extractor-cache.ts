// Where extractors are kept: an ONNX file named by its hash, and a record that names it.
import { createHash } from 'node:crypto'
import { join } from 'node:path'
import { z } from 'zod'
import { cacheFolder } from '../data/node/index.ts'
import { extractorSchema } from '../runs/index.ts'
import { writeAtomic } from '../runs/node/index.ts'
import { DataError, messageOf } from '../util/errors.ts'
import { FILES } from '../util/limits.ts'
import { readBytes, readText } from '../util/node/read-file.ts'

const entrySchema = z.object({
  record: extractorSchema,
  /** Hash of the images that the accuracy was measured on. */
  testHash: z.string(),
  classes: z.array(z.string()),
})
export type ExtractorEntry = z.infer<typeof entrySchema>

export interface ExtractorCache {
  /** What is kept, its bytes checked; undefined when nothing is or it is damaged. */
  read(): Promise<(ExtractorEntry & { bytes: Uint8Array; hash: string }) | undefined>
  /** @throws DataError when the folder cannot be written */
  write(bytes: Uint8Array, entry: ExtractorEntry): Promise<void>
}

/**
 * The place of one extractor. The record is written after its file and the file's name is its hash, so processes that
 * train the same at once leave one whole extractor: that of the last to finish.
 */
export function openExtractorCache(key: string, cacheDir = cacheFolder()): ExtractorCache {
  const folder = join(cacheDir, 'extractors')
  const recordPath = join(folder, `${key}.json`)
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
  }
}
