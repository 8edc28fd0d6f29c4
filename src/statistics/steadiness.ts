// How steadily a run trained: how much its losses wobble at the end.
import type { RunRecord } from '../runs/index.ts'
import { type Curve, curveOf } from './curve.ts'
import { type Found, meanOf, missing } from './found.ts'

/** The part of the run looked at, from its end. */
const LAST = 1 / 5
/** Consecutive parts of it; their spread is that of the figure. */
export const PARTS = 5
/** Steps that a part must have for a line to mean something. */
const FEWEST = 10

/** What `unsteadiness` is, in words. */
export const STEADINESS =
  `standard deviation of a loss about a straight line, as a share of its mean size, in each of ${PARTS} parts of the ` +
  'last fifth of the steps; mean over losses. It grows as batches shrink'

/** Standard deviation of the residuals of a least-squares line, divided by the mean absolute value. */
function relativeDeviation(curve: Curve): number {
  const n = curve.length
  const mean = (of: (point: Curve[number]) => number): number =>
    curve.reduce((sum, point) => sum + of(point), 0) / n
  const [x0, y0] = [mean(([x]) => x), mean(([, y]) => y)]
  const slope = mean(([x, y]) => (x - x0) * (y - y0)) / mean(([x]) => (x - x0) ** 2)
  const squares = mean(([x, y]) => (y - y0 - slope * (x - x0)) ** 2)
  return Math.sqrt((squares * n) / (n - 2)) / mean(([, y]) => Math.abs(y))
}

/** A list cut into so many parts of equal length; what is left over at the start is dropped. */
export function partsOf<Item>(items: readonly Item[], parts: number): Item[][] {
  const size = Math.floor(items.length / parts)
  const from = items.length - size * parts
  return Array.from({ length: parts }, (_, part) => items.slice(from + part * size, from + (part + 1) * size))
}

/**
 * How much a run's losses (its metrics on the left axis) wobble at the end of training: see `STEADINESS`. A trend is
 * not unsteadiness; alternation and sudden spikes are.
 *
 * @returns a share; the spread is over the five parts
 */
export function unsteadiness({ config, metrics }: RunRecord): Found {
  const tail = metrics.slice(-Math.max(1, Math.floor(metrics.length * LAST)))
  if (tail.length < PARTS * FEWEST)
    return missing(
      `the last fifth has ${tail.length} ${tail.length === 1 ? 'step' : 'steps'}, at least ${PARTS * FEWEST} are needed`,
    )
  const losses = config.metrics.filter(({ axis }) => axis === 'left')
  const curves = losses.map(({ name }) => curveOf(tail, name))
  if (curves.length === 0) return missing('no loss was recorded')
  if (curves.some((curve) => curve.length < tail.length))
    return missing('a loss was not finite in the last fifth')
  const shares = Array.from({ length: PARTS }, (_, part) => {
    const deviations = curves.map((curve) => relativeDeviation(partsOf(curve, PARTS)[part]!))
    return deviations.reduce((sum, deviation) => sum + deviation, 0) / deviations.length
  })
  return shares.every(Number.isFinite)
    ? meanOf(shares, 'parts')
    : missing('a loss is 0 throughout a part of the last fifth')
}
