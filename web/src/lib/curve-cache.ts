// Curves of a log that grows: only what is new is read, and nothing is averaged twice.

import type { MetricsRow } from '../../../src/runs/schema.ts'
import { type Curve, curveOf, smooth } from '../../../src/statistics/curve.ts'

interface Kept {
  readonly recorded: Curve
  /** Rows that it was made of. */
  rows: number
  /** The last average that was asked for. */
  smoothed?: { readonly curve: Curve; readonly window: number; readonly rows: number }
}

/** The curves of a log's columns. Another array of rows is another log, and begins anew. */
export interface CurveCache {
  recorded(rows: readonly MetricsRow[], name: string): Curve
  /** @param window  points averaged, as in `smooth`; 1 for the recorded curve */
  smoothed(rows: readonly MetricsRow[], name: string, window: number): Curve
}

export function curveCache(): CurveCache {
  let log: readonly MetricsRow[] | undefined
  const all = new Map<string, Kept>()
  const keep = (rows: readonly MetricsRow[], name: string): Kept => {
    if (rows !== log) all.clear()
    log = rows
    const kept = all.get(name) ?? { recorded: [], rows: 0 }
    all.set(name, kept)
    for (const point of curveOf(rows.slice(kept.rows), name)) kept.recorded.push(point)
    kept.rows = rows.length
    return kept
  }
  return {
    recorded: (rows, name) => keep(rows, name).recorded,
    smoothed(rows, name, window) {
      const kept = keep(rows, name)
      if (window === 1) return kept.recorded
      const known = kept.smoothed
      if (known && known.window === window && known.rows === kept.rows) return known.curve
      const curve = smooth(kept.recorded, window)
      kept.smoothed = { curve, window, rows: kept.rows }
      return curve
    },
  }
}
