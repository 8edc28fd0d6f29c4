// How far a share can be believed: the interval of Wilson for a proportion.

/** 97.5% quantile of the normal distribution. */
const Z = 1.959963984540054

/** A share of things, with its 95% interval. */
export interface Share {
  /** How many it holds for, */
  readonly count: number
  /** of so many. */
  readonly n: number
  /** `count / n`; null for n = 0. */
  readonly share: number | null
  readonly low: number
  readonly high: number
}

/**
 * A share with the 95% interval of Wilson, which stays within [0, 1] and holds for small n and for shares near 0 and 1.
 *
 * @param count  0 to n
 * @param n      0 or more; of nothing the interval is [0, 1]
 * @throws RangeError when these are not whole numbers in that order
 * @source Wilson 1927, doi:10.1080/01621459.1927.10502953
 */
export function shareOf(count: number, n: number): Share {
  if (!Number.isInteger(count) || !Number.isInteger(n) || count < 0 || count > n)
    throw new RangeError(`a share expects whole numbers 0 <= count <= n, got ${count} of ${n}`)
  if (n === 0) return { count, n, share: null, low: 0, high: 1 }
  const p = count / n
  const middle = p + Z ** 2 / (2 * n)
  const half = Z * Math.sqrt((p * (1 - p)) / n + Z ** 2 / (4 * n ** 2))
  const whole = 1 + Z ** 2 / n
  return {
    count,
    n,
    share: p,
    // At the ends it is exact, but for rounding.
    low: count === 0 ? 0 : (middle - half) / whole,
    high: count === n ? 1 : (middle + half) / whole,
  }
}
