// Rounds of "Be the critic" in a run folder: added and read, by anybody, whether or not the run is being trained.
import { truncate } from 'node:fs/promises'
import { join } from 'node:path'
import { DataError } from '../../util/errors.ts'
import { FILES } from '../../util/limits.ts'
import { readBytes } from '../../util/node/read-file.ts'
import { type CriticRow, criticRowSchema } from '../critic.ts'
import { formatLines, parseLines, rowReader } from '../lines.ts'
import { LOGS } from '../logs.ts'
import { append, diskError, isMissing } from './disk.ts'

/** The bytes of the file; none when there is no file yet. */
async function bytesOf(path: string): Promise<Uint8Array> {
  try {
    return await readBytes(path, FILES.log)
  } catch (error) {
    if (isMissing(error)) return new Uint8Array()
    throw diskError(`cannot read ${path}`, error)
  }
}

/**
 * All rounds, oldest first.
 *
 * @throws DataError naming file and line when a line is damaged; a torn last line is left out
 */
export async function readCritic(folder: string): Promise<CriticRow[]> {
  const path = join(folder, LOGS.critic.file)
  return parseLines(new TextDecoder().decode(await bytesOf(path)), path, rowReader(criticRowSchema))
}

async function add(path: string, row: CriticRow): Promise<void> {
  const before = await bytesOf(path)
  const end = before.lastIndexOf(10) + 1
  // A line that a power cut tore would join with the new one to one that nobody can read.
  if (end < before.length) await truncate(path, end)
  await append(path, new TextEncoder().encode(formatLines([row])))
}

let last: Promise<unknown> = Promise.resolve()

/**
 * Adds a round, as one line in one write; all of it or, on failure, nothing.
 *
 * @throws DataError when it is not a round, or the disk is full; ConfigError when the folder cannot be written
 */
export function appendCritic(folder: string, row: CriticRow): Promise<void> {
  const path = join(folder, LOGS.critic.file)
  const { error } = criticRowSchema.safeParse(row)
  if (error) return Promise.reject(new DataError(`not a round of the critic: ${error.message}`))
  const added = last.then(() => add(path, row))
  // One after the other: a failing write cuts the file back to what it found.
  last = added.catch(() => {})
  return added.catch((cause) => {
    throw diskError(`cannot add to ${path}`, cause)
  })
}
