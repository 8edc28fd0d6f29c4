// What a job leaves: a small record of numbers, and files named by their content.
import { z } from 'zod'
import { rowSchema } from '../runs/study-result.ts'
import { jobRequestSchema } from './request.ts'

/** What a kind of job finds: rows of one run each, as a comparison has them. */
export const foundSchema = z.object({
  measures: z.array(rowSchema),
  training: z.array(rowSchema),
  /** How samples were measured; numbers of two protocols are not compared. */
  protocol: z.json().optional(),
  estimators: z.array(z.json()),
  /** Why it has no numbers, where that is its result: a training that diverges does so every time. */
  failure: z.string().optional(),
})
export type JobNumbers = z.infer<typeof foundSchema>

/** Files by their path: SHA-256 of the content, and bytes. */
export const filesSchema = z.record(
  z.string(),
  z.object({ hash: z.string().regex(/^[0-9a-f]{64}$/), bytes: z.int().min(0) }),
)
export type FileTable = z.infer<typeof filesSchema>

export const jobResultSchema = z.object({
  format: z.literal(1),
  id: z.string(),
  request: jobRequestSchema,
  found: foundSchema,
  /** What depends on machine and moment as well. */
  circumstances: z.object({
    /** Of work, all attempts together as far as they are known. */
    seconds: z.number().min(0),
    /** How much work it was, in the units of its kind. */
    work: z.number().min(0),
    /** Jobs of one pace take as long per unit. */
    pace: z.string(),
    /** Processor and system: seconds of two of them are not compared. */
    machine: z.string(),
    at: z.iso.datetime(),
    /** Rows that a clock has measured. */
    times: z.array(rowSchema),
    /** What it left in its folder; some of it, such as times in logs, is not the same twice. */
    files: filesSchema,
  }),
})
export type JobResult = z.infer<typeof jobResultSchema>
