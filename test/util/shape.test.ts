// Shapes: sizes, strides, axes and broadcasting, against the rules read literally.
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { ShapeError } from '../../src/util/errors.ts'
import {
  broadcastShapes,
  formatShape,
  normalizeAxis,
  sameShape,
  sizeOf,
  stridesOf,
} from '../../src/util/shape.ts'

const shapes = fc.array(fc.integer({ min: 0, max: 4 }), { maxLength: 4 })

/** NumPy's rule, word for word: pad with ones in front, then lengths are equal or one of them is 1. */
function literally(a: readonly number[], b: readonly number[]): number[] | undefined {
  const rank = Math.max(a.length, b.length)
  const padded = (shape: readonly number[]): number[] => [...new Array(rank - shape.length).fill(1), ...shape]
  const [x, y] = [padded(a), padded(b)]
  if (x.some((n, axis) => n !== y[axis] && n !== 1 && y[axis] !== 1)) return undefined
  return x.map((n, axis) => (n === 1 ? y[axis]! : n))
}

describe('sizes and strides', () => {
  it('count the elements, one for a scalar and none where an axis is empty', () => {
    expect([sizeOf([]), sizeOf([3]), sizeOf([2, 3, 4]), sizeOf([2, 0, 4])]).toEqual([1, 3, 24, 0])
  })

  it('number the elements of a row-major array without gaps', () => {
    fc.assert(
      fc.property(fc.array(fc.integer({ min: 1, max: 4 }), { maxLength: 4 }), (shape) => {
        const strides = stridesOf(shape)
        let places = [0]
        shape.forEach((length, axis) => {
          places = places.flatMap((at) => Array.from({ length }, (_, i) => at + i * strides[axis]!))
        })
        expect(places).toEqual(Array.from({ length: sizeOf(shape) }, (_, i) => i))
      }),
    )
  })
})

describe('broadcasting', () => {
  it('follows the rule of NumPy for any two shapes', () => {
    fc.assert(
      fc.property(shapes, shapes, (a, b) => {
        const expected = literally(a, b)
        if (expected) expect(broadcastShapes(a, b)).toEqual(expected)
        else expect(() => broadcastShapes(a, b)).toThrow(ShapeError)
      }),
      { numRuns: 500 },
    )
  })

  it('does not depend on the order of three shapes', () => {
    const ones = fc.array(fc.constantFrom(1, 3), { maxLength: 3 })
    fc.assert(
      fc.property(ones, ones, ones, (a, b, c) => {
        expect(broadcastShapes(c, a, b)).toEqual(broadcastShapes(a, b, c))
        expect(broadcastShapes(a, broadcastShapes(b, c))).toEqual(broadcastShapes(a, b, c))
      }),
    )
  })

  it('of nothing is a scalar, of an empty axis and a 1 is empty', () => {
    expect(broadcastShapes()).toEqual([])
    expect(broadcastShapes([0, 3], [1, 1])).toEqual([0, 3])
  })

  it('names the shapes that do not fit', () => {
    expect(() => broadcastShapes([2, 3], [1], [4, 3])).toThrow(
      'shapes [2, 3] and [1] and [4, 3] do not broadcast',
    )
  })
})

describe('axes', () => {
  it('count from the back when negative', () => {
    expect([0, 2, -1, -3].map((axis) => normalizeAxis(axis, 3))).toEqual([0, 2, 2, 0])
  })

  it('outside the tensor, or between two axes, are named', () => {
    for (const axis of [3, -4, 0.5, Number.NaN])
      expect(() => normalizeAxis(axis, 3)).toThrow(`axis ${axis} is outside a tensor of rank 3`)
  })
})

describe('comparing and writing', () => {
  it('tells shapes apart by rank and by every length', () => {
    expect(sameShape([2, 3], [2, 3])).toBe(true)
    for (const other of [[2], [2, 3, 1], [3, 2], [2, 4]]) expect(sameShape([2, 3], other)).toBe(false)
    expect(sameShape([], [])).toBe(true)
  })

  it('writes them as lists', () => {
    expect([formatShape([]), formatShape([7]), formatShape([2, 3])]).toEqual(['[]', '[7]', '[2, 3]'])
  })
})
