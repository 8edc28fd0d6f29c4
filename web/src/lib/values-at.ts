// What a curve says at a step: as recorded there, and averaged around it.
import { type Curve, indexAt } from '../../../src/statistics/curve.ts'

export interface ValueAt {
  /** The last recorded step that is not after the one asked for. */
  readonly step: number
  readonly value: number
  /** Mean of the points in the window around it. */
  readonly mean: number
}

/**
 * @param step    undefined for the newest
 * @param window  points averaged, as in `smooth`
 * @returns undefined where nothing was recorded up to there
 */
export function valueAt(curve: Curve, step: number | undefined, window: number): ValueAt | undefined {
  const index = step === undefined ? curve.length - 1 : indexAt(curve, step + 1) - 1
  const point = curve[index]
  if (!point) return undefined
  const half = Math.floor((window - 1) / 2)
  const around = curve.slice(Math.max(0, index - half), index + half + 1)
  const mean = around.reduce((sum, [, value]) => sum + value, 0) / around.length
  return { step: point[0], value: point[1], mean }
}

/** Windows that a smoothing slider offers, from none on; odd, so that they have a middle. */
export const WINDOWS: readonly number[] = [1, 5, 11, 25, 51, 101, 201, 301, 501, 1001, 2001]

/** The place in `WINDOWS` of the one nearest to a number of steps. */
export const nearestWindow = (steps: number): number =>
  WINDOWS.reduce(
    (best, window, index) => (Math.abs(window - steps) < Math.abs(WINDOWS[best]! - steps) ? index : best),
    0,
  )
