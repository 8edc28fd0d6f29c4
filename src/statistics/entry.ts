// A run as a comparison takes it, and a group of runs that differ in their seed only.
import type { Evaluation, RunRecord } from '../runs/index.ts'

/** A run to be compared. */
export interface ComparisonEntry {
  /** The run folder as people would type it. */
  folder: string
  record: RunRecord
  /** What was measured of its samples. */
  evaluation?: Evaluation
  /** Why there is no evaluation, and what to do about it; without one. */
  reason?: string
}

/** Runs that differ in nothing but their seed: one column. */
export interface Group {
  /** Short and unique, e.g. `mlp-gan`. */
  label: string
  /** By seed. */
  entries: ComparisonEntry[]
}

/** What a group is known by where one run must stand for it: that of the lowest seed. */
export const firstOf = ({ entries }: Group): ComparisonEntry => entries[0]!

/** `runs/mlp-1` as `mlp-1`. */
export const nameOf = ({ folder }: ComparisonEntry): string =>
  folder
    .replace(/[\\/]+$/, '')
    .split(/[\\/]/)
    .at(-1)!
