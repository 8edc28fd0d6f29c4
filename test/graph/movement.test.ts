// Round trips and adjoints of the operators that move elements, for random shapes.
import fc from 'fast-check'
import { expect, it } from 'vitest'
import * as g from '../../src/graph/build.ts'
import { apply } from '../../src/graph/ops.ts'
import { sizeOf, stridesOf } from '../../src/util/shape.ts'
import { compute, counting, dot, fixed, normalTensor, tensorOf } from '../support/tensors.ts'

const shapes = fc.array(fc.integer({ min: 1, max: 4 }), { minLength: 1, maxLength: 4 })
const permutations = shapes.chain((shape) =>
  fc.record({
    shape: fc.constant(shape),
    perm: fc.shuffledSubarray(
      shape.map((_, axis) => axis),
      { minLength: shape.length },
    ),
  }),
)
const padded = shapes.chain((shape) =>
  fc.record({
    shape: fc.constant(shape),
    pads: fc.array(fc.integer({ min: 0, max: 3 }), {
      minLength: 2 * shape.length,
      maxLength: 2 * shape.length,
    }),
  }),
)

it('a reshape there and back changes nothing', () => {
  fc.assert(
    fc.property(shapes, (shape) => {
      const x = counting(shape)
      const flat = apply('Reshape', [fixed(x)], { shape: [sizeOf(shape)] })
      expect(compute(flat)).toEqual(Array.from(x.data))
      expect(compute(apply('Reshape', [flat], { shape }))).toEqual(Array.from(x.data))
    }),
  )
})

it('a transpose and its inverse change nothing, and the transpose moves coordinates by the permutation', () => {
  fc.assert(
    fc.property(permutations, ({ shape, perm }) => {
      const x = counting(shape)
      const turned = apply('Transpose', [fixed(x)], { perm })
      const inverse = perm.map((_, axis) => perm.indexOf(axis))
      expect(compute(apply('Transpose', [turned], { perm: inverse }))).toEqual(Array.from(x.data))
      // x counts its elements, so every element says where it came from.
      compute(turned).forEach((source, flat) => {
        const coordinates = (index: number, lengths: readonly number[]): number[] => {
          const steps = stridesOf(lengths)
          return lengths.map((length, axis) => Math.floor(index / steps[axis]!) % length)
        }
        const from = coordinates(source, shape)
        expect(coordinates(flat, turned.shape)).toEqual(perm.map((axis) => from[axis]!))
      })
    }),
  )
})

it('a pad and the crop by the same amounts change nothing, by negative pads and by a slice', () => {
  fc.assert(
    fc.property(padded, ({ shape, pads }) => {
      const x = counting(shape, 1)
      const grown = apply('Pad', [fixed(x)], { pads })
      expect(compute(grown).reduce((sum, n) => sum + n, 0)).toBe(
        Array.from(x.data).reduce((sum, n) => sum + n, 0),
      )
      const cropped = apply('Pad', [grown], { pads: pads.map((n) => -n) })
      const sliced = g.slice(
        grown,
        shape.map((length, axis) => ({ axis, start: pads[axis]!, end: pads[axis]! + length })),
      )
      for (const value of [cropped, sliced]) {
        expect(value.shape).toEqual(shape)
        expect(compute(value)).toEqual(Array.from(x.data))
      }
    }),
  )
})

it('a slice takes what a loop with the clamped bounds would take', () => {
  const bound = fc.integer({ min: -8, max: 8 })
  fc.assert(
    fc.property(
      fc.integer({ min: 1, max: 6 }),
      bound,
      bound,
      fc.constantFrom(-3, -2, -1, 1, 2, 3),
      (length, start, end, step) => {
        const from = start < 0 ? start + length : start
        const to = end < 0 ? end + length : end
        const expected: number[] = []
        // Start from the first place on the way that exists, as Python does.
        const first = step > 0 ? Math.max(from, 0) : Math.min(from, length - 1)
        for (let i = first; step > 0 ? i < Math.min(to, length) : i > Math.max(to, -1); i += step)
          if (i >= 0 && i < length) expected.push(i)
        // A start before the beginning stands at element 0 in ONNX even when going backwards.
        if (step < 0 && from < 0 && to < 0) expected.push(0)
        expect(compute(g.slice(fixed(counting([length])), [{ axis: 0, start, end, step }]))).toEqual(expected)
      },
    ),
    { numRuns: 1000 },
  )
})

it('slices that cut an axis in two join to the whole', () => {
  fc.assert(
    fc.property(shapes, fc.nat(), fc.nat(), (shape, a, c) => {
      const axis = a % shape.length
      const cut = c % (shape[axis]! + 1)
      const x = fixed(counting(shape))
      const parts = [
        g.slice(x, [{ axis, start: 0, end: cut }]),
        g.slice(x, [{ axis, start: cut, end: shape[axis]! }]),
      ]
      expect(compute(g.concat(parts, axis))).toEqual(Array.from(counting(shape).data))
    }),
  )
})

it('scattering updates is the adjoint of gathering elements, with repeated and negative indices', () => {
  const cases = fc.record({
    shape: fc.tuple(fc.integer({ min: 1, max: 4 }), fc.integer({ min: 1, max: 4 })),
    axis: fc.constantFrom(0, 1, -1),
    count: fc.integer({ min: 1, max: 5 }),
    seed: fc.nat(),
  })
  fc.assert(
    fc.property(cases, fc.infiniteStream(fc.nat()), ({ shape, axis, count, seed }, numbers) => {
      const along = (axis + 2) % 2
      const length = shape[along]!
      const chosen = shape.map((n, i) => (i === along ? count : n))
      const picked = Array.from(
        { length: sizeOf(chosen) },
        () => (numbers.next().value! % (2 * length)) - length,
      )
      const indices = fixed(tensorOf(chosen, picked), 'int64')
      const x = normalTensor(shape, 'x', seed)
      const u = normalTensor(chosen, 'u', seed)
      const zeros = fixed({ shape, data: new Float64Array(sizeOf(shape)) })
      const gathered = compute(g.gatherElements(fixed(x), indices, axis))
      const scattered = compute(g.scatterAdd(zeros, indices, fixed(u), axis))
      expect(dot(gathered, u.data)).toBeCloseTo(dot(x.data, scattered), 10)
    }),
  )
})

it('a running sum from the end is the adjoint of one from the start', () => {
  fc.assert(
    fc.property(shapes, fc.nat(), fc.boolean(), (shape, a, exclusive) => {
      const axis = a % shape.length
      const x = normalTensor(shape, 'x')
      const u = normalTensor(shape, 'u')
      const forward = compute(g.cumSum(fixed(x), axis, { exclusive }))
      const backward = compute(g.cumSum(fixed(u), axis, { exclusive, reverse: true }))
      expect(dot(forward, u.data)).toBeCloseTo(dot(x.data, backward), 10)
    }),
  )
})
