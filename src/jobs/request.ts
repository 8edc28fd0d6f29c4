// What a job is: all that its result depends on, and the hash of that, which is its name everywhere.
import { z } from 'zod'
import { sha256 } from '../data/dataset.ts'

/** What a job is a pure function of. */
export const jobRequestSchema = z.object({
  /** E.g. `training`. */
  kind: z.string().min(1),
  /** Complete: defaults are filled in, so that saying one changes nothing. */
  options: z.record(z.string(), z.json()),
  /** Hashes of the data that it takes, by the part that they play. */
  data: z.record(z.string(), z.string()),
  /** Ids of the jobs whose results it takes, by the part that they play. */
  needs: z.record(z.string(), z.string()),
  /** Of the program: another version may find something else. */
  version: z.string().min(1),
})
export type JobRequest = z.infer<typeof jobRequestSchema>

/** A job on its way: the request, and what does not change its result. */
export const jobSchema = z.object({
  /** Hash of the request. */
  id: z.string().regex(/^[0-9a-f]{64}$/),
  /** What people read of it: `mlp-gan, seed 2`. */
  name: z.string(),
  request: jobRequestSchema,
  /** Where things are on the machine that asks, by the part that they play; their hashes stand in the request. */
  places: z.record(z.string(), z.string()),
})
export type Job = z.infer<typeof jobSchema>

/** JSON whose keys are in order: the same text for the same value. */
export function canonicalJson(value: unknown): string {
  if (Array.isArray(value)) return `[${value.map(canonicalJson).join(',')}]`
  if (typeof value !== 'object' || value === null) return JSON.stringify(value) ?? 'null'
  const entries = Object.entries(value)
    .filter(([, item]) => item !== undefined)
    .sort(([a], [b]) => (a < b ? -1 : a > b ? 1 : 0))
  return `{${entries.map(([key, item]) => `${JSON.stringify(key)}:${canonicalJson(item)}`).join(',')}}`
}

/** SHA-256 of a request, in hex. */
export const jobId = (request: JobRequest): Promise<string> =>
  sha256(new TextEncoder().encode(canonicalJson(request)))
