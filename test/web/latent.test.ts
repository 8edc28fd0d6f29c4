// Points of a latent space: axes, places and ways.
import { describe, expect, test } from 'vitest'
import { along, between, middlePoint, movedTo, randomPoint, wayOf } from '../../web/src/lib/latent.ts'

const normal = { distribution: 'normal' } as const
const uniform = { distribution: 'uniform', low: 0, high: 1 } as const
const space = {
  latentDim: 3,
  prior: uniform,
  mean: 0.5,
  deviation: 0.25,
  axes: [
    { label: 'a', direction: [0.6, 0.8, 0] },
    { label: 'b', direction: [-0.8, 0.6, 0] },
  ],
}

test('a seed names one point of the prior', () => {
  expect(randomPoint(space, 7)).toEqual(randomPoint(space, 7))
  expect(randomPoint(space, 7)).not.toEqual(randomPoint(space, 8))
  const many = randomPoint({ prior: uniform, latentDim: 2000 }, 1)
  expect(Math.min(...many)).toBeGreaterThanOrEqual(0)
  expect(Math.max(...many)).toBeLessThanOrEqual(1)
  const others = randomPoint({ prior: normal, latentDim: 2000 }, 1)
  expect(Math.hypot(...others) / Math.sqrt(2000)).toBeCloseTo(1, 1)
})

test('moving along an axis changes the place on it and on no other', () => {
  const start = Float32Array.of(0.1, 0.9, 0.3)
  const across = along(space, 1, start)
  const moved = movedTo(space, start, [[0, -1.5]])
  expect(along(space, 0, moved)).toBeCloseTo(-1.5, 5)
  expect(along(space, 1, moved)).toBeCloseTo(across, 5)
  expect(moved[2]).toBe(start[2])
  const both = movedTo(space, start, [
    [0, 2],
    [1, -2],
  ])
  expect(along(space, 0, both)).toBeCloseTo(2, 5)
  expect(along(space, 1, both)).toBeCloseTo(-2, 5)
  expect([...start]).toEqual([...Float32Array.of(0.1, 0.9, 0.3)])
})

test('the middle lies at 0 on every axis', () => {
  const middle = middlePoint(space)
  expect([along(space, 0, middle), along(space, 1, middle)]).toEqual([0, 0])
})

describe('the way between two points', () => {
  const a = Float32Array.of(2, 0)
  const b = Float32Array.of(0, 4)
  test('is a straight line for a uniform prior', () => {
    expect([...between({ prior: uniform }, a, b, 0.25)]).toEqual([1.5, 1])
  })
  test('is an arc for a normal prior: even angles, lengths in between', () => {
    const third = between({ prior: normal }, a, b, 1 / 3)
    expect(Math.atan2(third[1]!, third[0]!)).toBeCloseTo(Math.PI / 6, 5)
    expect(Math.hypot(...third)).toBeCloseTo(2 + 2 / 3, 5)
  })
  test.each([normal, uniform])('begins and ends at its ends: $distribution', (prior) => {
    const ends = [between({ prior }, a, b, 0), between({ prior }, a, b, 1)]
    expect([...ends[0]!].map((x) => Math.round(x * 1e6) / 1e6)).toEqual([2, 0])
    expect([...ends[1]!].map((x) => Math.round(x * 1e6) / 1e6)).toEqual([0, 4])
  })
  test('is finite between equal points, opposite points and the middle', () => {
    for (const other of [a, a.map((x) => -x), new Float32Array(2)])
      expect(between({ prior: normal }, a, other, 0.3).every(Number.isFinite)).toBe(true)
  })
  test('says which it is', () => {
    expect(wayOf({ prior: normal })).toContain('spherical')
    expect(wayOf({ prior: uniform })).toContain('linear')
  })
})
