// What a process that does jobs and the one that started it tell each other.
import type { Job } from '../request.ts'

/** How such a process is started: as JSON in its first argument. */
export interface ChildStart {
  /** Address of the store. */
  readonly store: string
  /** A module that exports `KINDS`. */
  readonly kinds: string
}

export type ToChild =
  | {
      readonly type: 'run'
      readonly job: Job
      readonly folder: string
      readonly needsFolder: string
      readonly keepFolder: boolean
    }
  | { readonly type: 'stop' }

export type FromChild =
  | { readonly type: 'ready' }
  | { readonly type: 'beat' }
  | { readonly type: 'progress'; readonly share: number }
  | { readonly type: 'done' }
  | {
      readonly type: 'failed'
      readonly name: string
      readonly message: string
      readonly final: boolean
      /** It was asked to stop, and did. */
      readonly stopped: boolean
    }

/** Milliseconds between two signs of life. */
export const BEAT = 2000
/** After so many without one a process is taken for dead: its loop is blocked, or its machine is. */
export const SILENCE = 120_000
