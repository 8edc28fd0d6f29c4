// Shares and their intervals, beside published ones.
import { describe, expect, it } from 'vitest'
import { shareOf } from '../../src/util/wilson-interval.ts'

describe('shareOf', () => {
  // Newcombe 1998, doi:10.1002/(SICI)1097-0258(19980430)17:8<857::AID-SIM777>3.0.CO;2-E, table I, method 3.
  it.each([
    [81, 263, 0.2553, 0.3662],
    [15, 148, 0.0624, 0.1605],
    [0, 20, 0, 0.1611],
    [1, 29, 0.0061, 0.1718],
  ])('gives the published interval of %i of %i', (count, n, low, high) => {
    const share = shareOf(count, n)
    expect(share.low).toBeCloseTo(low, 4)
    expect(share.high).toBeCloseTo(high, 4)
    expect(share.share).toBe(count / n)
  })

  it('is the same seen from the other side', () => {
    const [some, others] = [shareOf(14, 20), shareOf(6, 20)]
    expect(some.low).toBeCloseTo(1 - others.high, 12)
    expect(some.high).toBeCloseTo(1 - others.low, 12)
  })

  it('holds the share, and stays within 0 and 1', () => {
    for (let n = 1; n <= 60; n++)
      for (let count = 0; count <= n; count++) {
        const { low, high, share } = shareOf(count, n)
        expect(low).toBeGreaterThanOrEqual(0)
        expect(high).toBeLessThanOrEqual(1)
        expect(low).toBeLessThanOrEqual(share!)
        expect(high).toBeGreaterThanOrEqual(share!)
      }
  })

  it('knows nothing of nothing', () => {
    expect(shareOf(0, 0)).toEqual({ count: 0, n: 0, share: null, low: 0, high: 1 })
  })

  it.each([
    [3, 2],
    [-1, 2],
    [0.5, 2],
    [Number.NaN, 2],
  ])('refuses %d of %d', (count, n) => {
    expect(() => shareOf(count, n)).toThrow(RangeError)
  })
})
