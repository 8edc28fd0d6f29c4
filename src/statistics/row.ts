// A row of a comparison: one number per group, and what it is for real images.

import { formatCount, formatDuration } from '../util/format.ts'
import { spreadText } from '../util/spread-text.ts'
import type { ComparisonEntry, Group } from './entry.ts'
import { type Found, together } from './found.ts'
import { type Better, bestOf, type Floor, intervalOf } from './told-apart.ts'

export type ValueFormat = 'number' | 'percent' | 'count' | 'seconds' | 'milliseconds'

export interface Row {
  /** E.g. `fid`. */
  name: string
  /** What people read, e.g. `FID`. */
  label: string
  format: ValueFormat
  /** Which way is better; absent for facts that are neither, such as the number of steps. */
  better?: Better
  /** The same of real images. */
  floor?: Floor
  /** Why there is no floor. */
  floorReason?: string
  /** One per group. */
  values: Found[]
  /** What each run found of which `values` are the means: per group, by seed. */
  runs: Found[][]
  /** The group whose value is better than every other and told apart from it; absent when there is none. */
  best?: number
  /** What a reader must know of all its values. */
  note?: string
}

/** A number of every run, and of every group together. */
export function foundIn(
  groups: readonly Group[],
  find: (entry: ComparisonEntry) => Found,
): Pick<Row, 'values' | 'runs'> {
  const runs = groups.map(({ entries }) => entries.map(find))
  return { values: runs.map(together), runs }
}

/** A row with its best group found. */
export const ranked = (row: Omit<Row, 'best'>): Row => {
  const best = row.better && bestOf(row.values, row.better, row.floor)
  return best === undefined ? row : { ...row, best }
}

/** A number with its spread, as its format asks. */
const FORMATS: Record<Exclude<ValueFormat, 'seconds'>, (value: number, deviation?: number) => string> = {
  number: (value, deviation) => spreadText(value, deviation),
  percent: (value, deviation) => spreadText(value, deviation, { factor: 100, unit: '%' }),
  milliseconds: (value, deviation) => spreadText(value, deviation, { unit: ' ms' }),
  // A whole number that is the same in all runs needs no spread.
  count: (value, deviation) => (deviation ? spreadText(value, deviation) : formatCount(value)),
}

/**
 * `5.10 ± 0.20`; `–` when there is none.
 *
 * @param duration  how seconds are written. Default: as pages write them
 */
export function foundText(
  { value, deviation }: { value: number | null; deviation?: number },
  format: ValueFormat,
  duration: (seconds: number) => string = formatDuration,
): string {
  if (value === null) return '–'
  if (format !== 'seconds') return FORMATS[format](value, deviation)
  return duration(value) + (deviation === undefined ? '' : ` ± ${duration(deviation)}`)
}

/** What of a row says what its numbers can be. */
interface Kind {
  readonly format: ValueFormat
  readonly better?: Better | undefined
}

/**
 * What a number can be at least and at most. Shares are parts of a whole; a percentage that is better the lower, such as the wobble of a
 * loss, is a ratio and may be more than one.
 */
const rangeOf = ({ format, better }: Kind): readonly [least: number, most: number] => [
  format === 'number' ? Number.NEGATIVE_INFINITY : 0,
  format === 'percent' && better !== 'lower' ? 1 : Number.POSITIVE_INFINITY,
]

/**
 * The 95% interval of a mean as it is shown: what the number cannot be is cut off, since the mean of many runs is not there either.
 * Undefined where no spread is known.
 */
export function shownInterval(found: Found, row: Kind): readonly [low: number, high: number] | undefined {
  const interval = intervalOf(found)
  if (!interval) return undefined
  const [least, most] = rangeOf(row)
  return [Math.max(interval[0], least), Math.min(interval[1], most)]
}

/**
 * A mean with its 95% interval, to the digits that the interval leaves meaning to: `12.65` and `12.41 to 12.89`. Without an
 * interval where no spread is known.
 */
export function intervalText(found: Found, row: Kind): { readonly mean: string; readonly interval?: string } {
  const interval = shownInterval(found, row)
  if (found.value === null || !interval) return { mean: foundText({ value: found.value }, row.format) }
  return boundsText(found.value, interval, row.format)
}

/** A number with the bounds of its interval; without them where it has no width. */
export function boundsText(
  value: number,
  [low, high]: readonly [low: number, high: number],
  format: ValueFormat,
): { readonly mean: string; readonly interval?: string } {
  const deviation = (high - low) / 2
  const write = (x: number): string => {
    const [text] = foundText({ value: Math.abs(x), deviation }, format).split(' ± ')
    // What rounds to nothing has no sign.
    return x < 0 && /[1-9]/.test(text!) ? `-${text}` : text!
  }
  return { mean: write(value), ...(deviation > 0 ? { interval: `${write(low)} to ${write(high)}` } : {}) }
}

/** `n = 3 draws`. */
export const countText = ({ n, over }: Pick<Found, 'n' | 'over'>): string =>
  `n = ${n} ${n === 1 ? over.slice(0, -1) : over}`

export const BETTER: Record<Better, string> = {
  lower: 'lower is better',
  higher: 'higher is better',
  floor: 'nearer to real images is better',
}
