// Short convolutions with fewer multiplications, alone and along one axis.
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { axisAlgorithm } from '../../src/lowering/axis-algorithm.ts'
import { leastFactors } from '../../src/lowering/factors.ts'
import { amplification, degreeOf, productsOf, toomCook } from '../../src/lowering/toom-cook.ts'

const times = (m: { rows: number; columns: number; data: Float64Array }, x: readonly number[]): number[] =>
  Array.from({ length: m.rows }, (_, row) =>
    x.reduce((sum, value, column) => sum + m.data[row * m.columns + column]! * value, 0),
  )

describe('F(m, r)', () => {
  const known = Array.from({ length: 12 }, (_, i) => i + 1).flatMap((degree) =>
    [0, 1].map((exactness) => ({ degree, exactness, factors: leastFactors(degree, exactness)! })),
  )
  it.each(known)(
    'gives the sums of products, degree $degree, exactness $exactness',
    ({ degree, factors }) => {
      expect(degreeOf(factors)).toBe(degree)
      for (let r = 2; r < Math.min(6, degree); r++) {
        const m = degree + 1 - r
        const { input, kernel, output } = toomCook(m, r, factors)
        expect([input.rows, kernel.rows, output.columns]).toEqual(new Array(3).fill(productsOf(factors)))
        const d = Array.from({ length: degree }, (_, i) => Math.sin(1 + 3 * i))
        const taps = Array.from({ length: r }, (_, i) => Math.cos(2 + 5 * i))
        const products = times(input, d).map((value, i) => value * times(kernel, taps)[i]!)
        times(output, products).forEach((value, i) => {
          expect(value).toBeCloseTo(
            taps.reduce((sum, tap, j) => sum + tap * d[i + j]!, 0),
            10,
          )
        })
      }
    },
  )

  it('rounds less with the more exact factors, and no more than is said', () => {
    for (const degree of [9, 10, 11, 12])
      for (const r of [2, 3, 4, 5]) {
        const [few, exact] = [0, 1].map((exactness) =>
          amplification(toomCook(degree + 1 - r, r, leastFactors(degree, exactness)!)),
        )
        expect(exact).toBeLessThan(6)
        expect(few).toBeGreaterThan(exact!)
        expect(few).toBeLessThan(21)
      }
  })

  it.each([
    [1, 1],
    [1, 5],
    [9, 1],
  ])('is the direct sum for one output or one tap: F(%i, %i)', (m, r) => {
    const { input, kernel, output } = toomCook(m, r, leastFactors(m + r - 1, 1)!)
    const d = Array.from({ length: m + r - 1 }, (_, i) => i + 1)
    const taps = Array.from({ length: r }, (_, i) => i - 2)
    const products = times(input, d).map((value, i) => value * times(kernel, taps)[i]!)
    expect(products.length).toBe(m + r - 1)
    expect(times(output, products)).toEqual(
      Array.from({ length: m }, (_, i) => taps.reduce((sum, tap, j) => sum + tap * d[i + j]!, 0)),
    )
    expect(amplification({ input, kernel, output })).toBeCloseTo(1, 12)
  })

  it('needs factors of the right degree, and none are known beyond 12', () => {
    expect(() => toomCook(4, 5, leastFactors(7)!)).toThrow(
      /F\(4, 5\) needs factors of degree 8, got degree 7/,
    )
    expect(leastFactors(13)).toBeUndefined()
    expect(axisAlgorithm({ input: 20, output: 20, kernel: 5, stride: 1, begin: 2 }, 9)).toBeUndefined()
  })
})

it('an axis with stride, zeros before and after and a tile that does not fit is a strided correlation', () => {
  fc.assert(
    fc.property(
      fc.record({
        input: fc.integer({ min: 3, max: 12 }),
        kernel: fc.integer({ min: 2, max: 5 }),
        stride: fc.integer({ min: 1, max: 2 }),
        begin: fc.integer({ min: 0, max: 2 }),
        end: fc.integer({ min: 0, max: 2 }),
        m: fc.integer({ min: 1, max: 8 }),
        exactness: fc.integer({ min: 0, max: 1 }),
      }),
      ({ input: length, kernel, stride, begin, end, m, exactness }) => {
        const output = Math.floor((length + begin + end - kernel) / stride) + 1
        fc.pre(output >= 1)
        const algorithm = axisAlgorithm({ input: length, output, kernel, stride, begin }, m, exactness)!
        const x = Array.from({ length }, (_, i) => Math.sin(1 + 3 * i))
        const taps = Array.from({ length: kernel }, (_, i) => Math.cos(2 + 5 * i))
        const transformed = times(algorithm.kernel, taps)
        const products = times(algorithm.input, x).map(
          (value, row) => value * transformed[Math.floor(row / algorithm.tiles)]!,
        )
        times(algorithm.output, products).forEach((value, i) => {
          const expected = taps.reduce((sum, tap, j) => sum + tap * (x[i * stride + j - begin] ?? 0), 0)
          expect(value).toBeCloseTo(expected, 8)
        })
      },
    ),
  )
})
