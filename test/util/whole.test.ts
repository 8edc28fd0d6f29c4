// Counts that went through a mean are whole numbers again, and nothing else is touched.
import { describe, expect, it } from 'vitest'
import { wholeWhereMeant } from '../../src/util/whole.ts'

/** As validation weighs batches: 500 examples each, and what is left. */
const meanOver = (count: number, value: number): number => {
  let sum = 0
  for (let first = 0; first < count; first += 500) sum += (value * Math.min(500, count - first)) / count
  return sum
}

describe('a count that went through a mean', () => {
  it('is told as the whole number that it is', () => {
    const means = Array.from({ length: 200 }, (_, i) => meanOver(300 + 97 * i, 2))
    expect(means.some((mean) => mean !== 2)).toBe(true)
    expect(means.map(wholeWhereMeant)).toEqual(means.map(() => 2))
    expect(wholeWhereMeant(2.000000000000001)).toBe(2)
  })

  it('stays what it is where it is not whole, small, or no number', () => {
    for (const value of [1.95, 2.000001, 1e-13, 0, -0.5, 123456.789, Number.NaN, Number.POSITIVE_INFINITY])
      expect(wholeWhereMeant(value)).toBe(value)
  })
})
