// What a running command tells: the events of training, and those around it.
import type { MeasureInfo } from '../metrics/index.ts'
import type { ChallengeRecord, Classification, RunConfig, Standing } from '../runs/index.ts'
import type { MetricsRow, Notice } from '../training/detectors.ts'
import type { LogRow } from '../training/watcher.ts'

/** Mean and standard deviation of a logged metric over the last steps. */
export interface MetricSummary {
  readonly mean: number
  readonly deviation: number
  /** Number of steps averaged. */
  readonly n: number
}

/** What a finished or stopped run leaves. */
export interface RunResult {
  readonly outcome: 'finished' | 'stopped'
  /** Absolute path of the run folder. */
  readonly folder: string
  /** The last step that was done. */
  readonly step: number
  /** Steps of the whole run. */
  readonly steps: number
  /** Paths of what was made, e.g. `report`, `generator`, `curves`, `grid`; only what exists. */
  readonly files: Readonly<Record<string, string>>
  /** Over the last 500 steps, or all if fewer. */
  readonly metrics: Readonly<Record<string, MetricSummary>>
  /** How it stands with each of its alarms; none for runs of before alarms were recorded. */
  readonly standings: readonly Standing[]
  /** What was measured last on the held-out images; absent when nothing was. */
  readonly validation?: MetricsRow
  /** How it names the held-out images; only of models that name classes. */
  readonly classification?: Classification
  /** How newcomers fared; only where the objective declares a challenge. Its numbers stand at the end as well, each by its name. */
  readonly challenge?: ChallengeRecord
  /** Seconds of training in all, interruptions left out. */
  readonly seconds: number
  readonly stepsPerSecond: number
}

export type RunEvent =
  | { readonly type: 'download'; readonly file: string; readonly received: number; readonly total?: number }
  /** Images are being read from their files. */
  | { readonly type: 'images'; readonly done: number; readonly total: number }
  /** The classifier that measures need is being trained, once for the data set. */
  | { readonly type: 'extractor'; readonly step: number; readonly steps: number }
  /** The data is loaded, the folder is made or opened: training starts. */
  | {
      readonly type: 'run'
      readonly folder: string
      readonly config: RunConfig
      /** The step of the checkpoint that a resumed run continues from; -1 when it starts from the beginning. */
      readonly resumedFrom?: number
      /** Checkpoints that could not be used. */
      readonly skipped?: readonly { readonly file: string; readonly reason: string }[]
      /** What was put right before a resumed run goes on, in words. */
      readonly mended?: readonly string[]
      /** What stays lost, in words. */
      readonly lost?: readonly string[]
    }
  | {
      readonly type: 'steps'
      readonly step: number
      readonly rows: readonly MetricsRow[]
      readonly seconds: number
    }
  | { readonly type: 'samples'; readonly step: number; readonly file: string }
  | { readonly type: 'notice'; readonly notice: Notice }
  /** A row of a log, e.g. `validation`: what was measured on the held-out images. */
  | { readonly type: 'record'; readonly log: string; readonly row: LogRow }
  /** What was measured of fresh samples. */
  | {
      readonly type: 'evaluation'
      readonly row: MetricsRow
      /** How the numbers of the row are called. */
      readonly measures: readonly MeasureInfo[]
    }
  | { readonly type: 'checkpoint'; readonly step: number }
  /** Somebody paused the run, or let it go on. */
  | { readonly type: 'paused' | 'continued'; readonly step: number }
  /** Training is over; a newcomer learns against what was trained, the `number`th of `count`. */
  | {
      readonly type: 'newcomer'
      readonly network: string
      readonly number: number
      readonly count: number
      readonly done: number
      readonly steps: number
    }
  /** Training is over; pictures, models and the report are being made. */
  | { readonly type: 'finishing'; readonly what: 'models' | 'pictures' | 'report' }
  /** The last event. */
  | { readonly type: 'result'; readonly result: RunResult }
