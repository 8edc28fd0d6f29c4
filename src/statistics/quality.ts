// How long a run took to reach a given quality, from the measures taken while it trained.
import type { RunRecord } from '../runs/index.ts'
import { ConfigError } from '../util/errors.ts'
import { type Curve, curveOf } from './curve.ts'
import type { Group } from './entry.ts'
import { meanOf, missing } from './found.ts'
import { foundIn, type Row } from './row.ts'

/** A value of a measure that is to be reached. */
export interface Quality {
  /** Name of the measure, e.g. `fid`. */
  measure: string
  value: number
}

/** The measure that is asked of when none is named. */
const DEFAULT_MEASURE = 'fid'

/**
 * `fid=10` as a quality.
 *
 * @throws ConfigError for any other text
 */
export function parseQuality(text: string): Quality {
  const match = /^\s*([A-Za-z]\w*)\s*=\s*([+-]?(?:\d+\.?\d*|\.\d+)(?:e[+-]?\d+)?)\s*$/i.exec(text)
  if (!match)
    throw new ConfigError(
      `--quality: expected a measure and a number such as fid=10, got ${JSON.stringify(text)}`,
    )
  return { measure: match[1]!, value: Number(match[2]) }
}

/** Seconds of training until a step was done; undefined when they were not recorded. */
export function secondsAt({ timings, metrics }: RunRecord, step: number): number | undefined {
  let [seconds, before] = [0, (metrics[0]?.step ?? 0) - 1]
  for (const row of timings) {
    if (row.step >= step) return seconds + (row.seconds * (step - before)) / Math.max(1, row.step - before)
    seconds += row.seconds
    before = row.step
  }
  return undefined
}

/** A measure over the steps, and over the seconds, of a training. */
export const measureCurve = (record: RunRecord, measure: string): Curve =>
  curveOf(record.evaluations, measure)
export const measureBySeconds = (record: RunRecord, measure: string): Curve =>
  measureCurve(record, measure).flatMap(([step, value]): Curve => {
    const seconds = secondsAt(record, step)
    return seconds === undefined ? [] : [[seconds, value]]
  })

/** Measures that were taken during training, of any run. */
export const measuresInTraining = (groups: readonly Group[]): string[] =>
  [
    ...new Set(
      groups.flatMap(({ entries }) =>
        entries.flatMap(({ record }) => record.evaluations.flatMap((row) => Object.keys(row))),
      ),
    ),
  ].filter((name) => name !== 'step')

export interface ReachedQuality extends Quality {
  label: string
  better: 'lower' | 'higher'
  /** True when the user did not name it: the worst of the runs' best values, which all of them reach. */
  derived: boolean
}

/** Which way a measure is better, as the evaluations tell; FID is a distance in any case. */
function direction(measure: string, rows: readonly Row[]): 'lower' | 'higher' {
  const better =
    rows.find(({ name }) => name === measure)?.better ?? (measure === DEFAULT_MEASURE ? 'lower' : undefined)
  if (better === 'lower' || better === 'higher') return better
  throw new ConfigError(
    `--quality ${measure}: expected a measure that is better the lower or the higher it is, got ${
      better === 'floor' ? 'one that is best near that of real images' : 'one that no evaluation knows'
    }; take fid`,
  )
}

/**
 * The quality to be reached: what the user wants, or else the worst of the runs' best FID.
 *
 * @param rows  the measures, which tell directions and labels
 * @returns undefined when nothing was measured during training
 * @throws ConfigError for a measure that was not taken, or has no direction
 */
export function qualityOf(
  groups: readonly Group[],
  rows: readonly Row[],
  wanted?: Quality,
): ReachedQuality | undefined {
  const taken = measuresInTraining(groups)
  const measure = wanted?.measure ?? DEFAULT_MEASURE
  if (wanted && taken.length > 0 && !taken.includes(measure))
    throw new ConfigError(
      `--quality ${measure}: expected a measure that was taken while the runs trained (${taken.join(', ')})`,
    )
  if (!taken.includes(measure)) return undefined
  const better = direction(measure, rows)
  const label = rows.find(({ name }) => name === measure)?.label ?? measure.toUpperCase()
  if (wanted) return { ...wanted, label, better, derived: false }
  const [best, worst] = better === 'lower' ? [Math.min, Math.max] : [Math.max, Math.min]
  const bests = groups.flatMap(({ entries }) =>
    entries.flatMap(({ record }) => {
      const values = measureCurve(record, measure).map(([, value]) => value)
      return values.length > 0 ? [best(...values)] : []
    }),
  )
  return bests.length > 0 ? { measure, label, better, value: worst(...bests), derived: true } : undefined
}

/** The first step at which a run was found to have the quality. */
function reachedAt(record: RunRecord, { measure, value, better }: ReachedQuality): number | undefined {
  const isReached = (now: number): boolean => (better === 'lower' ? now <= value : now >= value)
  return measureCurve(record, measure).find(([, now]) => isReached(now))?.[0]
}

/** Steps and seconds that every group took to reach a quality, as two rows. */
export function qualityRows(groups: readonly Group[], quality: ReachedQuality): Row[] {
  const find = (of: (record: RunRecord, step: number) => number | undefined): Pick<Row, 'values' | 'runs'> =>
    foundIn(groups, ({ record }) => {
      if (measureCurve(record, quality.measure).length === 0) return missing('not recorded')
      const step = reachedAt(record, quality)
      if (step === undefined) return missing('not reached')
      const found = of(record, step)
      return found === undefined ? missing('not recorded') : meanOf([found], 'runs')
    })
  return [
    {
      name: 'stepsToQuality',
      label: 'Steps to it',
      format: 'count',
      ...find((_, step) => step + 1),
    },
    {
      name: 'secondsToQuality',
      label: 'Time to it',
      format: 'seconds',
      better: 'lower',
      ...find(secondsAt),
    },
  ]
}
