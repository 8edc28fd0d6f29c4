// A worker: takes jobs from a queue, does them in processes of its own, and gives back what it cannot end.
import { hostname } from 'node:os'
import { join } from 'node:path'
import { messageOf } from '../../util/errors.ts'
import type { Job } from '../request.ts'
import { checkVersion } from './execute.ts'
import { storeAt } from './open-store.ts'
import { type AttemptError, openPool, type PoolOptions } from './pool.ts'
import { queueBackend } from './queue-backend.ts'
import { readJob, type WorkerMessage, workerName } from './queue-messages.ts'

export type WorkerEvent =
  | { readonly type: 'ready'; readonly queue: string; readonly name: string }
  | { readonly type: 'started'; readonly job: Job; readonly attempt: number }
  | { readonly type: 'finished'; readonly job: Job; readonly seconds: number }
  | { readonly type: 'failed'; readonly job: Job; readonly message: string; readonly final: boolean }
  /** A job was given back: it is for another version, or this worker was asked to stop. */
  | { readonly type: 'returned'; readonly job: Job; readonly message: string }
  | { readonly type: 'remark'; readonly message: string }

export interface WorkQueueOptions extends PoolOptions {
  readonly queue: string
  /** Jobs at once. */
  readonly processes: number
  /** Folder for the work, of this machine. */
  readonly folder: string
  readonly signal: AbortSignal
  readonly onEvent: (event: WorkerEvent) => void
  /** Milliseconds after which the job of a worker that is not heard of is given to another. Default 30 s */
  readonly lock?: number | undefined
}

const LOCK = 30_000
/** A job may lose its worker so often: machines that come and go are no fault of it. */
const MOST_LOST = 1000
/** Milliseconds between two tellings of how far a job is. */
const TELL = 1000
/** Milliseconds until a job that was given back is taken by another. */
const PAUSE = 500

/**
 * Works until the signal aborts, or until a job for another version shows that this one is not wanted.
 *
 * @returns why it ended, where nobody asked it to
 * @throws as `queueBackend` and `storeAt`
 */
export async function workQueue(options: WorkQueueOptions): Promise<string | undefined> {
  const { queue, processes, folder, signal, onEvent, lock = LOCK, ...pooled } = options
  const backend = await queueBackend(queue)
  const store = await storeAt(pooled.store).catch(async (error: unknown) => {
    await backend.close()
    throw error
  })
  const { DelayedError, UnrecoverableError } = backend.bull
  const pool = openPool(pooled)
  const name = workerName(hostname(), process.pid, processes)
  let over: string | undefined
  let end = (): void => {}
  const ended = new Promise<void>((resolve) => {
    end = resolve
  })

  const worker = backend.worker(
    async (taken, token) => {
      const job = readJob(taken.data)
      const giveBack = async (message: string): Promise<never> => {
        onEvent({ type: 'returned', job, message })
        await taken.moveToDelayed(Date.now() + PAUSE, token)
        throw new DelayedError(message)
      }
      try {
        checkVersion(job)
      } catch (error) {
        over = messageOf(error)
        end()
        return giveBack(over)
      }
      if (signal.aborted || over !== undefined) return giveBack('this worker ends')
      const attempt = taken.attemptsMade + 1
      let told = 0
      // News may be lost while the server is away; the work is not.
      const tell = (message: WorkerMessage): Promise<void> => taken.updateProgress(message).catch(() => {})
      await tell({ type: 'started', attempt, worker: name })
      onEvent({ type: 'started', job, attempt })
      const began = performance.now()
      try {
        await pool.run(
          job,
          {
            folder: join(folder, 'work', job.id),
            needsFolder: join(folder, 'needs'),
            keepFolder: false,
          },
          {
            onProgress(share) {
              if (performance.now() - told < TELL && share < 1) return
              told = performance.now()
              void tell({ type: 'progress', share })
            },
          },
        )
        onEvent({ type: 'finished', job, seconds: (performance.now() - began) / 1000 })
        return {}
      } catch (error) {
        const { message, final, stopped } = error as AttemptError
        if (stopped || signal.aborted) return giveBack('this worker ends')
        onEvent({ type: 'failed', job, message, final })
        if (final) throw new UnrecoverableError(message)
        if (attempt < (taken.opts.attempts ?? 1)) await tell({ type: 'failed', attempt, message })
        throw new Error(message)
      }
    },
    {
      name,
      concurrency: processes,
      lockDuration: lock,
      stalledInterval: Math.ceil(lock / 2),
      maxStalledCount: MOST_LOST,
    },
  )
  let complained = ''
  worker.on('error', (error) => {
    const message = messageOf(error) || error.name
    if (message === complained || signal.aborted) return
    complained = message
    onEvent({ type: 'remark', message: `the queue ${backend.words}: ${message}; trying again` })
  })
  const stop = (): void => {
    pool.stop()
    end()
  }
  signal.addEventListener('abort', stop)
  try {
    await worker.waitUntilReady()
    onEvent({ type: 'ready', queue: backend.words, name })
    if (signal.aborted) stop()
    await ended
    if (over !== undefined) pool.stop()
    // Waits for the jobs that stop now, so that they are given back.
    await worker.close()
    return over
  } finally {
    signal.removeEventListener('abort', stop)
    await pool.close()
    await backend.close()
    await store.close()
  }
}
