// What is known of a training's progress: steps, speed, time left and smoothed metrics. Pure: the clock is given.
import type { MetricsRow } from '../training/detectors.ts'

/** A metric to be shown. */
export interface ShownMetric {
  readonly name: string
  readonly label: string
  readonly format?: 'number' | 'percent' | undefined
}

export interface Progress {
  /** Steps done, counted from the very first. */
  readonly done: number
  readonly total: number
  /** Over the last half minute; undefined before the first steps. */
  readonly stepsPerSecond: number | undefined
  readonly secondsLeft: number | undefined
  /** Smoothed metrics, in the order of the description; none before the first steps. */
  readonly metrics: readonly {
    readonly label: string
    readonly value: number
    readonly format: 'number' | 'percent'
  }[]
}

export interface ProgressTracker {
  /** Takes finished steps that took `seconds`, at `now` in seconds of any steady clock. */
  advance(steps: { readonly rows: readonly MetricsRow[]; readonly seconds: number }, now: number): Progress
  /** Takes what was measured on held-out images; the first metric of it is shown. */
  validate(row: MetricsRow): void
  readonly current: Progress
}

export interface TrackerOptions {
  /** Steps of the whole run. */
  readonly total: number
  /** Steps done before, by a run that is continued. */
  readonly done: number
  readonly metrics: readonly ShownMetric[]
}

/** Seconds that the speed is measured over. */
const SPEED_WINDOW = 30
/** Steps that smoothed metrics look back on, roughly. */
const SMOOTHING_STEPS = 100

/** Follows a training. Smoothed metrics start as plain means and become exponential ones. */
export function progressTracker({ total, done, metrics }: TrackerOptions): ProgressTracker {
  const smoothed = new Map<string, number>()
  const points: { readonly at: number; readonly done: number }[] = []
  let seen = 0
  let heldOut: Progress['metrics'] = []
  let current: Progress = { done, total, stepsPerSecond: undefined, secondsLeft: undefined, metrics: [] }
  return {
    get current() {
      return current
    },
    validate(row) {
      const shown = current.metrics.slice(0, current.metrics.length - heldOut.length)
      heldOut = metrics.slice(0, 1).flatMap(({ name, label, format = 'number' }) => {
        const value = row[name]
        return value === undefined ? [] : [{ label: `validation ${label}`, value, format }]
      })
      current = { ...current, metrics: [...shown, ...heldOut] }
    },
    advance({ rows, seconds }, now) {
      if (points.length === 0) points.push({ at: now - seconds, done: current.done })
      for (const row of rows) {
        seen++
        const weight = 1 / Math.min(seen, SMOOTHING_STEPS)
        for (const { name } of metrics) {
          const value = row[name]
          const before = smoothed.get(name) ?? 0
          if (value !== undefined) smoothed.set(name, before + weight * (value - before))
        }
      }
      const doneNow = current.done + rows.length
      points.push({ at: now, done: doneNow })
      while (points.length > 2 && points[1]!.at < now - SPEED_WINDOW) points.shift()
      const first = points[0]!
      const elapsed = now - first.at
      const stepsPerSecond = elapsed > 0 ? (doneNow - first.done) / elapsed : undefined
      current = {
        done: doneNow,
        total,
        stepsPerSecond,
        secondsLeft: stepsPerSecond ? (total - doneNow) / stepsPerSecond : undefined,
        metrics: [
          ...metrics.flatMap(({ name, label, format = 'number' }) => {
            const value = smoothed.get(name)
            return value === undefined ? [] : [{ label, value, format }]
          }),
          ...heldOut,
        ],
      }
      return current
    },
  }
}
