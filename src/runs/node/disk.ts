// Writing to disk so that an interruption or a full disk never leaves half a file.
import { createHash, randomUUID } from 'node:crypto'
import { type FileHandle, mkdir, open, rename, rm, stat } from 'node:fs/promises'
import { basename, dirname, join } from 'node:path'
import { ConfigError, DataError, messageOf } from '../../util/errors.ts'
import { FILES } from '../../util/limits.ts'
import { readBytes } from '../../util/node/read-file.ts'

/** How bytes get into an open file. Given as an argument so that a test can fill the disk. */
export type WriteBytes = (handle: FileHandle, bytes: Uint8Array) => Promise<void>

/** Writes all bytes at the handle's position. */
export const writeBytes: WriteBytes = (handle, bytes) => handle.writeFile(bytes)

const codeOf = (error: unknown): string => (error as NodeJS.ErrnoException)?.code ?? ''

/** True for the errors that mean "there is no such file". */
export const isMissing = (error: unknown): boolean =>
  codeOf(error) === 'ENOENT' || codeOf(error) === 'ENOTDIR'

/** The operating system's error as one of ours, with what to do about it. */
export function diskError(action: string, error: unknown): Error {
  // Not the system's: it says all already.
  if (error instanceof DataError) return error
  const options = { cause: error }
  switch (codeOf(error)) {
    case 'ENOSPC':
    case 'EDQUOT':
      return new DataError(`${action}: the disk is full; free some space and try again`, options)
    case 'EROFS':
      return new DataError(
        `${action}: the disk has become read-only, or always was; make it writable, or choose another folder`,
        options,
      )
    case 'EACCES':
    case 'EPERM':
      return new ConfigError(`${action}: no permission to write there; choose another folder`, options)
    case 'ENOTDIR':
    case 'EEXIST':
    case 'EISDIR':
      return new ConfigError(`${action}: a part of this path is a file; choose another folder`, options)
    case 'ENAMETOOLONG':
    case 'ENOENT':
      return new ConfigError(`${action}: this path cannot be made; choose another folder`, options)
    default:
      return new DataError(`${action}: ${messageOf(error)}`, options)
  }
}

/** Turns the operating system's error into one of ours. */
export async function doing<T>(action: string, work: Promise<T>): Promise<T> {
  try {
    return await work
  } catch (error) {
    throw diskError(action, error)
  }
}

/** A record of a run as a file. */
export const jsonBytes = (value: unknown): Uint8Array =>
  new TextEncoder().encode(`${JSON.stringify(value, null, 2)}\n`)

const TEMPORARY = /^\..*\.[0-9a-f]{8}\.tmp$/

/** True for the name of a file that `writeAtomic` had not finished. */
export const isTemporary = (name: string): boolean => TEMPORARY.test(name)

/** Asks the disk to keep a folder's entries; where folders cannot be opened (Windows), nothing needs to be done. */
export async function syncFolder(folder: string): Promise<void> {
  const handle = await open(folder, 'r').catch(() => undefined)
  if (!handle) return
  try {
    await handle.sync()
  } catch (error) {
    if (!['EINVAL', 'EPERM', 'ENOTSUP'].includes(codeOf(error))) throw error
  } finally {
    await handle.close()
  }
}

interface FolderOptions {
  /** Survive a power cut: the folder above is flushed too. Default false */
  readonly durable?: boolean
  /** A folder above that must exist already: one that somebody deleted does not come back. */
  readonly within?: string | undefined
}

/**
 * Makes a folder and those above it. (Node's own recursive mkdir never returns where a parent exists but
 * cannot hold folders, e.g. below /proc.)
 *
 * @throws the operating system's error
 */
export async function makeFolder(path: string, options: FolderOptions = {}): Promise<void> {
  if (path === options.within) return
  const make = async (): Promise<void> => {
    await mkdir(path)
    if (options.durable) await syncFolder(dirname(path))
  }
  try {
    await make()
  } catch (error) {
    const isFolder = async (): Promise<boolean> =>
      (await stat(path).catch(() => undefined))?.isDirectory() ?? false
    if (codeOf(error) === 'ENOENT' && ![path, options.within].includes(dirname(path))) {
      await makeFolder(dirname(path), options)
      await make().catch(async (again) => {
        if (!(await isFolder())) throw again
      })
    } else if (!(await isFolder())) throw error
  }
}

