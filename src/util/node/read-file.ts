// The one way to read a file: only regular files, whose size is known and within the limit of their kind.
//
// A pipe in place of a file never ends a read, and five such reads take all of Node's threads for files; a device may
// never end at all. So a name is looked at before it is opened (opening a device can do something), opened without
// waiting, and looked at again through the handle, because it may have become something else in between. Links are
// followed: data folders and run folders may lie elsewhere.
import { constants, type Stats } from 'node:fs'
import { type FileHandle, open, stat } from 'node:fs/promises'
import { DataError } from '../errors.ts'
import { formatSize } from '../format.ts'
import type { FileLimit } from '../limits.ts'

/** Windows has neither flag, and no pipes among its files. */
const FLAGS = constants.O_RDONLY | (constants.O_NONBLOCK ?? 0) | (constants.O_NOCTTY ?? 0)

function kindOf(found: Stats): string {
  if (found.isFIFO()) return 'a pipe'
  if (found.isDirectory()) return 'a folder'
  if (found.isSocket()) return 'a socket'
  return 'a device'
}

/** @throws DataError for what is not a regular file, or is too large */
function check(path: string, found: Stats, { what, bytes, remedy }: FileLimit): void {
  if (!found.isFile())
    throw new DataError(`${path}: expected a regular file, got ${kindOf(found)}; remove it`)
  if (found.size > bytes)
    throw new DataError(
      `${path}: expected ${what} of at most ${formatSize(bytes)}, got ${formatSize(found.size)}; ${remedy}`,
    )
}

export interface OpenFile {
  readonly handle: FileHandle
  /** Bytes when it was opened; 0 for files of /proc, which do not know. */
  readonly size: number
  /** Which file it is. */
  readonly ino: number
}

/**
 * Opens a file for reading. The caller closes the handle.
 *
 * @throws DataError when it is not a regular file or too large; the operating system's error, e.g. ENOENT
 */
export async function openFile(path: string, limit: FileLimit): Promise<OpenFile> {
  check(path, await stat(path), limit)
  const handle = await open(path, FLAGS)
  try {
    const found = await handle.stat()
    check(path, found, limit)
    return { handle, size: found.size, ino: found.ino }
  } catch (error) {
    await handle.close()
    throw error
  }
}

/** Bytes read at a time where the size is not known. */
const PORTION = 64 * 1024

/**
 * The bytes of a file as they were when it was opened; what is added meanwhile is left out.
 *
 * @throws DataError when it is not a regular file or too large; the operating system's error, e.g. ENOENT
 */
export async function readBytes(path: string, limit: FileLimit): Promise<Uint8Array<ArrayBuffer>> {
  const { handle, size } = await openFile(path, limit)
  try {
    if (size === 0) return await readUnsized(path, handle, limit)
    const bytes = new Uint8Array(size)
    let at = 0
    while (at < size) {
      const { bytesRead } = await handle.read(bytes, at, size - at, at)
      if (bytesRead === 0) break
      at += bytesRead
    }
    return at === size ? bytes : bytes.slice(0, at)
  } finally {
    await handle.close()
  }
}

/** Files of /proc say that they are empty. */
async function readUnsized(
  path: string,
  handle: FileHandle,
  limit: FileLimit,
): Promise<Uint8Array<ArrayBuffer>> {
  const portions: Buffer[] = []
  let total = 0
  for (;;) {
    const { bytesRead, buffer } = await handle.read(Buffer.alloc(PORTION), 0, PORTION)
    if (bytesRead === 0) break
    total += bytesRead
    if (total > limit.bytes)
      throw new DataError(
        `${path}: expected ${limit.what} of at most ${formatSize(limit.bytes)}, got one that goes on; ${limit.remedy}`,
      )
    portions.push(buffer.subarray(0, bytesRead))
  }
  return new Uint8Array(Buffer.concat(portions))
}

/** The same as text in UTF-8. @throws as `readBytes` */
export async function readText(path: string, limit: FileLimit): Promise<string> {
  const bytes = await readBytes(path, limit)
  return Buffer.from(bytes.buffer, bytes.byteOffset, bytes.length).toString('utf8')
}

/**
 * The text of a file in portions, in UTF-8, up to the size it had when it was opened.
 *
 * @throws as `readBytes`
 */
export async function* readPortions(path: string, limit: FileLimit, portion: number): AsyncGenerator<string> {
  const { handle, size } = await openFile(path, limit)
  try {
    const decoder = new TextDecoder('utf-8', { ignoreBOM: true })
    const bytes = new Uint8Array(portion)
    for (let at = 0; at < size; ) {
      const { bytesRead } = await handle.read(bytes, 0, Math.min(portion, size - at), at)
      if (bytesRead === 0) break
      at += bytesRead
      yield decoder.decode(bytes.subarray(0, bytesRead), { stream: true })
    }
    yield decoder.decode()
  } finally {
    await handle.close()
  }
}
