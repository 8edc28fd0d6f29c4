// Quantiles agree with printed tables, and with the density itself where no table goes.
import { describe, expect, it } from 'vitest'
import { studentQuantile } from '../../src/statistics/quantiles.ts'

/** Probability that |t| exceeds a limit, by integrating the density of Student's t over an angle. */
function tail(limit: number, degrees: number): number {
  // With x = sqrt(degrees) tan(a) the density becomes cos(a)^(degrees - 1), up to its total.
  const end = Math.atan(limit / Math.sqrt(degrees))
  const integral = (to: number): number => {
    const parts = 20_000
    let sum = 0
    for (let i = 0; i < parts; i++) sum += Math.cos(((i + 0.5) * to) / parts) ** (degrees - 1)
    return (sum * to) / parts
  }
  return 1 - integral(end) / integral(Math.PI / 2)
}

describe("quantiles of Student's t", () => {
  // NIST/SEMATECH e-Handbook of Statistical Methods, 1.3.6.7.2: degrees, then 0.90, 0.95, 0.975, 0.99, 0.995, 0.999.
  it.each([
    [1, 3.078, 6.314, 12.706, 31.821, 63.657, 318.313],
    [2, 1.886, 2.92, 4.303, 6.965, 9.925, 22.327],
    [3, 1.638, 2.353, 3.182, 4.541, 5.841, 10.215],
    [5, 1.476, 2.015, 2.571, 3.365, 4.032, 5.893],
    [10, 1.372, 1.812, 2.228, 2.764, 3.169, 4.143],
    [30, 1.31, 1.697, 2.042, 2.457, 2.75, 3.385],
    [60, 1.296, 1.671, 2.0, 2.39, 2.66, 3.232],
    [100, 1.29, 1.66, 1.984, 2.364, 2.626, 3.174],
    [1e6, 1.282, 1.645, 1.96, 2.326, 2.576, 3.09],
  ])('for %d degrees are those of the table', (degrees, ...values) => {
    const shares = [0.9, 0.95, 0.975, 0.99, 0.995, 0.999]
    // The table has 318.313 where 318.309 is right.
    shares.forEach((share, at) => {
      expect(Math.abs(studentQuantile(share, degrees) / values[at]! - 1)).toBeLessThan(4e-4)
      expect(studentQuantile(1 - share, degrees)).toBeCloseTo(-studentQuantile(share, degrees), 5)
    })
  })

  it('lie between those of the whole numbers around degrees that are none', () => {
    for (const degrees of [1.5, 2.7, 5.5, 41.3])
      expect(tail(studentQuantile(0.975, degrees), degrees)).toBeCloseTo(0.05, 4)
    // By 30 digits of the incomplete beta function.
    expect(studentQuantile(0.975, 2.7)).toBeCloseTo(3.392148383, 7)
    expect(studentQuantile(0.975, 120.3)).toBeCloseTo(1.979880119, 6)
  })
})
