// Normal numbers of the ziggurat are normal: in the middle, in its layers and in the tail.
import { expect, it } from 'vitest'
import { normalQuantile } from '../../src/statistics/quantiles.ts'
import { fillNormals } from '../../src/util/normals.ts'
import { randomStream } from '../../src/util/random.ts'

const COUNT = 1_000_000
const drawn = fillNormals(randomStream(1, 'normals'), new Float32Array(COUNT))

it('have the moments of the normal distribution', () => {
  const moment = (k: number): number => drawn.reduce((sum, x) => sum + x ** k, 0) / COUNT
  // Four standard errors of each.
  expect(Math.abs(moment(1))).toBeLessThan(4 / Math.sqrt(COUNT))
  expect(Math.abs(moment(2) - 1)).toBeLessThan(4 * Math.sqrt(2 / COUNT))
  expect(Math.abs(moment(3))).toBeLessThan(4 * Math.sqrt(15 / COUNT))
  expect(Math.abs(moment(4) - 3)).toBeLessThan(4 * Math.sqrt(96 / COUNT))
})

it('fall below each quantile as often as they should, up to the tail', () => {
  for (const share of [
    1e-5, 1e-4, 1.3e-4, 0.001, 0.01, 0.1, 0.25, 0.5, 0.75, 0.9, 0.99, 0.999, 0.99987, 0.9999,
  ]) {
    const limit = normalQuantile(share)
    const found = drawn.reduce((sum, x) => sum + (x < limit ? 1 : 0), 0)
    expect(Math.abs(found - share * COUNT)).toBeLessThan(4 * Math.sqrt(share * (1 - share) * COUNT) + 1)
  }
  // The tail begins at 3.65; one in 30,000 lies beyond 4 or below -4 half of it each.
  expect(drawn.reduce((most, x) => Math.max(most, x), 0)).toBeGreaterThan(4.3)
})

it('do not follow from each other, and come again from the same stream', () => {
  let sum = 0
  for (let i = 1; i < COUNT; i++) sum += drawn[i]! * drawn[i - 1]!
  expect(Math.abs(sum / COUNT)).toBeLessThan(4 / Math.sqrt(COUNT))
  expect([...fillNormals(randomStream(1, 'normals'), new Float32Array(50))]).toEqual([
    ...drawn.subarray(0, 50),
  ])
})
