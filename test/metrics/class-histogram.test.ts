// Counts of classes and their divergence.
import { describe, expect, it } from 'vitest'
import { classHistogram } from '../../src/metrics/index.ts'
import { randomStream } from '../../src/util/random.ts'

describe('classHistogram', () => {
  it('counts, and has no divergence from equal shares where they are equal', () => {
    const { value, counts, shares, missing } = classHistogram([0, 1, 2, 2, 1, 0], { classes: 3 })
    expect(value).toBe(0)
    expect(counts).toEqual([2, 2, 2])
    expect(shares).toEqual([1 / 3, 1 / 3, 1 / 3])
    expect(missing).toEqual([])
  })

  it('is the log of the number of classes when only one is made', () => {
    const { value, missing } = classHistogram(new Uint8Array(50).fill(4), { classes: 10 })
    expect(value).toBeCloseTo(Math.log(10), 12)
    expect(missing).toEqual([0, 1, 2, 3, 5, 6, 7, 8, 9])
  })

  it('compares with real shares when it has them', () => {
    const { value, goal, n } = classHistogram([0, 0, 1, 1], { classes: 2, real: [0, 1, 1, 1] })
    expect(goal).toEqual([0.25, 0.75])
    expect(value).toBeCloseTo(0.5 * Math.log(2) + 0.5 * Math.log(2 / 3), 12)
    expect(n).toEqual({ real: 4, fake: 4 })
  })

  it('gives a reason where the divergence is infinite', () => {
    const { value, reason } = classHistogram([0, 1, 2], { classes: 3, real: [0, 1] })
    expect(value).toBeNull()
    expect(reason).toBe('classes that are not among the real ones were made: 2')
  })

  it('has about its floor for a perfect sampler', () => {
    const stream = randomStream(1, 'labels')
    const labels = Array.from({ length: 26_000 }, () => stream.integer(1000))
    const { value, floor } = classHistogram(labels, { classes: 1000 })
    expect(floor).toBeCloseTo(0.0192, 4)
    expect(value! / floor).toBeGreaterThan(0.9)
    expect(value! / floor).toBeLessThan(1.15)
  })

  it('refuses labels outside the classes, and none at all', () => {
    expect(() => classHistogram([0, 10], { classes: 10 })).toThrow(
      'classHistogram: labels has label 10 at 1, expected 0 to 9; check the number of classes',
    )
    expect(() => classHistogram([], { classes: 10 })).toThrow('classHistogram: labels has no labels')
  })
})
