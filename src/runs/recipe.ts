// What a kind of run is: a training is one. It says what such a run keeps, to everybody who opens, lists and shows runs.
import { z } from 'zod'
import type { LogTable } from './logs.ts'

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

/** A run in one line: `mlp-gan on digits, seed 7`. */
export interface RunSubject {
  /** Of what it is: the model, or the file that is looked at. */
  readonly model: string
  /** Name of the data. */
  readonly data: string
  readonly seed: number
  /** Steps of the whole run: of a training, or whatever else its status counts. */
  readonly steps: number
}

export interface Recipe<Config extends RunHead = RunHead> {
  /** As `config.json` has it. */
  readonly name: string
  /** What people call such a run, with its article: `a training`. */
  readonly called: string
  /** Of `config.json`. */
  readonly schema: z.ZodType<Config>
  readonly logs: LogTable
  /** Files besides its logs, pictures, networks and report that pages may have, e.g. a record of results. */
  readonly records: readonly string[]
  subject(config: Config): RunSubject
}
