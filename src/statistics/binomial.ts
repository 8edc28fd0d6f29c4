// What counts say of the probability behind them: a bound that holds but for a known error, and the test of a fair coin.
import { betaQuantile, betaShare } from './quantiles.ts'

function checkCounts(count: number, n: number): void {
  if (!Number.isInteger(count) || !Number.isInteger(n) || count < 0 || count > n)
    throw new RangeError(`expected whole numbers 0 <= count <= n, got ${count} of ${n}`)
}

/**
 * A probability is at least this, but for an error of probability `alpha`, when `count` of `n` independent trials succeeded: the
 * one-sided bound of Clopper and Pearson. Right to eight digits.
 *
 * @param alpha  above 0, below 1
 * @throws RangeError for counts that are none
 * @source Clopper and Pearson 1934, doi:10.1093/biomet/26.4.404
 */
export function lowerBound(count: number, n: number, alpha: number): number {
  checkCounts(count, n)
  return count === 0 ? 0 : betaQuantile(alpha, count, n - count + 1)
}

/**
 * How likely a fair coin is to fall at least as unevenly as `count` of `n`, on either side: the two-sided binomial test
 * of 1/2. 1 for no throws at all.
 *
 * @throws RangeError for counts that are none
 */
export function fairCoin(count: number, n: number): number {
  checkCounts(count, n)
  const more = Math.max(count, n - count)
  // P(X >= k) for X of n throws is the share of Beta(k, n - k + 1) below 1/2.
  return more === 0 ? 1 : Math.min(1, 2 * betaShare(0.5, more, n - more + 1))
}
