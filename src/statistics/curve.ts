// Curves: points of a metric, smoothed and thinned out for drawing.
import type { MetricsRow } from '../runs/index.ts'

/** Points (step, value), in order of step. */
export type Curve = [step: number, value: number][]

/** The curve of a metric; rows without it, or where it was not finite, are left out. */
export const curveOf = (rows: readonly MetricsRow[], name: string): Curve =>
  rows.flatMap((row): Curve => {
    const value = row[name]
    return value !== undefined && Number.isFinite(value) ? [[row.step, value]] : []
  })

/**
 * Centred moving average. Near the ends the window is cut to the points there are, so that no part is lost.
 *
 * @param window  number of points averaged; 1 leaves the curve as it is
 */
export function smooth(curve: Curve, window: number): Curve {
  const half = Math.floor((window - 1) / 2)
  if (half < 1) return curve
  const sums = new Float64Array(curve.length + 1)
  curve.forEach(([, value], index) => {
    sums[index + 1] = sums[index]! + value
  })
  return curve.map(([step], index) => {
    const from = Math.max(0, index - half)
    const to = Math.min(curve.length, index + half + 1)
    return [step, (sums[to]! - sums[from]!) / (to - from)]
  })
}

/**
 * Largest-triangle-three-buckets: at most `points` of the curve's own points, chosen so that its shape, above
 * all its peaks, stays. First and last point are kept.
 *
 * @source Steinarsson 2013, "Downsampling Time Series for Visual Representation"
 */
export function downsample(curve: Curve, points: number): Curve {
  if (curve.length <= points || points < 3) return curve
  const width = (curve.length - 2) / (points - 2)
  const kept: Curve = [curve[0]!]
  for (let bucket = 0; bucket < points - 2; bucket++) {
    const from = 1 + Math.floor(bucket * width)
    const to = 1 + Math.floor((bucket + 1) * width)
    const nextTo = Math.min(curve.length, 1 + Math.floor((bucket + 2) * width))
    let meanStep = 0
    let meanValue = 0
    for (let index = to; index < nextTo; index++) {
      meanStep += curve[index]![0] / (nextTo - to)
      meanValue += curve[index]![1] / (nextTo - to)
    }
    if (nextTo === to) [meanStep, meanValue] = curve.at(-1)!
    const [lastStep, lastValue] = kept.at(-1)!
    let best = from
    let largest = -1
    for (let index = from; index < to; index++) {
      const [step, value] = curve[index]!
      const area = Math.abs(
        (lastStep - meanStep) * (value - lastValue) - (lastStep - step) * (meanValue - lastValue),
      )
      if (area > largest) {
        largest = area
        best = index
      }
    }
    kept.push(curve[best]!)
  }
  kept.push(curve.at(-1)!)
  return kept
}

/** The first index of a curve whose step is at least `step`; the length where there is none. */
export function indexAt(curve: Curve, step: number): number {
  let [from, to] = [0, curve.length]
  while (from < to) {
    const middle = (from + to) >> 1
    if (curve[middle]![0] < step) from = middle + 1
    else to = middle
  }
  return from
}

/** The points from one step to another, and one more on each side, so that the line goes on to the edge. */
export const cut = (curve: Curve, [from, to]: readonly [number, number]): Curve =>
  curve.slice(Math.max(0, indexAt(curve, from) - 1), indexAt(curve, to + 1) + 1)
