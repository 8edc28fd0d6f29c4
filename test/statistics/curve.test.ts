// Smoothing and thinning of curves.
import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { type Curve, curveOf, downsample, smooth } from '../../src/statistics/curve.ts'

const anyCurve = fc
  .array(fc.double({ min: -100, max: 100, noNaN: true }), { minLength: 1, maxLength: 300 })
  .map((values): Curve => values.map((value, step) => [step, value]))

describe('a curve', () => {
  test('leaves out rows without a finite value', () => {
    const rows = [{ step: 0, loss: 1 }, { step: 1 }, { step: 2, loss: Number.NaN }, { step: 3, loss: 2 }]
    expect(curveOf(rows, 'loss')).toEqual([
      [0, 1],
      [3, 2],
    ])
  })

  test('smoothed is the mean of its neighbours, fewer of them at the ends', () => {
    const curve: Curve = [3, 0, 6, 9, 0].map((value, step) => [step, value])
    expect(smooth(curve, 3).map(([, value]) => value)).toEqual([1.5, 3, 5, 5, 4.5])
    expect(smooth(curve, 1)).toEqual(curve)
    expect(smooth([], 5)).toEqual([])
  })

  test('smoothed stays within its own range and keeps its steps', () => {
    fc.assert(
      fc.property(anyCurve, fc.integer({ min: 1, max: 50 }), (curve, window) => {
        const values = curve.map(([, value]) => value)
        const [low, high] = [Math.min(...values) - 1e-9, Math.max(...values) + 1e-9]
        const result = smooth(curve, window)
        expect(result.map(([step]) => step)).toEqual(curve.map(([step]) => step))
        for (const [, value] of result) expect(value >= low && value <= high).toBe(true)
      }),
    )
  })

  test('thinned consists of its own points, in order, the first and the last among them', () => {
    fc.assert(
      fc.property(anyCurve, fc.integer({ min: 3, max: 60 }), (curve, points) => {
        const result = downsample(curve, points)
        expect(result).toHaveLength(Math.min(points, curve.length))
        expect(result[0]).toEqual(curve[0])
        expect(result.at(-1)).toEqual(curve.at(-1))
        const steps = result.map(([step]) => step)
        expect(steps).toEqual([...new Set(steps)].sort((a, b) => a - b))
        for (const point of result) expect(curve[point[0]]).toEqual(point)
      }),
    )
  })

  test('thinned from 12,001 points to 200 still shows a peak of one step', () => {
    const curve: Curve = Array.from({ length: 12_001 }, (_, step) => [
      step,
      step === 7_777 ? 5 : Math.sin(step) / 10,
    ])
    expect(downsample(curve, 200)).toContainEqual([7_777, 5])
  })
})
