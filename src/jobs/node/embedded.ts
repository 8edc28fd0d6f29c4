// The driver that needs nothing: jobs in memory, done by processes of this machine.
import { type Driver, type DriverOptions, RETRY, type RetryPolicy, waitAfter } from '../driver.ts'
import type { Job } from '../request.ts'
import { type AttemptError, openPool, type Places, type PoolOptions } from './pool.ts'

export interface EmbeddedOptions extends DriverOptions, PoolOptions {
  /** Jobs at once. */
  readonly processes: number
  /** Where a job works. */
  readonly placesOf: (job: Job) => Places
  readonly retry?: RetryPolicy | undefined
}

/**
 * Jobs that are not done when this process ends are submitted again by whoever wants their results: what they have done
 * lies in their folders, and what they found in the store.
 */
export function embeddedDriver({
  processes,
  placesOf,
  onEvent,
  retry = RETRY,
  ...pooled
}: EmbeddedOptions): Driver {
  const pool = openPool(pooled)
  const waiting: Job[] = []
  /** Taken and not ended, by id. */
  const known = new Set<string>()
  const timers = new Set<NodeJS.Timeout>()
  let running = 0
  let stopped = false
  let idle: (() => void) | undefined

  async function attempt(job: Job, number: number): Promise<void> {
    const { id } = job
    onEvent({ type: 'started', id, attempt: number, worker: 'this machine' })
    try {
      await pool.run(job, placesOf(job), { onProgress: (share) => onEvent({ type: 'progress', id, share }) })
      known.delete(id)
      onEvent({ type: 'finished', id, attempt: number })
    } catch (error) {
      const { message, final, stopped: asked } = error as AttemptError
      if (asked || stopped) return
      const isLast = final || number >= retry.attempts
      onEvent({ type: 'failed', id, attempt: number, message, final: isLast })
      if (isLast) {
        known.delete(id)
        return
      }
      const timer = setTimeout(
        () => {
          timers.delete(timer)
          attempts.set(id, number + 1)
          waiting.unshift(job)
          next()
        },
        waitAfter(number, retry),
      )
      timers.add(timer)
    }
  }

  const attempts = new Map<string, number>()

  function next(): void {
    while (!stopped && running < processes && waiting.length > 0) {
      const job = waiting.shift()!
      const number = attempts.get(job.id) ?? 1
      attempts.delete(job.id)
      running++
      void attempt(job, number).finally(() => {
        running--
        if (running === 0) idle?.()
        next()
      })
    }
  }

  return {
    words: `${processes} ${processes === 1 ? 'process' : 'processes'} of this machine`,
    atOnce: () => processes,
    async submit(job) {
      if (known.has(job.id) || stopped) return
      known.add(job.id)
      waiting.push(job)
      next()
    },
    async stop() {
      stopped = true
      for (const timer of timers) clearTimeout(timer)
      waiting.length = 0
      if (running === 0) return
      const ended = new Promise<void>((resolve) => {
        idle = resolve
      })
      pool.stop()
      await ended
    },
    close: () => pool.close(),
  }
}
