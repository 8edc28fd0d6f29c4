// One attempt at a job: takes up what is there of it, does it, and keeps its result in the store before anybody is told.

import { existsSync } from 'node:fs'
import { rm } from 'node:fs/promises'
import { cpus, platform } from 'node:os'
import { join } from 'node:path'
import { writeAtomic } from '../../runs/node/disk.ts'
import { LOCK_FILE } from '../../runs/node/lock.ts'
import { packageVersion } from '../../runs/node/machine.ts'
import { DataError, UnsupportedError } from '../../util/errors.ts'
import { FILES } from '../../util/limits.ts'
import { readText } from '../../util/node/read-file.ts'
import type { KindTable } from '../kind.ts'
import type { Job } from '../request.ts'
import type { JobResult } from '../result.ts'
import { filesBelow, type Store } from './store.ts'

/** What every result depends on besides its request's own. */
export const programVersion = (): string => `sparring ${packageVersion()}`

/** Processor and system, as far as they decide how fast something is. */
export const machineWords = (): string => `${platform()}, ${cpus()[0]?.model.trim() ?? 'unknown'}`

export interface ExecuteOptions {
  readonly store: Store
  readonly kinds: KindTable
  /** The job's own folder. */
  readonly folder: string
  /** Where files of other jobs are laid out. */
  readonly needsFolder: string
  readonly signal: AbortSignal
  readonly onProgress?: (share: number) => void
  /** Whether the folder stays once the result is kept. Default false */
  readonly keepFolder?: boolean
}

/** Names the progress that a folder holds, so that a worker knows whether another one came further. */
const MARK_FILE = '.progress'

/** What belongs to the process that works in a folder, and not to the work. */
const isOwn = (name: string): boolean => name === MARK_FILE || name.startsWith(LOCK_FILE)

/** Takes up what another worker left in the store, unless this folder is where it came from. */
async function takeUp({ id }: Job, folder: string, store: Store): Promise<void> {
  const left = await store.progress(id)
  if (!left) return
  const mark = await readText(join(folder, MARK_FILE), FILES.small).catch(() => undefined)
  if (mark === left.mark) return
  await rm(folder, { recursive: true, force: true })
  await store.layOut(left.files, folder)
  await writeAtomic(join(folder, MARK_FILE), new TextEncoder().encode(left.mark))
}

/** @throws UnsupportedError when the job is for another version of the program */
export function checkVersion({ name, request }: Job): void {
  const own = programVersion()
  if (request.version === own) return
  throw new UnsupportedError(
    `the job "${name}" is for ${request.version}, this is ${own}: results of two versions are not mixed. Update the older one`,
  )
}

/**
 * Does a job, unless its result is there. May be interrupted at any moment and called again.
 *
 * @throws whatever went wrong; the folder is left for the next attempt
 */
export async function execute(job: Job, options: ExecuteOptions): Promise<void> {
  const { store, kinds, folder, needsFolder, signal, onProgress = () => {}, keepFolder = false } = options
  if (await store.result(job.id)) return
  checkVersion(job)
  const { request } = job
  if (!Object.hasOwn(kinds, request.kind))
    throw new UnsupportedError(
      `there is no kind of job "${request.kind}": expected ${Object.keys(kinds).join(' or ')}`,
    )
  const kind = kinds[request.kind]!
  if (!store.isLocal) await takeUp(job, folder, store)
  const began = performance.now()
  const {
    found,
    times = [],
    files = [],
    seconds = 0,
  } = await kind.run({
    job,
    folder,
    signal,
    progress: onProgress,
    async checkpoint() {
      // Where the store is this machine's disk, the folder itself is what the next attempt finds.
      if (store.isLocal) return
      const mark = await store.keepProgress(job, folder, await filesBelow(folder, isOwn))
      await writeAtomic(join(folder, MARK_FILE), new TextEncoder().encode(mark))
    },
    async filesOf(role) {
      const id = request.needs[role]
      const needed = id === undefined ? undefined : await store.result(id)
      if (!needed)
        throw new DataError(
          `"${job.name}" needs the result of the job ${id?.slice(0, 12) ?? `for its ${role}`}, which is not in ${store.shelf.words}; run the study again`,
        )
      const place = join(needsFolder, needed.id)
      await store.layOut(needed.circumstances.files, place)
      return place
    },
  })
  const { amount, pace } = kind.work(request.options)
  const result: JobResult = {
    format: 1,
    id: job.id,
    request,
    found,
    circumstances: {
      seconds: Math.max(seconds, (performance.now() - began) / 1000),
      work: amount,
      pace,
      machine: machineWords(),
      at: new Date().toISOString(),
      times: [...times],
      files: await store.keepFiles(folder, files),
    },
  }
  await store.keepResult(result)
  await store.dropProgress(job.id)
  if (!keepFolder && existsSync(folder)) await rm(folder, { recursive: true, force: true })
}
