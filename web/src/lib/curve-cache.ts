// Curves of a log that grows: only the rows that are new are read.

import { type Curve, curveOf } from '../../../src/report/curve.ts'
import type { MetricsRow } from '../../../src/runs/schema.ts'

interface Kept {
  readonly curve: Curve
  /** Rows that it was made of. */
  rows: number
}

/**
 * The curve of a column, kept from one call to the next.
 *
 * @returns a function of the log and the column's name; another array of rows is another log, and begins anew
 */
export function curveCache(): (rows: readonly MetricsRow[], name: string) => Curve {
  let log: readonly MetricsRow[] | undefined
  const kept = new Map<string, Kept>()
  return (rows, name) => {
    if (rows !== log) kept.clear()
    log = rows
    const known = kept.get(name) ?? { curve: [], rows: 0 }
    kept.set(name, known)
    for (const point of curveOf(rows.slice(known.rows), name)) known.curve.push(point)
    known.rows = rows.length
    return known.curve
  }
}