/**
 * Writes a file so that its name holds either the old bytes or all of the new ones: a temporary file in the
 * same folder, then a rename. Folders on the way are made.
 *
 * @param durable  also survive a power cut: flush file and folders before returning. Default false
 * @param within   a folder that must exist already; those below it are made
 * @throws the operating system's error; the temporary file is gone then
 */
export async function writeAtomic(
  path: string,
  bytes: Uint8Array,
  { durable = false, within, write = writeBytes }: FolderOptions & { write?: WriteBytes | undefined } = {},
): Promise<void> {
  const folder = dirname(path)
  const temporary = join(folder, `.${basename(path)}.${randomUUID().slice(0, 8)}.tmp`)
  await makeFolder(folder, { durable, within })
  try {
    const handle = await open(temporary, 'w')
    try {
      await write(handle, bytes)
      if (durable) await handle.sync()
    } finally {
      await handle.close()
    }
    await rename(temporary, path)
  } catch (error) {
    // What cannot be removed either, on a disk that has become read-only, must not hide the error itself.
    await rm(temporary, { force: true }).catch(() => undefined)
    throw error
  }
  if (durable) await syncFolder(folder)
}

/**
 * Puts a file into a folder under a name that no other content has: its own, or `name-2` and so on. Where the same bytes lie
 * there under such a name already, that is it. It appears whole or not at all.
 *
 * @param name    without its ending
 * @returns its name with the ending
 * @throws the errors of `diskError`; DataError when there are no bytes
 */
export async function keepFile(
  folder: string,
  name: string,
  ending: string,
  chunks: AsyncIterable<Uint8Array>,
): Promise<string> {
  const temporary = join(folder, `.${name}${ending}.${randomUUID().slice(0, 8)}.tmp`)
  const hash = createHash('sha256')
  let size = 0
  const write = async (): Promise<string> => {
    const handle = await open(temporary, 'wx')
    try {
      for await (const chunk of chunks) {
        hash.update(chunk)
        size += chunk.length
        await handle.writeFile(chunk)
      }
      await handle.sync()
    } finally {
      await handle.close()
    }
    if (size === 0) throw new DataError(`${name}${ending} is empty: expected a file with something in it`)
    const digest = hash.digest('hex')
    for (let copy = 1; ; copy++) {
      const candidate = copy === 1 ? `${name}${ending}` : `${name}-${copy}${ending}`
      const path = join(folder, candidate)
      if (await claim(path)) {
        await rename(temporary, path)
        return candidate
      }
      if (await sameFile(path, size, digest)) return candidate
    }
  }
  return doing(
    `cannot write ${join(folder, `${name}${ending}`)}`,
    write().finally(() => rm(temporary, { force: true }).catch(() => undefined)),
  )
}

/** Takes a name that nobody has, with an empty file. @throws the operating system's error */
async function claim(path: string): Promise<boolean> {
  try {
    await (await open(path, 'wx')).close()
    return true
  } catch (error) {
    if (codeOf(error) === 'EEXIST') return false
    throw error
  }
}

async function sameFile(path: string, size: number, digest: string): Promise<boolean> {
  const found = await stat(path)
  if (!found.isFile() || found.size !== size) return false
  const bytes = await readBytes(path, FILES.network)
  return createHash('sha256').update(bytes).digest('hex') === digest
}

/** Writes a new file and flushes it. @throws the operating system's error, EEXIST where there is one */
export async function writeNew(path: string, text: string): Promise<void> {
  const handle = await open(path, 'wx')
  try {
    await handle.writeFile(text)
    await handle.sync()
  } finally {
    await handle.close()
  }
}

/**
 * Adds bytes to the end of a file. When that fails half-way, the file is cut back to what it was.
 *
 * @throws the operating system's error
 */
export async function append(path: string, bytes: Uint8Array, write: WriteBytes = writeBytes): Promise<void> {
  const handle = await open(path, 'a')
  try {
    const { size } = await handle.stat()
    try {
      await write(handle, bytes)
    } catch (error) {
      await handle.truncate(size)
      throw error
    }
  } finally {
    await handle.close()
  }
}

/** Flushes a file's bytes to the disk, if the file exists. */
export async function syncFile(path: string): Promise<void> {
  let handle: FileHandle
  try {
    handle = await open(path, 'r+')
  } catch (error) {
    if (isMissing(error)) return
    throw error
  }
  try {
    await handle.sync()
  } finally {
    await handle.close()
  }
}
