// Files that a user asked for by name, outside of run folders.
import { resolve } from 'node:path'
import { DataError, messageOf } from '../../util/errors.ts'
import { writeAtomic } from './index.ts'

/**
 * Writes a file anywhere, through a temporary one.
 *
 * @returns its absolute path
 * @throws DataError when the place cannot be written
 */
export async function writeOut(file: string, bytes: Uint8Array): Promise<string> {
  const path = resolve(file)
  try {
    await writeAtomic(path, bytes)
  } catch (error) {
    throw new DataError(`cannot write ${path}: ${messageOf(error)}`)
  }
  return path
}
