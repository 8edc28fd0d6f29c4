// The headline numbers of a run.
import type { MetricInfo, RunRecord } from '../runs/index.ts'
import { formatNumber, formatPercent } from '../util/format.ts'
import { curveOf } from './curve.ts'

/** A metric averaged over the last steps. */
export interface TailMetric {
  info: MetricInfo
  /** Steps looked at: the last ones of the run. */
  steps: number
  /** Those of them with a finite value, which are averaged; when 0, mean and deviation are NaN. */
  n: number
  mean: number
  /** Standard deviation between steps, with n - 1; NaN for n < 2. */
  deviation: number
}

/** The first metric, the one that is minimized, on held-out images. */
export interface ValidationSummary {
  info: MetricInfo
  last: { step: number; value: number }
  lowest: { step: number; value: number }
}

export interface RunSummary {
  /** Steps done. */
  steps: number
  /** Seconds of training, over all sessions; undefined when none were recorded. */
  seconds: number | undefined
  stepsPerSecond: number | undefined
  /** Median over the rows of timings.jsonl. */
  millisecondsPerStep: number | undefined
  tail: TailMetric[]
  /** Undefined when nothing was measured. */
  validation: ValidationSummary | undefined
}

/** What a metric is called where it was measured on held-out images. */
export const validationLabel = ({ label }: MetricInfo): string => `validation ${label.toLowerCase()}`

function summarizeValidation({ config, validation }: RunRecord): ValidationSummary | undefined {
  const [info] = config.metrics
  const points = info ? curveOf(validation, info.name).map(([step, value]) => ({ step, value })) : []
  const last = points.at(-1)
  if (!info || !last) return undefined
  return { info, last, lowest: points.reduce((best, point) => (point.value < best.value ? point : best)) }
}

/** Milliseconds per step between one timing row and the next, with the step it ends at. */
export function stepTimes(record: RunRecord): [step: number, milliseconds: number][] {
  let before = (record.metrics[0]?.step ?? 0) - 1
  return record.timings.flatMap(({ step, seconds }) => {
    const steps = step - before
    before = step
    return steps > 0 ? [[step, (1000 * seconds) / steps] as [number, number]] : []
  })
}

const median = (values: readonly number[]): number | undefined => {
  const sorted = values.toSorted((a, b) => a - b)
  const middle = sorted.length >> 1
  return sorted.length % 2
    ? sorted[middle]
    : sorted.length
      ? (sorted[middle - 1]! + sorted[middle]!) / 2
      : undefined
}

/**
 * Steps, time, speed, and every metric's mean over the last steps.
 *
 * @param last  how many steps at the end are averaged. Default 500
 */
export function summarize(record: RunRecord, { last = 500 }: { last?: number } = {}): RunSummary {
  const timed = record.timings.at(-1)?.step ?? -1
  const seconds = record.timings.reduce((sum, row) => sum + row.seconds, 0)
  const timedSteps = record.metrics.filter(({ step }) => step <= timed).length
  const tail = record.config.metrics.map((info): TailMetric => {
    const rows = record.metrics.slice(-last)
    const values = curveOf(rows, info.name).map(([, value]) => value)
    const mean = values.reduce((sum, value) => sum + value, 0) / values.length
    const squares = values.reduce((sum, value) => sum + (value - mean) ** 2, 0)
    return {
      info,
      steps: rows.length,
      n: values.length,
      mean,
      deviation: Math.sqrt(squares / (values.length - 1)),
    }
  })
  return {
    steps: record.metrics.length,
    seconds: record.timings.length ? seconds : undefined,
    stepsPerSecond: seconds > 0 && timedSteps > 0 ? timedSteps / seconds : undefined,
    millisecondsPerStep: median(stepTimes(record).map(([, milliseconds]) => milliseconds)),
    tail,
    validation: summarizeValidation(record),
  }
}

/** A metric's value in its own format: `61.3%` or `0.613`. */
export const formatMetric = (info: MetricInfo, value: number): string =>
  info.format === 'percent' ? formatPercent(value) : formatNumber(value)
