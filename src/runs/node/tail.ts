// What was added to the logs of a run since they were read last.
import { stat } from 'node:fs/promises'
import { join } from 'node:path'
import { FILES } from '../../util/limits.ts'
import { type OpenFile, openFile } from '../../util/node/read-file.ts'
import { LOGS, type LogTable, liveLogs } from '../logs.ts'
import { isMissing } from './disk.ts'

/** How far one log was read: which file it was (its inode; 0: there was none) and the bytes read of it. */
export interface LogPosition {
  readonly file: number
  readonly offset: number
}
/** How far all logs that pages get were read, by name; one that is not named was not read yet. */
export type Cursor = Readonly<Record<string, LogPosition>>

/** Before the first line of a file. */
export const UNREAD: LogPosition = { file: 0, offset: 0 }

/** Before the first line of everything. */
export const START: Cursor = {}

/** A cursor as a short text of letters, digits, dots and dashes. */
export const formatCursor = (cursor: Cursor, logs: LogTable = LOGS): string =>
  liveLogs(logs)
    .map(({ name }) => cursor[name] ?? UNREAD)
    .map(({ file, offset }) => `${file.toString(36)}.${offset.toString(36)}`)
    .join('-')

const POSITION = /^([0-9a-z]{1,12})\.([0-9a-z]{1,11})$/

/** The cursor that a text stands for; undefined for any other text. */
export function parseCursor(text: string, logs: LogTable = LOGS): Cursor | undefined {
  const parts = text.split('-')
  const live = liveLogs(logs)
  if (parts.length !== live.length) return undefined
  const positions = parts.map((part) => POSITION.exec(part))
  if (positions.some((match) => !match)) return undefined
  return Object.fromEntries(
    live.map(({ name }, i) => [
      name,
      { file: Number.parseInt(positions[i]![1]!, 36), offset: Number.parseInt(positions[i]![2]!, 36) },
    ]),
  )
}

export interface Tail {
  /** Complete new lines as text, by log; only logs that have some. */
  readonly lines: Readonly<Record<string, string>>
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
 * What was added since `cursor` to the logs of a run that pages get. Works while another process trains the run.
 *
 * @returns undefined when a log was shortened or replaced: the run was taken back to an earlier step
 */
export async function readTail(
  { folder, logs = LOGS }: { readonly folder: string; readonly logs?: LogTable },
  cursor: Cursor,
): Promise<Tail | undefined> {
  const live = liveLogs(logs)
  const found = await Promise.all(
    live.map(({ name, file }) => readNewLines(join(folder, file), cursor[name] ?? UNREAD)),
  )
  if (found.some((log) => log === undefined)) return undefined
  const entries = live.map(({ name }, i) => [name, found[i]!] as const)
  return {
    lines: Object.fromEntries(entries.flatMap(([name, { text }]) => (text ? [[name, text]] : []))),
    cursor: Object.fromEntries(entries.map(([name, { position }]) => [name, position])),
  }
}
