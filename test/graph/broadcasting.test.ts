// Broadcasting, of shapes and of elements, against a naive rule.
import fc from 'fast-check'
import { expect, it } from 'vitest'
import * as g from '../../src/graph/build.ts'
import type { Tensor } from '../../src/graph/value.ts'
import { ShapeError } from '../../src/util/errors.ts'
import { broadcastShapes } from '../../src/util/shape.ts'
import { compute, dot, fixed, normalTensor } from '../support/tensors.ts'

const lengths = fc.constantFrom(1, 1, 2, 3, 0)
const shapes = fc.array(lengths, { maxLength: 4 })
/** A shape and two that broadcast to it. */
const pairs = fc
  .array(fc.tuple(fc.constantFrom(1, 2, 3), fc.boolean(), fc.boolean()), { maxLength: 4 })
  .chain((axes) =>
    fc.record({
      a: fc.nat({ max: axes.length }).map((cut) => axes.map(([n, one]) => (one ? 1 : n)).slice(cut)),
      b: fc.nat({ max: axes.length }).map((cut) => axes.map(([n, , one]) => (one ? 1 : n)).slice(cut)),
      seed: fc.nat(),
    }),
  )

/** NumPy's rule, written axis by axis from the back; undefined where the shapes do not fit. */
function naiveBroadcast(a: readonly number[], b: readonly number[]): number[] | undefined {
  const result: number[] = []
  for (let back = 1; back <= Math.max(a.length, b.length); back++) {
    const m = a.length >= back ? a[a.length - back]! : 1
    const n = b.length >= back ? b[b.length - back]! : 1
    if (m !== n && m !== 1 && n !== 1) return undefined
    result.unshift(m === 1 ? n : m)
  }
  return result
}

it('shapes broadcast by the naive rule, or not at all', () => {
  fc.assert(
    fc.property(shapes, shapes, (a, b) => {
      const expected = naiveBroadcast(a, b)
      if (expected) expect(broadcastShapes(a, b)).toEqual(expected)
      else expect(() => broadcastShapes(a, b)).toThrow(ShapeError)
    }),
    { numRuns: 500 },
  )
})

it('several shapes broadcast as they do two by two, in any order', () => {
  fc.assert(
    fc.property(pairs, pairs, ({ a, b }, { a: c }) => {
      const two = naiveBroadcast(a, b)!
      const expected = naiveBroadcast(two, c)
      if (expected) {
        expect(broadcastShapes(a, b, c)).toEqual(expected)
        expect(broadcastShapes(c, b, a)).toEqual(expected)
      } else expect(() => broadcastShapes(a, b, c)).toThrow(ShapeError)
    }),
  )
})

it('elements broadcast: each comes from the same coordinates, or from 0 on an axis of length 1', () => {
  fc.assert(
    fc.property(pairs, ({ a, b, seed }) => {
      const x = normalTensor(a, 'x', seed)
      const y = normalTensor(b, 'y', seed)
      const sum = g.sub(fixed(x), fixed(y))
      const read = ({ shape, data }: Tensor, flat: number): number => {
        let offset = 0
        let step = 1
        let rest = flat
        for (let back = 1; back <= sum.shape.length; back++) {
          const index = rest % sum.shape.at(-back)!
          rest = (rest - index) / sum.shape.at(-back)!
          const length = shape.length >= back ? shape.at(-back)! : 1
          if (length > 1) offset += index * step
          step *= length
        }
        return data[offset]!
      }
      compute(sum).forEach((number, i) => {
        expect(number).toBe(read(x, i) - read(y, i))
      })
    }),
  )
})

it('summing to a shape is the adjoint of expanding from it', () => {
  fc.assert(
    fc.property(pairs, ({ a, b, seed }) => {
      const wide = broadcastShapes(a, b)
      const x = normalTensor(a, 'x', seed)
      const u = normalTensor(wide, 'u', seed)
      const summed = g.sumTo(fixed(u), a)
      expect(summed.shape).toEqual(a)
      const expanded = compute(g.expand(fixed(x), wide))
      expect(dot(compute(summed), x.data)).toBeCloseTo(dot(u.data, expanded), 10)
    }),
  )
})

it('stacks of matrices broadcast as the products of their parts', () => {
  fc.assert(
    fc.property(pairs, ({ a, b, seed }) => {
      const x = normalTensor([...a, 2, 5], 'x', seed)
      const y = normalTensor([...b, 5, 3], 'y', seed)
      const product = g.matMul(fixed(x), fixed(y))
      // The same sum written with broadcasting: [..., 2, 5, 1] times [..., 1, 5, 3], summed over the fives.
      const left = g.reshape(fixed(x), [...a, 2, 5, 1])
      const right = g.reshape(fixed(y), [...b, 1, 5, 3])
      const expected = compute(g.reduceSum(g.mul(left, right), { axes: [-2] }))
      const found = compute(product)
      expect(product.shape).toEqual([...broadcastShapes(a, b), 2, 3])
      expect(found).toHaveLength(expected.length)
      found.forEach((number, i) => {
        expect(number).toBeCloseTo(expected[i]!, 10)
      })
    }),
  )
})
