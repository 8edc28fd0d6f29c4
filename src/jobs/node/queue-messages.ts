// What a worker tells of a job through the queue, and what a worker is called there.
import { z } from 'zod'
import { describeIssues } from '../../runs/schema.ts'
import { DataError } from '../../util/errors.ts'
import { type Job, jobSchema } from '../request.ts'

/** Told as the progress of a job: BullMQ carries the last attempt's failure only, and not how far a job is. */
export const workerMessageSchema = z.discriminatedUnion('type', [
  z.object({ type: z.literal('started'), attempt: z.int().min(1), worker: z.string() }),
  z.object({ type: z.literal('progress'), share: z.number() }),
  z.object({ type: z.literal('failed'), attempt: z.int().min(1), message: z.string() }),
])
export type WorkerMessage = z.infer<typeof workerMessageSchema>

/** Name of a job in the queue: names of digits only are not allowed. */
export const queueId = (id: string): string => `job-${id}`
export const idOf = (name: string): string => name.replace(/^job-/, '')

/** `host/1234 x2`: a worker with two jobs at once. */
export const workerName = (host: string, pid: number, processes: number): string =>
  `${host}/${pid} x${processes}`
export const processesOf = (name: string): number => Number(/ x(\d+)$/.exec(name)?.[1] ?? 1)

/** @throws DataError when what is in the queue is no job */
export function readJob(value: unknown): Job {
  const found = jobSchema.safeParse(value)
  if (found.success) return found.data
  throw new DataError(
    `what the queue holds is no job: ${describeIssues(found.error)}; another program may use it`,
  )
}
