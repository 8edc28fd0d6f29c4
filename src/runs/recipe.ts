// What a kind of run is: a training is one. It says what such a run keeps, to everybody who opens, lists and shows runs.
import type { z } from 'zod'
import type { RunHead } from './head.ts'
import type { LogTable } from './logs.ts'

/** A run in one line: `mlp-gan on digits, seed 7`. */
export interface RunSubject {
  /** Of what it is: the model, or the file that is looked at. */
  readonly model: string
  /** Name of the data. */
  readonly data: string
  /** Absent of a run that has several, or none. */
  readonly seed?: number
  /** Steps of the whole run: of a training, or whatever else its status counts. */
  readonly steps: number
  /** What it counts. Default: `steps` */
  readonly unit?: string
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
  /** Folder in which such a run keeps runs of its own, which are opened by their path. Default: it has none */
  readonly runs?: string
  subject(config: Config): RunSubject
}
