// Whole numbers that came out of a mean: 2, where rounding left 2.0000000000000004.

/** Rounding of a mean of some thousand numbers stays far below this share. */
const NOISE = 1e-12

/**
 * The number as it is shown to people and handed to other programs: a whole one where it differs from one by no more than
 * the rounding of a sum. Logs keep what was computed.
 */
export function wholeWhereMeant(value: number): number {
  const whole = Math.round(value)
  return whole !== 0 && Math.abs(value - whole) <= NOISE * Math.abs(whole) ? whole : value
}
