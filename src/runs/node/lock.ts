// The lock of a run folder: only one process at a time may train a run.
import { randomUUID } from 'node:crypto'
import { link, rm, stat } from 'node:fs/promises'
import { hostname } from 'node:os'
import { join } from 'node:path'
import { ConfigError } from '../../util/errors.ts'
import { FILES } from '../../util/limits.ts'
import { readText } from '../../util/node/read-file.ts'
import { diskError, isMissing, writeNew } from './disk.ts'

export const LOCK_FILE = 'run.lock'
/** Ends the name of a lock that has not got its own name yet. */
const UNLINKED = '.tmp'
/** Ends the name of the file whose maker removes a stale lock. */
const TAKEOVER = '.takeover'

/** True for the lock and for what taking it leaves when it is interrupted. */
export const isLockFile = (name: string): boolean => name === LOCK_FILE || isUnfinishedLock(name)

/** True for what only an interrupted taking of the lock leaves. */
export const isUnfinishedLock = (name: string): boolean =>
  name.startsWith(`${LOCK_FILE}.`) && (name.endsWith(UNLINKED) || name.endsWith(TAKEOVER))

/** Who holds a lock. */
export interface LockHolder {
  pid: number
  host: string
  /** What tells this process from a later one with the same id; empty where the system does not say. */
  birth: string
}

/** Boot and start time of a process where /proc tells them (Linux), otherwise ''. */
async function birthOf(pid: number): Promise<string> {
  try {
    const boot = await readText('/proc/sys/kernel/random/boot_id', FILES.small)
    const stat = await readText(`/proc/${pid}/stat`, FILES.small)
    // The command, in parentheses, may hold spaces; start time is the 20th field after it.
    const start = stat.slice(stat.lastIndexOf(')') + 2).split(' ')[19]
    return `${boot.trim()}/${start}`
  } catch {
    return ''
  }
}

const isAlive = (pid: number): boolean => {
  try {
    process.kill(pid, 0)
    return true
  } catch (error) {
    return (error as NodeJS.ErrnoException).code === 'EPERM'
  }
}

/** False only when the holder has certainly ended. On another machine that cannot be known. */
async function mayBeAlive({ pid, host, birth }: LockHolder): Promise<boolean> {
  if (host !== hostname()) return true
  if (!isAlive(pid)) return false
  const now = await birthOf(pid)
  return birth === '' || now === '' || birth === now
}

/** The text of a lock file, or undefined when there is none. */
async function readLock(path: string): Promise<string | undefined> {
  try {
    return await readText(path, FILES.small)
  } catch (error) {
    if (isMissing(error)) return undefined
    throw diskError(`cannot read ${path}`, error)
  }
}

function parseHolder(text: string): LockHolder | undefined {
  try {
    const { pid, host, birth } = JSON.parse(text) as Partial<LockHolder>
    if (!Number.isInteger(pid) || typeof host !== 'string') return undefined
    return { pid: pid as number, host, birth: typeof birth === 'string' ? birth : '' }
  } catch {
    return undefined
  }
}

/** Who trains the run in this folder now, or undefined. A lock left by a dead process does not count. */
export async function lockHolder(folder: string): Promise<LockHolder | undefined> {
  const text = await readLock(join(folder, LOCK_FILE))
  const holder = text === undefined ? undefined : parseHolder(text)
  return holder && (await mayBeAlive(holder)) ? holder : undefined
}

/**
 * Creates the lock file together with its contents; false when there is one already. A file that is written and flushed
 * first and then linked is never seen empty, not even after a power cut; where a disk knows no links, a reader may
 * catch it half-written.
 */
async function tryCreate(path: string, text: string): Promise<boolean> {
  const own = `${path}.${randomUUID()}${UNLINKED}`
  try {
    await writeNew(own, text)
    await link(own, path).catch((error: NodeJS.ErrnoException) => {
      if (error.code === 'EEXIST') throw error
      return writeNew(path, text)
    })
    return true
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'EEXIST') return false
    throw error
  } finally {
    await rm(own, { force: true })
  }
}

/**
 * Whether the turn to remove a stale lock was left behind. It names its process, as a lock does; where that cannot be read,
 * a turn that takes more than ten seconds, or is from the future by as much, belongs to nobody: it takes milliseconds.
 */
async function isAbandoned(turn: string): Promise<boolean> {
  const holder = parseHolder((await readLock(turn)) ?? '')
  if (holder) return !(await mayBeAlive(holder))
  const since = await stat(turn).catch(() => undefined)
  return since !== undefined && Math.abs(Date.now() - since.mtimeMs) > 10_000
}

/**
 * Removes exactly the stale lock that was read. One process at a time may: otherwise the slower of two could
 * remove the new lock of the faster.
 */
async function removeStale(path: string, stale: string, me: string): Promise<void> {
  const turn = `${path}${TAKEOVER}`
  if (!(await tryCreate(turn, me))) {
    if (await isAbandoned(turn)) await rm(turn, { force: true })
    await new Promise((resolve) => setTimeout(resolve, 20))
    return
  }
  try {
    if ((await readLock(path)) === stale) await rm(path, { force: true })
  } finally {
    await rm(turn, { force: true })
  }
}

/** A lock that is held. */
export interface Lock {
  /** True once another process has taken this place: the folder was made anew, or its lock was deleted by hand. */
  isLost(): Promise<boolean>
  /** Gives it back. A lock that cannot be removed ends with its process: that is no error of what was done. */
  release(): Promise<void>
}

/**
 * Takes the lock of a run folder; the locks of processes that have ended are taken over.
 *
 * @throws ConfigError when a living process holds it; DataError or ConfigError when the folder cannot be written
 */
export async function takeLock(folder: string): Promise<Lock> {
  const path = join(folder, LOCK_FILE)
  const me: LockHolder = { pid: process.pid, host: hostname(), birth: await birthOf(process.pid) }
  const text = `${JSON.stringify(me)}\n`
  try {
    for (let attempt = 0; attempt < 100; attempt++) {
      if (await tryCreate(path, text)) {
        const found = (): Promise<string | undefined> => readLock(path).catch(() => undefined)
        return {
          isLost: async () => ![text, undefined].includes(await found()),
          async release() {
            if ((await found()) === text) await rm(path, { force: true }).catch(() => undefined)
          },
        }
      }
      const found = await readLock(path)
      if (found === undefined) continue
      const holder = parseHolder(found)
      if (holder && (await mayBeAlive(holder))) {
        const where = holder.host === me.host ? '' : ` on ${holder.host}`
        throw new ConfigError(
          `the run in ${folder} is being trained by process ${holder.pid}${where}; wait until it ends, or ` +
            `delete ${path} if that process is gone`,
        )
      }
      await removeStale(path, found, text)
    }
  } catch (error) {
    throw error instanceof ConfigError ? error : diskError(`cannot lock the run in ${folder}`, error)
  }
  throw new ConfigError(`the run in ${folder} is being taken by several processes at once; try again`)
}
