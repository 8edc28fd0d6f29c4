// What was added to the logs of a run since they were read last.
import { stat } from 'node:fs/promises'
import { join } from 'node:path'
import { FILES } from '../../util/limits.ts'
import { type OpenFile, openFile } from '../../util/node/read-file.ts'
import { LOG_FILES } from '../layout.ts'
import { isMissing } from './disk.ts'

export type LogName = keyof typeof LOG_FILES
const LOGS = Object.keys(LOG_FILES) as LogName[]

/** How far one log was read: which file it was (its inode; 0: there was none) and the bytes read of it. */
export interface LogPosition {
  readonly file: number
  readonly offset: number
}
/** How far all logs were read. */
export type Cursor = Readonly<Record<LogName, LogPosition>>

/** Before the first line of a file. */
export const UNREAD: LogPosition = { file: 0, offset: 0 }

/** Before the first line of everything. */
export const START: Cursor = Object.fromEntries(LOGS.map((log) => [log, UNREAD])) as Record<
  LogName,
  LogPosition
>

/** A cursor as a short text of letters, digits, dots and dashes. */
export const formatCursor = (cursor: Cursor): string =>
  LOGS.map((log) => `${cursor[log].file.toString(36)}.${cursor[log].offset.toString(36)}`).join('-')

const POSITION = /^([0-9a-z]{1,12})\.([0-9a-z]{1,11})$/

/** The cursor that a text stands for; undefined for any other text. */
export function parseCursor(text: string): Cursor | undefined {
  const parts = text.split('-')
  if (parts.length !== LOGS.length) return undefined
  const positions = parts.map((part) => POSITION.exec(part))
  if (positions.some((match) => !match)) return undefined
  return Object.fromEntries(
    LOGS.map((log, i) => [
      log,
      { file: Number.parseInt(positions[i]![1]!, 36), offset: Number.parseInt(positions[i]![2]!, 36) },
    ]),
  ) as Record<LogName, LogPosition>
}

export interface Tail {
  /** Complete new lines as text, by log; only logs that have some. */
  readonly lines: Readonly<Partial<Record<LogName, string>>>
  readonly cursor: Cursor
}

/** At most this many bytes of a log at once; what is left follows at the next reading. */
const MOST_BYTES = 4 * 2 ** 20

/**
 * New complete lines of one file; undefined when the file is another one than before, or shorter.
 *
 * @throws DataError when it is not a regular file, or longer than any log
 */
export async function readNewLines(
  path: string,
  before: LogPosition,
): Promise<{ text: string; position: LogPosition } | undefined> {
  let file: OpenFile
  try {
    // Most logs do not change between two looks: they are not opened.
    const { ino, size } = await stat(path)
    if (ino === before.file && size === before.offset) return { text: '', position: before }
    file = await openFile(path, FILES.log)
  } catch (error) {
    if (!isMissing(error)) throw error
    return before.file === 0 ? { text: '', position: before } : undefined
  }
  const { handle, ino, size } = file
  try {
    if ((before.file !== 0 && before.file !== ino) || size < before.offset) return undefined
    const length = Math.min(size - before.offset, MOST_BYTES)
    if (length === 0) return { text: '', position: { file: ino, offset: before.offset } }
    const bytes = Buffer.alloc(length)
    const { bytesRead } = await handle.read(bytes, 0, length, before.offset)
    const end = bytes.subarray(0, bytesRead).lastIndexOf(10) + 1
    return {
      text: bytes.toString('utf8', 0, end),
      position: { file: ino, offset: before.offset + end },
    }
  } finally {
    await handle.close()
  }
}

/**
 * What was added to a run's logs since `cursor`. Works while another process trains the run.
 *
 * @returns undefined when a log was shortened or replaced: the run was taken back to an earlier step
 */
export async function readTail(folder: string, cursor: Cursor): Promise<Tail | undefined> {
  const found = await Promise.all(LOGS.map((log) => readNewLines(join(folder, LOG_FILES[log]), cursor[log])))
  if (found.some((log) => log === undefined)) return undefined
  const entries = LOGS.map((log, i) => [log, found[i]!] as const)
  return {
    lines: Object.fromEntries(entries.flatMap(([log, { text }]) => (text ? [[log, text]] : []))),
    cursor: Object.fromEntries(entries.map(([log, { position }]) => [log, position])) as Record<
      LogName,
      LogPosition
    >,
  }
}
