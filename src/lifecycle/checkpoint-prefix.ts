// What the files of a checkpoint of TensorFlow have in common: `tf_ckpt-199` of `tf_ckpt-199.index`.
import { existsSync } from 'node:fs'
import { DataError } from '../util/errors.ts'

/** How the file ends that tells what is in the others. */
export const INDEX = '.index'

/**
 * The beginning of a checkpoint's files, where this is that, or names one of them; else undefined.
 *
 * @throws DataError when others of its files are there, and the index is not
 */
export function checkpointPrefix(given: string): string | undefined {
  const prefix = given.replace(/\.(index|meta|data-\d{5}-of-\d{5})$/, '')
  if (existsSync(prefix + INDEX)) return prefix
  const other = ['.meta', '.data-00000-of-00001'].find((ending) => existsSync(prefix + ending))
  if (other === undefined) return undefined
  throw new DataError(
    `${prefix}${INDEX} is missing, which tells what is in ${prefix}${other}; put both into one folder`,
  )
}
