// The driver that gives jobs to workers on any machine, through BullMQ.
import type { Queue, QueueEvents } from 'bullmq'
import { DataError, messageOf } from '../../util/errors.ts'
import { type Driver, type DriverOptions, RETRY, type RetryPolicy } from '../driver.ts'
import type { Job } from '../request.ts'
import { storeAt } from './open-store.ts'
import { queueBackend } from './queue-backend.ts'
import { idOf, processesOf, queueId, workerMessageSchema } from './queue-messages.ts'
import type { Store } from './store.ts'

export interface QueueDriverOptions extends DriverOptions {
  /** Address of the queue. */
  readonly queue: string
  /** Address of the store, which the workers have too. */
  readonly store: string
  readonly retry?: RetryPolicy | undefined
  /** Milliseconds between two looks at jobs of which nothing was heard. For tests */
  readonly pace?: number | undefined
}

/** Milliseconds between two looks: news of the queue come at once, and are lost only while its server is away. */
const PACE = 5000
/** Looks after which somebody is told that nobody works. */
const PATIENT_LOOKS = 2
/** Ended jobs that stay in the queue, for its dashboard. */
const KEPT = 1000

interface Taken {
  readonly job: Job
  attempt: number
}

/**
 * @throws ConfigError, UnsupportedError, DataError as `queueBackend` and `storeAt`
 */
export async function queueDriver(options: QueueDriverOptions): Promise<Driver> {
  const { onEvent, retry = RETRY, pace = PACE } = options
  const backend = await queueBackend(options.queue)
  let store: Store
  try {
    store = await storeAt(options.store)
  } catch (error) {
    await backend.close()
    throw error
  }
  const queue: Queue = backend.queue()
  const events: QueueEvents = backend.events()
  // Errors of calls are told where the calls are made; connections are made again.
  queue.on('error', () => {})
  events.on('error', () => {})
  const taken = new Map<string, Taken>()
  let atOnce = 1
  let lonely = 0
  let closed = false

  const finished = (id: string): void => {
    const job = taken.get(id)
    if (job && taken.delete(id)) onEvent({ type: 'finished', id, attempt: job.attempt })
  }
  const failed = (id: string, message: string): void => {
    const job = taken.get(id)
    if (job && taken.delete(id)) onEvent({ type: 'failed', id, attempt: job.attempt, message, final: true })
  }
  events.on('progress', ({ jobId, data }) => {
    const id = idOf(jobId)
    const job = taken.get(id)
    const { success, data: message } = workerMessageSchema.safeParse(data)
    if (!job || !success) return
    if (message.type === 'progress') onEvent({ ...message, id })
    if (message.type === 'started') {
      job.attempt = message.attempt
      onEvent({ ...message, id })
    }
    if (message.type === 'failed') onEvent({ ...message, id, final: false })
  })
  events.on('completed', ({ jobId }) => finished(idOf(jobId)))
  events.on('failed', ({ jobId, failedReason }) => failed(idOf(jobId), failedReason))

  const add = async ({ job }: Taken): Promise<void> => {
    await queue.add(job.request.kind, job, {
      jobId: queueId(job.id),
      attempts: retry.attempts,
      backoff: { type: 'exponential', delay: retry.backoff },
      removeOnComplete: { count: KEPT },
      removeOnFail: { count: KEPT },
    })
  }

  /** Looks at jobs of which news may have been lost: a server that was restarted may have forgotten them, too. */
  async function look(): Promise<void> {
    const workers = await queue.getWorkers().catch(() => undefined)
    if (workers) {
      atOnce = Math.max(
        1,
        workers.reduce((sum, { name = '' }) => sum + processesOf(name), 0),
      )
      lonely = workers.length === 0 && taken.size > 0 ? lonely + 1 : 0
      if (lonely === PATIENT_LOOKS)
        onEvent({
          type: 'remark',
          message: `nobody takes jobs from ${backend.words}: start "sparring worker --queue ... --store ..." of this version on some machine`,
        })
    }
    for (const [id, job] of [...taken]) {
      if (closed) return
      const found = await queue.getJob(queueId(id))
      const state = await found?.getState()
      if (!taken.has(id)) continue
      if (state === 'failed') failed(id, found!.failedReason)
      else if (state === undefined || state === 'unknown' || state === 'completed') {
        if (await store.result(id)) finished(id)
        else if (!found) await add(job)
      }
    }
  }
  let looking: Promise<void> | undefined
  const timer = setInterval(() => {
    looking ??= look()
      .catch(() => {}) // The server is away: the next look may find it.
      .finally(() => {
        looking = undefined
      })
  }, pace)

  await events.waitUntilReady()
  await queue.waitUntilReady()
  looking = look()
    .catch(() => {})
    .finally(() => {
      looking = undefined
    })
  return {
    words: `workers of ${backend.words}`,
    atOnce: () => atOnce,
    async submit(job) {
      if (taken.has(job.id) || closed) return
      const mine: Taken = { job, attempt: 1 }
      taken.set(job.id, mine)
      try {
        const before = await queue.getJob(queueId(job.id))
        const state = await before?.getState()
        // One that has ended would keep its name from being taken again.
        if (state === 'failed' || state === 'completed') await before!.remove()
        await add(mine)
      } catch (error) {
        taken.delete(job.id)
        throw new DataError(
          `the queue ${backend.words} does not take the job "${job.name}": ${messageOf(error)}`,
          { cause: error },
        )
      }
    },
    // What workers have begun goes on there; whoever runs the study again finds the results.
    async stop() {
      closed = true
      for (const id of taken.keys()) {
        const waiting = await queue.getJob(queueId(id))
        const state = await waiting?.getState()
        if (state === 'waiting' || state === 'delayed' || state === 'prioritized')
          await waiting!.remove().catch(() => {})
      }
    },
    async close() {
      closed = true
      clearInterval(timer)
      await looking
      await Promise.allSettled([queue.close(), events.close()])
      await backend.close()
      await store.close()
    },
  }
}
