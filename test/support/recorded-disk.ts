// Records every change that this process makes below a folder: writes, names, flushes, in their order.
import { readdirSync, statSync } from 'node:fs'
import fs from 'node:fs/promises'
import { syncBuiltinESMExports } from 'node:module'
import { basename, dirname, join, resolve, sep } from 'node:path'

/** One change, or one flush. Files are numbers, since names come and go; folders are paths. */
export type DiskOp =
  /** A name now means this file (`undefined`: none any more); `from` is the name that it had before, given up at once. */
  | { kind: 'name'; folder: string; name: string; file: number | undefined; from?: string }
  | { kind: 'folder'; folder: string; name: string }
  | { kind: 'write'; file: number; offset: number; bytes: Uint8Array }
  | { kind: 'cut'; file: number; size: number }
  | { kind: 'flush'; file: number }
  | { kind: 'flush-folder'; folder: string }

type Patched = 'open' | 'mkdir' | 'rename' | 'rm' | 'link' | 'writeFile'

export interface DiskRecord {
  readonly ops: DiskOp[]
  /** The files that were there before, by path. */
  readonly known: ReadonlyMap<string, number>
  stop(): void
}

/** Records until `stop` is called. One recording at a time. */
export function recordDisk(root: string): DiskRecord {
  const ops: DiskOp[] = []
  const files = new Map<string, number>()
  const sizes = new Map<number, number>()
  let made = 0
  for (const entry of readdirSync(root, { recursive: true, withFileTypes: true })) {
    if (!entry.isFile()) continue
    const path = join(entry.parentPath, entry.name)
    files.set(path, made)
    sizes.set(made++, statSync(path).size)
  }
  const known = new Map(files)
  const original = Object.fromEntries(
    (['open', 'mkdir', 'rename', 'rm', 'link', 'writeFile'] as const).map((name) => [name, fs[name]]),
  ) as Pick<typeof fs, Patched>
  const isOurs = (path: unknown): path is string =>
    typeof path === 'string' && resolve(path).startsWith(root + sep)
  const place = (path: string) => ({ folder: dirname(resolve(path)), name: basename(path) })

  /** The file of a name; a new one where there is none. */
  const fileOf = (path: string): number => {
    const known = files.get(resolve(path))
    if (known !== undefined) return known
    const file = made++
    files.set(resolve(path), file)
    sizes.set(file, 0)
    ops.push({ kind: 'name', ...place(path), file })
    return file
  }
  const write = (file: number, data: unknown): void => {
    const bytes = typeof data === 'string' ? new TextEncoder().encode(data) : (data as Uint8Array).slice()
    ops.push({ kind: 'write', file, offset: sizes.get(file)!, bytes })
    sizes.set(file, sizes.get(file)! + bytes.length)
  }
  const cut = (file: number, size: number): void => {
    ops.push({ kind: 'cut', file, size })
    sizes.set(file, size)
  }

  Object.assign(fs, {
    open: async (path: string, flags: string | number = 'r', ...rest: []) => {
      const handle = await original.open(path, flags, ...rest)
      if (!isOurs(path)) return handle
      if ((await handle.stat()).isDirectory()) {
        const { sync } = handle
        handle.sync = async () => {
          await sync.call(handle)
          ops.push({ kind: 'flush-folder', folder: resolve(path) })
        }
        return handle
      }
      if (typeof flags !== 'string' || flags === 'r') return handle
      const file = fileOf(path)
      if (flags.startsWith('w') && sizes.get(file)! > 0) cut(file, 0)
      const { writeFile, sync, truncate } = handle
      handle.writeFile = async (data) => {
        await writeFile.call(handle, data)
        write(file, data)
      }
      handle.truncate = async (length = 0) => {
        await truncate.call(handle, length)
        cut(file, length)
      }
      handle.sync = async () => {
        await sync.call(handle)
        ops.push({ kind: 'flush', file })
      }
      return handle
    },
    mkdir: async (path: string, ...rest: []) => {
      const result = await original.mkdir(path, ...rest)
      if (isOurs(path)) ops.push({ kind: 'folder', ...place(path) })
      return result
    },
    rename: async (from: string, to: string) => {
      await original.rename(from, to)
      if (!isOurs(from)) return
      const file = files.get(resolve(from))!
      files.delete(resolve(from))
      files.set(resolve(to), file)
      ops.push({ kind: 'name', ...place(to), file, from: basename(from) })
    },
    rm: async (path: string, options?: object) => {
      await original.rm(path, options)
      if (!isOurs(path) || !files.has(resolve(path))) return
      files.delete(resolve(path))
      ops.push({ kind: 'name', ...place(path), file: undefined })
    },
    link: async (from: string, to: string) => {
      await original.link(from, to)
      if (!isOurs(from)) return
      const file = files.get(resolve(from))!
      files.set(resolve(to), file)
      ops.push({ kind: 'name', ...place(to), file })
    },
    writeFile: async (path: string, data: string | Uint8Array, options?: object) => {
      await original.writeFile(path, data, options)
      if (!isOurs(path)) return
      const file = fileOf(path)
      if (sizes.get(file)! > 0) cut(file, 0)
      write(file, data)
    },
  })
  syncBuiltinESMExports()
  return {
    ops,
    known,
    stop() {
      Object.assign(fs, original)
      syncBuiltinESMExports()
    },
  }
}
