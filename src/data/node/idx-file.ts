// Finds and reads IDX files in a folder, gzipped or not.
import { join } from 'node:path'
import { parseIdxHeader } from '../../formats/idx.ts'
import { DataError, messageOf } from '../../util/errors.ts'
import { FILES } from '../../util/limits.ts'
import { readBytes } from '../../util/node/read-file.ts'
import type { NamedBytes } from '../idx-dataset.ts'
import { gunzipIfNeeded } from './gunzip.ts'

/** Spellings of the same file: uncompressed first; `idx3-ubyte` is joined with a dash or with a dot. */
export function spellingsOf(name: string): string[] {
  const plain = name.replace(/\.gz$/, '')
  const dotted = plain.replace(/-(idx\d-ubyte)$/, '.$1')
  return [...new Set([plain, dotted])].flatMap((spelling) => [spelling, `${spelling}.gz`])
}

/** How long an IDX file is, by its header. */
export const idxSize =
  (name: string) =>
  (beginning: Uint8Array): number =>
    parseIdxHeader(beginning, name).size

/**
 * Reads a file and uncompresses it where needed.
 *
 * @throws DataError when it cannot be read or is a corrupt gzip file
 */
export async function readIdxFile(folder: string, file: string): Promise<NamedBytes> {
  const path = join(folder, file)
  let bytes: Uint8Array
  try {
    bytes = await readBytes(path, FILES.idx)
  } catch (error) {
    if (error instanceof DataError) throw error
    throw new DataError(`${path} cannot be read: ${messageOf(error)}`)
  }
  return { name: path, bytes: await gunzipIfNeeded(bytes, path, idxSize(path)) }
}
