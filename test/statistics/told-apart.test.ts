// When numbers differ: Welch's test, ranks, and nearness to real images.
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { together } from '../../src/statistics/found.ts'
import { besideFloor, bestOf, differ, tiersOf, toldApart } from '../../src/statistics/told-apart.ts'
import { found } from './invented.ts'

const number = fc.record({
  value: fc.double({ min: -100, max: 100, noNaN: true }),
  deviation: fc.double({ min: 0.001, max: 20, noNaN: true }),
  n: fc.integer({ min: 2, max: 12 }),
})
const numbers = fc.array(
  number.map(({ value, deviation, n }) => found(value, deviation, n)),
  { minLength: 2, maxLength: 6 },
)
const better = fc.constantFrom('lower', 'higher', 'floor' as const)
const floor = { value: 1, deviation: 0.5 }

describe('two numbers', () => {
  it('of the textbook example of equal variances differ at 2.776 standard errors', () => {
    const limit = 2.776445 * Math.sqrt(2 / 3)
    expect(toldApart(found(0, 1), found(limit + 1e-6, 1))).toBe(true)
    expect(toldApart(found(0, 1), found(limit - 1e-6, 1))).toBe(false)
  })

  it('are never told apart without a spread, by a single draw, or when one is missing or partial', () => {
    expect(toldApart(found(0), found(100, 0.1))).toBe(false)
    expect(toldApart(found(0, 0.1, 1), found(100, 0.1))).toBe(false)
    expect(toldApart(found(null), found(100, 0.1))).toBe(false)
    expect(toldApart({ ...found(0, 0.1), reason: 'of 2 of 3 runs only' }, found(100, 0.1))).toBe(false)
  })

  it('stay told apart, whichever comes first, when they move further apart', () => {
    fc.assert(
      fc.property(number, number, fc.double({ min: 0, max: 50, noNaN: true }), (a, b, more) => {
        const [x, y] = [found(a.value, a.deviation, a.n), found(b.value, b.deviation, b.n)]
        expect(toldApart(x, y)).toBe(toldApart(y, x))
        const away = found(y.value! + (y.value! < x.value! ? -more : more), b.deviation, b.n)
        if (toldApart(x, y)) expect(toldApart(x, away)).toBe(true)
        expect(toldApart(x, found(x.value, b.deviation, b.n))).toBe(false)
      }),
    )
  })
})

describe('ranks', () => {
  it('put every group in one tier, and tell every pair of different tiers apart', () => {
    fc.assert(
      fc.property(numbers, better, (values, way) => {
        const tiers = tiersOf(values, way, floor)
        expect(tiers.flat().sort()).toEqual(values.map((_, index) => index))
        tiers.forEach((tier, at) => {
          for (const i of tier)
            for (const j of tiers.slice(at + 1).flat())
              expect(differ(values[i]!, values[j]!, way, floor)).toBe(true)
        })
      }),
    )
  })

  it('have a best group only if it is better than every other', () => {
    expect(bestOf([found(9, 0.1), found(5, 0.1), found(20, 0.1)], 'lower')).toBe(1)
    expect(bestOf([found(9, 0.1), found(5, 0.1), found(20, 0.1)], 'higher')).toBe(2)
    expect(bestOf([found(5.1, 0.1), found(5, 0.1), found(20, 0.1)], 'lower')).toBeUndefined()
    expect(bestOf([found(5, 0.1), found(null)], 'lower')).toBeUndefined()
  })

  it('by nearness to real images count the floor twice when it lies between', () => {
    const near = [found(9, 0.1), found(12, 0.1)]
    expect(bestOf(near, 'floor', { value: 10 })).toBe(0)
    expect(bestOf(near, 'floor', { value: 10, deviation: 1 })).toBeUndefined()
    expect(bestOf([found(12, 0.1), found(14, 0.1)], 'floor', { value: 10, deviation: 1 })).toBe(0)
    expect(tiersOf(near, 'floor')).toEqual([])
  })
})

it('a number lies beside the floor only beyond its own spread and that of the floor', () => {
  expect(besideFloor(found(2, 0.1), { value: 1 })).toBe('above')
  expect(besideFloor(found(0, 0.1), { value: 1, deviation: 0.1 })).toBe('below')
  expect(besideFloor(found(2, 0.1), { value: 1, deviation: 1 })).toBeUndefined()
  expect(besideFloor(found(2), { value: 1 })).toBeUndefined()
})

describe('runs together', () => {
  it('give mean and standard deviation over runs, and keep caveats once', () => {
    const runs = [1, 2, 3].map((value) => ({ ...found(value, 0.5), caveats: ['small'] }))
    expect(together(runs)).toEqual({ value: 2, deviation: 1, n: 3, over: 'runs', caveats: ['small'] })
    expect(together(runs.slice(0, 1))).toBe(runs[0])
  })

  it('of which one has no value say so, and are not ranked', () => {
    const partial = together([found(1), found(3), { ...found(null), n: 0, reason: 'collapsed' }])
    expect(partial).toMatchObject({ value: 2, n: 2, reason: 'of 2 of 3 runs only: collapsed' })
    expect(bestOf([partial, found(100, 0.1)], 'lower')).toBeUndefined()
    expect(
      together([
        { ...found(null), n: 0, reason: 'collapsed' },
        { ...found(null), n: 0, reason: 'collapsed' },
      ]),
    ).toMatchObject({ value: null, n: 0, reason: 'collapsed' })
  })
})
