// The factors that short convolutions are computed modulo.
import type { Factors, Quadratic } from './toom-cook.ts'

/** Zero, pairs of points with both signs, single points; infinity is always there. */
const factors = (
  pairs: readonly number[],
  singles: readonly number[] = [],
  quadratics: readonly Quadratic[] = [],
): Factors => ({ points: [0, ...pairs.flatMap((point) => [point, -point]), ...singles], quadratics })

/**
 * By degree, those with the fewest products first. Up to degree 7 small whole numbers and their inverses round about as
 * little as any other points. Beyond, numbers are those that `node scripts/search-factors.mjs` found to round least, to
 * three places; the matrices made of them are exact to float64 all the same. Entries that round more than `amplification`
 * 20 along one axis are left out: with eleven real points it would be 27.
 */
const KNOWN: Readonly<Record<number, readonly Factors[]>> = {
  1: [{ points: [], quadratics: [] }],
  2: [factors([])],
  3: [factors([], [1])],
  4: [factors([1])],
  5: [factors([1], [2])],
  6: [factors([1, 2])],
  7: [factors([1, 2], [0.5])],
  8: [factors([1.002, 0.565, 1.761])],
  9: [
    factors([2.068, 0.793, 1.117], [-0.333]),
    factors([1.518, 0.956], [-0.525], [{ p: -0.329, q: 0.995, at: 1.243 }]),
  ],
  10: [
    factors([2.147, 0.463, 0.855, 1.171]),
    factors([0.631, 1.571, 1.006], [], [{ p: 0.025, q: 0.98, at: -3.104 }]),
  ],
  11: [
    factors([1.863, 1.096, 0.818], [0.397], [{ p: 0.194, q: 1.034, at: 0.92 }]),
    factors(
      [0.716, 1.041],
      [-1.694],
      [
        { p: -1.009, q: 0.975, at: 3.025 },
        { p: 0.525, q: 0.972, at: -1.805 },
      ],
    ),
  ],
  12: [
    factors([2.011, 1.145, 0.873, 0.502], [], [{ p: -0.002, q: 0.987, at: -1.37 }]),
    factors(
      [0.996, 0.659, 1.519],
      [],
      [
        { p: -0.815, q: 1.033, at: -1.092 },
        { p: 0.743, q: 0.988, at: -1.309 },
      ],
    ),
  ],
}

/** Factors of a degree, or undefined when none are known. `exactness` 1 prefers less rounding to fewer products. */
export function leastFactors(degree: number, exactness = 0): Factors | undefined {
  const known = KNOWN[degree]
  return known?.[Math.min(exactness, known.length - 1)]
}
