// The numbers of a study's curves as tables: a row for each line, a column for each place.
import type { RowRecord, StudyResult } from '../../runs/study-result.ts'
import { foundText, type ValueFormat } from '../../statistics/row.ts'
import { formatCount } from '../../util/format.ts'
import { linesOf, type Point, rowOf } from './lines.ts'

export interface CurveTable {
  /** The row that it is about. */
  readonly row: RowRecord
  /** `labels`, then the values of that axis. */
  readonly heads: readonly string[]
  /** What a line is called, then its numbers. */
  readonly lines: readonly (readonly string[])[]
}

/** What such a table's numbers are. */
export const CURVE_NOTE =
  'Means, with their 95% intervals (Student’s t) over seeds; those of shares end at 0% and 100%.'

/** `95.1% (94.8% to 95.4%)` */
function pointText({ value, low, high }: Point, format: ValueFormat): string {
  const half = (high - low) / 2
  if (!(half > 0)) return foundText({ value }, format)
  // Written to the digits that the interval leaves meaning to.
  const text = (x: number): string => foundText({ value: x, deviation: half }, format).split(' ± ')[0]!
  return `${text(value)} (${text(low)} to ${text(high)})`
}

/** A table for each number that is drawn; none where the study draws no curve. */
export function curveTables({ panels, measures, curve }: Omit<StudyResult, 'figures'>): CurveTable[] {
  if (!curve) return []
  return measures.flatMap((name) => {
    const row = panels.map((panel) => rowOf(panel, name)).find((found) => found) as RowRecord | undefined
    if (!row) return []
    const lines = linesOf(panels, name, curve).map(({ label, points }) => [
      label,
      ...curve.places.map(({ at }) => {
        const point = points.find(({ x }) => x === at)
        return point ? pointText(point, row.format) : '–'
      }),
    ])
    const heads = [curve.label, ...curve.places.map(({ value }) => placeText(value))]
    return [{ row, heads, lines }]
  })
}

/** A value of a curve's axis as people read it. */
export const placeText = (value: string | number | boolean): string =>
  Number.isInteger(value) ? formatCount(Number(value)) : String(value)
