// Bounds and tests of counts agree with published values and with thirty digits of the tails themselves.
import { describe, expect, it } from 'vitest'
import { fairCoin, lowerBound } from '../../src/statistics/binomial.ts'
import { normalQuantile } from '../../src/statistics/quantiles.ts'

describe('the lower bound of a probability', () => {
  it.each([
    [100, 0.933254, 1.5005],
    [1000, 0.993116, 2.4633],
    [10_000, 0.999309, 3.1986],
    [100_000, 0.999931, 3.8115],
  ])('when all %d agree, and the radius by sigma, are those of the reference', (n, bound, radius) => {
    const found = lowerBound(n, n, 0.001)
    expect(Number(found.toFixed(6))).toBe(bound)
    expect(Number(normalQuantile(found).toFixed(4))).toBe(radius)
    // When all agree the bound has a closed form.
    expect(Math.abs(found - 0.001 ** (1 / n))).toBeLessThan(1e-12)
  })

  // Roots of the tail, summed term by term with 30 digits, and the quantiles of those roots.
  it.each([
    [60, 100, 0.4409842652212993, -0.1484742193154],
    [900, 1000, 0.867464018025748, 1.1144831622798],
    [6000, 10_000, 0.5847476703522462, 0.21405436896],
    [9990, 10_000, 0.997588308032568, 2.8185983003982],
    [60_000, 100_000, 0.5952010472945845, 0.24094479223473],
    [99_000, 100_000, 0.9889893403774748, 2.2899999552138],
    [50_500, 100_000, 0.5001089517395878, 0.00027310151441597],
    [99_999, 100_000, 0.9999076696662654, 3.7391266685434],
  ])('of %d of %d is right to a thousand-millionth', (count, n, bound, quantile) => {
    expect(Math.abs(lowerBound(count, n, 0.001) - bound)).toBeLessThan(1e-9)
    expect(Math.abs(normalQuantile(lowerBound(count, n, 0.001)) - quantile)).toBeLessThan(1e-7)
  })

  it('is 0 where nothing succeeded, and refuses counts that are none', () => {
    expect(lowerBound(0, 100, 0.001)).toBe(0)
    expect(lowerBound(0, 0, 0.001)).toBe(0)
    expect(() => lowerBound(3, 2, 0.001)).toThrow('expected whole numbers 0 <= count <= n, got 3 of 2')
    expect(() => fairCoin(0.5, 2)).toThrow('got 0.5 of 2')
  })
})

describe('the test of a fair coin', () => {
  it.each([
    [60, 100, 0.056887933640981],
    [5200, 10_000, 6.5935155986724e-5],
    [51_000, 100_000, 2.5887160383469e-10],
    [50_100, 100_000, 0.52915729408019],
  ])('gives for %d of %d what the tail is', (count, n, pValue) => {
    expect(Math.abs(fairCoin(count, n) / pValue - 1)).toBeLessThan(1e-6)
    expect(fairCoin(n - count, n)).toBe(fairCoin(count, n))
  })

  it('finds an even count, and none at all, quite likely', () => {
    expect(fairCoin(50, 100)).toBe(1)
    expect(fairCoin(0, 0)).toBe(1)
  })
})
