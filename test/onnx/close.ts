// Comparison of tensors, for tests.
import { expect } from 'vitest'

interface Numbers {
  readonly shape: readonly number[]
  readonly data: ArrayLike<number>
}

/** Fails unless the shapes are equal and every number is within `tolerance` of max(1, |expected|). */
export function expectClose(actual: Numbers, expected: Numbers, tolerance: number): void {
  expect([...actual.shape]).toEqual([...expected.shape])
  expect(actual.data.length).toBe(expected.data.length)
  let worst = 0
  let where = -1
  for (let i = 0; i < expected.data.length; i++) {
    const [a, b] = [actual.data[i]!, expected.data[i]!]
    if (Object.is(a, b) || a === b) continue
    const difference = Math.abs(a - b) / Math.max(1, Math.abs(b))
    if (!(difference <= worst)) {
      worst = difference
      where = i
      if (Number.isNaN(difference)) break
    }
  }
  expect(
    worst <= tolerance,
    `element ${where}: got ${actual.data[where]}, expected ${expected.data[where]} (difference ${worst})`,
  ).toBe(true)
}
