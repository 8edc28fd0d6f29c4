// What the files of a checkpoint of TensorFlow have in common: `tf_ckpt-199` of `tf_ckpt-199.index`.
import { existsSync } from 'node:fs'

/** How the file ends that tells what is in the others. */
export const INDEX = '.index'

/** The beginning of a checkpoint's files, where this is that, or names one of them; else undefined. */
export function checkpointPrefix(given: string): string | undefined {
  const prefix = given.replace(/\.(index|meta|data-\d{5}-of-\d{5})$/, '')
  return existsSync(prefix + INDEX) ? prefix : undefined
}
