// A number of a study as lines: a point for each group and each value over which it is drawn, with its 95% interval.
import type { StudyCurve, StudyPanel } from '../../runs/study-result.ts'
import { type Row, shownInterval } from '../../statistics/row.ts'

/** A mean at a place of the x axis, with its interval; both ends are the mean where none is known. */
export interface Point {
  readonly x: number
  readonly value: number
  readonly low: number
  readonly high: number
}

export interface Line {
  readonly label: string
  readonly points: readonly Point[]
}

export const rowOf = ({ measures, training }: StudyPanel, name: string): Row | undefined =>
  [...measures, ...training].find((row) => row.name === name) as Row | undefined

/** The point of a group of a panel; none where it has no number. */
export function pointOf(panel: StudyPanel, name: string, group: number, x: number): Point[] {
  const row = rowOf(panel, name)
  const found = row?.values[group]
  if (!row || !found || found.value === null) return []
  const [low, high] = shownInterval(found, row) ?? [found.value, found.value]
  return [{ x, value: found.value, low, high }]
}

/** A line for each group, and for each of its panels that differ in something else than the curve's number. */
export function linesOf(panels: readonly StudyPanel[], name: string, { over, places }: StudyCurve): Line[] {
  const lines = new Map<string, Point[]>()
  const others = Object.keys(panels[0]?.at ?? {}).filter(
    (axis) => axis !== over && new Set(panels.map(({ at }) => at[axis])).size > 1,
  )
  for (const panel of panels) {
    const place = places.find(({ value }) => value === panel.at[over])
    for (const [group, { label }] of panel.groups.entries()) {
      const whole = [...others.map((axis) => String(panel.at[axis])), label].join(', ')
      const points = lines.get(whole) ?? []
      lines.set(whole, points)
      if (place) points.push(...pointOf(panel, name, group, place.at))
    }
  }
  return [...lines].map(([label, points]) => ({ label, points: points.sort((a, b) => a.x - b.x) }))
}
