// What looks at a training now and then: when, and what it tells.
import type { Objective } from '../objectives/objective.ts'
import type { Engine, Program } from '../runtime/engine.ts'
import type { Shape } from '../util/shape.ts'
import type { MetricsRow, Notice } from './notice.ts'
import type { TrainingState } from './state.ts'

/** A row of any log of steps. */
export interface LogRow {
  readonly step: number
  readonly [name: string]: unknown
}

export type TrainEvent =
  /** Finished steps, with what was logged for each. `seconds` is the time that the call took. */
  | {
      readonly type: 'steps'
      readonly step: number
      readonly rows: readonly MetricsRow[]
      readonly seconds: number
    }
  /** A row of another log: what a watcher found at a step. */
  | { readonly type: 'record'; readonly log: string; readonly row: LogRow }
  /** New examples `[count, ...shape]` of the same inputs every time, or of fresh ones. */
  | {
      readonly type: 'samples'
      readonly step: number
      readonly latents: 'fixed' | 'fresh'
      readonly count: number
      /** Examples of a row, where rows mean something: one for each class. */
      readonly columns?: number
      /** Of one example, `[height, width, channels]` for images. */
      readonly shape: Shape
      readonly values: Float32Array
    }
  | { readonly type: 'notice'; readonly notice: Notice }
  /** Training waits for a request, from now on or again; its state was written. */
  | { readonly type: 'paused'; readonly step: number }
  /** It goes on by itself. */
  | { readonly type: 'continued'; readonly step: number }
  | {
      readonly type: 'checkpoint'
      readonly state: TrainingState
      readonly shapes: Readonly<Record<string, Shape>>
    }
  /** The last event. */
  | { readonly type: 'end'; readonly reason: 'finished' | 'stopped'; readonly state: TrainingState }

/** The training that is looked at. */
export interface Watchable {
  readonly objective: Objective
  readonly engine: Engine
  /** Its weights are those of the step that is looked at. */
  readonly program: Pick<Program, 'attach' | 'read'>
  readonly seed: number
  readonly steps: number
}

/** Looks at a training after some of its steps. */
export interface Watcher {
  /** It looks after every step whose number is a multiple of this, and after the last. */
  readonly every: number
  /** It also looks after steps that somebody asked for by hand. */
  readonly alone?: boolean
  /** What it finds. The weights are finite. */
  observe(step: number): AsyncIterable<TrainEvent>
  close?(): Promise<void>
}

/** Gets ready to look; undefined where there is nothing to look at. */
export type OpenWatcher = (training: Watchable) => Promise<Watcher | undefined>
