// What a running study tells.
import type { ResultRow, StudyConfig } from '../../runs/study.ts'
import type { StudyResult } from '../../runs/study-result.ts'

/** A job that goes on. */
export interface RunningJob {
  readonly name: string
  /** From 0 to 1. */
  readonly share: number
}

export type StudyEvent =
  /** The file is being made a table of jobs, and its data is looked at. */
  | { readonly type: 'planning' }
  | {
      readonly type: 'study'
      readonly folder: string
      readonly config: StudyConfig
      /** Jobs that have their results. */
      readonly done: number
      readonly total: number
      /** Who does the others, in words. */
      readonly driver: string
    }
  | {
      readonly type: 'progress'
      readonly done: number
      readonly total: number
      readonly running: readonly RunningJob[]
      /** Over all jobs; undefined while nothing is known. */
      readonly secondsLeft: number | undefined
    }
  | { readonly type: 'result'; readonly row: ResultRow; readonly done: number; readonly total: number }
  /** An attempt came to nothing, and another will be made, unless it was the last. */
  | { readonly type: 'failed'; readonly name: string; readonly message: string; readonly final: boolean }
  | { readonly type: 'remark'; readonly message: string }
  | { readonly type: 'paused' | 'continued' }
  | {
      readonly type: 'end'
      readonly outcome: 'finished' | 'stopped'
      readonly folder: string
      readonly result?: StudyResult
      /** Jobs without a result, and why. */
      readonly failures: readonly { readonly name: string; readonly message: string }[]
      readonly files: Readonly<Record<string, string>>
    }
