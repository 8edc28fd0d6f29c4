// Requests to the process that trains a run: lines of control.jsonl, written by anybody, read by that process.
import { appendFile, rm, stat } from 'node:fs/promises'
import { basename, join } from 'node:path'
import { ConfigError } from '../../util/errors.ts'
import { formatLines } from '../lines.ts'
import { LOGS } from '../logs.ts'
import { type ControlRow, controlRowSchema } from '../schema.ts'
import { diskError } from './disk.ts'
import { lockHolder } from './lock.ts'
import { readNewLines, UNREAD } from './tail.ts'

/**
 * Asks the process that trains a run for something. Requests are heeded in the order in which they were made.
 *
 * @throws ConfigError when no process trains the run
 */
export async function sendControl(folder: string, row: ControlRow): Promise<void> {
  if (!(await lockHolder(folder)))
    throw new ConfigError(`no process trains the run "${basename(folder)}": resume it first`)
  try {
    await appendFile(join(folder, LOGS.control.file), formatLines([row]))
  } catch (error) {
    throw diskError(`cannot write ${join(folder, LOGS.control.file)}`, error)
  }
}

export interface ControlReader {
  /** The oldest request that was not taken yet, at once; undefined when there is none. */
  take(): Promise<ControlRow | undefined>
  /** The same, waited for; undefined when the signal aborts first. */
  wait(signal?: AbortSignal): Promise<ControlRow | undefined>
}

/** Milliseconds between two looks at the file while waiting. */
const PACE = 50

const parse = (line: string): ControlRow[] => {
  try {
    const { success, data } = controlRowSchema.safeParse(JSON.parse(line))
    return success ? [data] : []
  } catch {
    return [] // A line that nobody can read asks for nothing.
  }
}

/** Reads the requests from now on; what was asked of an earlier process is forgotten. */
export async function openControl(folder: string): Promise<ControlReader> {
  const path = join(folder, LOGS.control.file)
  await rm(path, { force: true })
  let position = UNREAD
  const rows: ControlRow[] = []
  const take = async (): Promise<ControlRow | undefined> => {
    const size = rows.length > 0 ? 0 : ((await stat(path).catch(() => undefined))?.size ?? 0)
    if (size > position.offset) {
      const found = await readNewLines(path, position).catch(() => undefined)
      if (found) {
        position = found.position
        rows.push(...found.text.split('\n').flatMap(parse))
      }
    }
    return rows.shift()
  }
  return {
    take,
    async wait(signal) {
      while (!signal?.aborted) {
        const row = await take()
        if (row) return row
        await new Promise((resolve) => setTimeout(resolve, PACE))
      }
      return undefined
    },
  }
}
