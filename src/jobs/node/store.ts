// Where results and files are kept, by content: one interface of keys and bytes, and what jobs keep in it.
import { createHash, randomUUID } from 'node:crypto'
import { existsSync } from 'node:fs'
import { copyFile, link as hardLink, readdir, rename, rm, stat, unlink } from 'node:fs/promises'
import { basename, dirname, join } from 'node:path'
import { isTemporary, makeFolder, writeAtomic } from '../../runs/node/disk.ts'
import { describeIssues } from '../../runs/schema.ts'
import { DataError, messageOf } from '../../util/errors.ts'
import { FILES } from '../../util/limits.ts'
import { readBytes } from '../../util/node/read-file.ts'
import type { Job } from '../request.ts'
import { type FileTable, filesSchema, type JobResult, jobResultSchema } from '../result.ts'

/** Keys and bytes; what every place to keep them can do. Keys are made of `a-z0-9-/.` */
export interface Shelf {
  /** In words, for messages. */
  readonly words: string
  /** What opens it again in another process. */
  readonly address: string
  /** Undefined when nothing is there. */
  read(key: string): Promise<Uint8Array | undefined>
  has(key: string): Promise<boolean>
  /** All of it or nothing, even when it is interrupted. */
  write(key: string, bytes: Uint8Array): Promise<void>
  remove(key: string): Promise<void>
  /** Of a folder on this machine: keeps a file that nobody writes to any more, without copying it where it can. */
  adopt?(key: string, path: string): Promise<void>
  /** The same the other way. */
  layOut?(key: string, path: string): Promise<void>
  close(): Promise<void>
}

/** Files whose hashes a process remembers: those of one job are a few dozen. */
const MOST_SEEN = 1000

const hashOf = (bytes: Uint8Array): string => createHash('sha256').update(bytes).digest('hex')
const blobKey = (hash: string): string => `blobs/${hash.slice(0, 2)}/${hash}`
const resultKey = (id: string): string => `results/${id.slice(0, 2)}/${id}.json`
const progressKey = (id: string): string => `progress/${id}.json`

export interface Store {
  readonly shelf: Shelf
  /** Whether a key's bytes lie on this machine's disk, so that folders need not travel through it. */
  readonly isLocal: boolean
  /** A job's result; undefined before it has one. @throws DataError when it is damaged */
  result(id: string): Promise<JobResult | undefined>
  /** Keeps a result. One that is there stays: both are the same function of the same request. */
  keepResult(result: JobResult): Promise<void>
  /** Keeps files of a folder under the hashes of their content. */
  keepFiles(folder: string, names: readonly string[]): Promise<FileTable>
  /** Puts files into a folder; those that are there with these bytes stay. @throws DataError when one is gone or damaged */
  layOut(files: FileTable, folder: string): Promise<void>
  /** The files with which another worker could go on with a job. */
  progress(id: string): Promise<{ readonly files: FileTable; readonly mark: string } | undefined>
  /** @returns the mark of what was kept */
  keepProgress(job: Job, folder: string, names: readonly string[]): Promise<string>
  dropProgress(id: string): Promise<void>
  close(): Promise<void>
}

/**
 * Whether a file is large, and never written in place: weights and pictures are replaced as a whole, logs are added to.
 * Such a file may lie in a run and in a store at once, under two names.
 */
const isSettled = (path: string, size: number): boolean => size >= 2 ** 16 && !path.endsWith('.jsonl')

/** Every file below a folder, relative to it, sorted; without temporary ones, and without those that `skip` names. */
export async function filesBelow(
  folder: string,
  skip: (name: string) => boolean = () => false,
): Promise<string[]> {
  if (!existsSync(folder)) return []
  const entries = await readdir(folder, { recursive: true, withFileTypes: true })
  return entries
    .filter((entry) => entry.isFile() && !isTemporary(entry.name))
    .map((entry) =>
      join(entry.parentPath, entry.name)
        .slice(folder.length + 1)
        .replaceAll('\\', '/'),
    )
    .filter((name) => !skip(name))
    .sort()
}

/** A JSON value of a shelf, checked. */
function parsed<T>(
  bytes: Uint8Array,
  what: string,
  schema: { safeParse(value: unknown): { success: true; data: T } | { success: false; error: unknown } },
): T {
  let value: unknown
  try {
    value = JSON.parse(new TextDecoder().decode(bytes))
  } catch (error) {
    throw new DataError(`${what} is damaged: not JSON (${messageOf(error)}); remove it, and it is made again`)
  }
  const found = schema.safeParse(value)
  if (found.success) return found.data
  throw new DataError(
    `${what} is damaged: ${describeIssues(found.error as never)}; remove it, and it is made again`,
  )
}

const jsonOf = (value: unknown): Uint8Array => new TextEncoder().encode(`${JSON.stringify(value)}\n`)

