// What the config.json of every run begins with, whatever made it.
import { z } from 'zod'

const named = z.string().min(1)

/** What the `config.json` of every run says, whatever made it. */
export const runHeadSchema = z.object({
  /** Version of the run folder's layout. */
  format: z.literal(1),
  /** What kind of run it is. Absent in older runs, which are trainings. */
  recipe: named.default('training'),
  /** The arguments that start this run again, program first. */
  command: z.array(z.string()).min(1),
  createdAt: z.iso.datetime(),
  /** Program and version, e.g. `{ sparring: '0.1.0', node: '20.19.0' }`. */
  versions: z.record(z.string(), z.string()),
  machine: z.object({
    platform: z.string(),
    arch: z.string(),
    cpu: z.string(),
    cores: z.int().min(0),
    memoryBytes: z.int().min(0),
  }),
})
export type RunHead = z.infer<typeof runHeadSchema>
