// What counts of classes under noise prove: a radius within which the smoothed classifier's answer cannot change.
import { fairCoin, lowerBound } from '../statistics/binomial.ts'
import { normalQuantile } from '../statistics/quantiles.ts'

/** How often each class came. */
export type Counts = ArrayLike<number>

export interface Certificate {
  /** What the smoothed classifier answers; undefined where it abstains. */
  readonly class: number | undefined
  /** At least so likely is the class under noise, but for the error alpha. */
  readonly lower: number
  /** L2 distance within which the answer is the same; 0 where it abstains. */
  readonly radius: number
}

export interface Prediction {
  /** What the smoothed classifier answers; undefined where it abstains. */
  readonly class: number | undefined
  /** How likely counts as clear as these are by chance, were the two likeliest classes equally so. */
  readonly pValue: number
}

const sumOf = (counts: Counts): number => Array.from(counts).reduce((sum, count) => sum + count, 0)

/** The classes by count, the first of equal ones first. */
const order = (counts: Counts): number[] =>
  Array.from(counts, (_, k) => k).sort((a, b) => counts[b]! - counts[a]! || a - b)

/**
 * CERTIFY: the class that a first, small count names is bounded from below by a second, large one.
 *
 * The certificate is of the smoothed classifier, the one that answers the likeliest class under Gaussian noise of deviation
 * sigma; it is wrong with probability alpha at most. Abstains where the bound is not above 1/2.
 *
 * @param selection   counts of the first draws, which choose the class
 * @param estimation  counts of other draws
 * @source Cohen, Rosenfeld and Kolter 2019, arXiv:1902.02918
 */
export function certificateOf(
  selection: Counts,
  estimation: Counts,
  { alpha, sigma }: { readonly alpha: number; readonly sigma: number },
): Certificate {
  const top = order(selection)[0]!
  const lower = lowerBound(estimation[top]!, sumOf(estimation), alpha)
  return lower > 0.5
    ? { class: top, lower, radius: sigma * normalQuantile(lower) }
    : { class: undefined, lower, radius: 0 }
}

/**
 * PREDICT: the likeliest class, where a two-sided test tells it from the second; wrong with probability alpha at most.
 *
 * @source Cohen, Rosenfeld and Kolter 2019, arXiv:1902.02918
 */
export function predictionOf(counts: Counts, alpha: number): Prediction {
  const [first, second] = order(counts)
  const [a, b] = [counts[first!]!, second === undefined ? 0 : counts[second]!]
  const pValue = fairCoin(a, a + b)
  return { class: pValue <= alpha ? first : undefined, pValue }
}