/** What jobs keep, on any shelf. */
export function openStore(shelf: Shelf): Store {
  /**
   * What was kept before of a file that has not changed since: hashing 20 MB for every checkpoint would be felt. Of the newest
   * files, since a process may do thousands of jobs.
   */
  const seen = new Map<string, { readonly size: number; readonly time: number; readonly hash: string }>()

  async function keepFile(path: string): Promise<{ hash: string; bytes: number }> {
    const { size, mtimeMs } = await stat(path)
    const before = seen.get(path)
    if (before?.size === size && before.time === mtimeMs) return { hash: before.hash, bytes: size }
    const bytes = await readBytes(path, FILES.checkpoint)
    const hash = hashOf(bytes)
    const key = blobKey(hash)
    if (!(await shelf.has(key))) {
      if (shelf.adopt && isSettled(path, size)) await shelf.adopt(key, path)
      else await shelf.write(key, bytes)
    }
    // A file that grew while it was read is looked at again the next time.
    if (bytes.length === size) {
      seen.delete(path)
      seen.set(path, { size, time: mtimeMs, hash })
      if (seen.size > MOST_SEEN) seen.delete(seen.keys().next().value!)
    }
    return { hash, bytes: bytes.length }
  }

  async function keepFiles(folder: string, names: readonly string[]): Promise<FileTable> {
    const table: FileTable = {}
    for (const name of names) table[name] = await keepFile(join(folder, name))
    return table
  }

  return {
    shelf,
    isLocal: shelf.adopt !== undefined,

    async result(id) {
      const key = resultKey(id)
      const bytes = await shelf.read(key)
      return bytes && parsed(bytes, `the result ${key} in ${shelf.words}`, jobResultSchema)
    },

    async keepResult(result) {
      if (!(await shelf.has(resultKey(result.id)))) await shelf.write(resultKey(result.id), jsonOf(result))
    },

    keepFiles,

    async layOut(files, folder) {
      for (const [name, { hash, bytes: size }] of Object.entries(files)) {
        const path = join(folder, name)
        const there = await stat(path).catch(() => undefined)
        if (there?.size === size && hashOf(await readBytes(path, FILES.checkpoint)) === hash) continue
        const key = blobKey(hash)
        const bytes = await shelf.read(key)
        if (!bytes || hashOf(bytes) !== hash)
          throw new DataError(
            `${shelf.words} has lost the file ${name} (${hash.slice(0, 12)}) of a result: it is ${bytes ? 'damaged' : 'gone'}. Remove the result, and it is made again`,
          )
        if (shelf.layOut && isSettled(path, size)) await shelf.layOut(key, path)
        else await writeAtomic(path, bytes)
      }
    },

    async progress(id) {
      const bytes = await shelf.read(progressKey(id))
      if (!bytes) return undefined
      return {
        files: parsed(bytes, `the progress of a job in ${shelf.words}`, filesSchema),
        mark: hashOf(bytes),
      }
    },

    async keepProgress({ id }, folder, names) {
      const bytes = jsonOf(await keepFiles(folder, names))
      await shelf.write(progressKey(id), bytes)
      return hashOf(bytes)
    },

    dropProgress: (id) => shelf.remove(progressKey(id)),
    close: () => shelf.close(),
  }
}

/**
 * A folder as a shelf. Our own, because drivers of key-value libraries write files in place: an interruption would leave
 * half of one.
 */
export function folderShelf(root: string): Shelf {
  const pathOf = (key: string): string => join(root, key)
  /** A second name for a file; a copy where the two places are on different disks, or the disk knows no links. */
  async function link(from: string, to: string): Promise<void> {
    await makeFolder(dirname(to))
    const half = join(dirname(to), `.${basename(to)}.${randomUUID().slice(0, 8)}.tmp`)
    try {
      await hardLink(from, half).catch(() => copyFile(from, half))
      await rename(half, to)
    } catch (error) {
      // What fits of a copy on a full disk would take the room that somebody makes.
      await rm(half, { force: true }).catch(() => undefined)
      throw error
    }
  }
  const kept = (work: Promise<void>): Promise<void> =>
    work.catch((error: unknown) => {
      const isFull = ['ENOSPC', 'EDQUOT'].includes((error as NodeJS.ErrnoException).code ?? '')
      throw new DataError(
        isFull
          ? `cannot keep results in ${root}: the disk is full; free some space, or name another --store`
          : `cannot keep results in ${root}: ${messageOf(error)}; make it writable, or name another --store`,
        { cause: error },
      )
    })
  return {
    words: root,
    address: root,
    adopt: (key, path) => kept(link(path, pathOf(key))),
    layOut: (key, path) => link(pathOf(key), path),
    async read(key) {
      try {
        return await readBytes(pathOf(key), FILES.checkpoint)
      } catch (error) {
        if ((error as NodeJS.ErrnoException).code === 'ENOENT') return undefined
        throw error
      }
    },
    has: async (key) => existsSync(pathOf(key)),
    write: (key, bytes) => kept(writeAtomic(pathOf(key), bytes, { durable: !key.startsWith('progress/') })),
    remove: (key) => unlink(pathOf(key)).catch(() => undefined),
    close: async () => {},
  }
}
