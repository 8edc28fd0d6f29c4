// Everything a run folder tells, read together.

import type { RunHead } from './head.ts'
import type { LogRows } from './logs.ts'
import type { RunConfig, RunStatus, SampleEntry } from './schema.ts'

/** A run as its folder tells it, with the rows of every log by its name. */
export interface RunRecord<Config extends RunHead = RunConfig> extends LogRows {
  config: Config
  status: RunStatus
  samples: SampleEntry[]
}
