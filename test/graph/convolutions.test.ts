// Convolutions of random geometry against their definition, and against each other as adjoints.
import fc from 'fast-check'
import { expect, it } from 'vitest'
import * as g from '../../src/graph/build.ts'
import type { Attributes, Tensor } from '../../src/graph/value.ts'
import { sizeOf } from '../../src/util/shape.ts'
import { compute, dot, fixed, normalTensor } from '../support/tensors.ts'

interface Geometry {
  readonly input: number[]
  readonly kernel: number[]
  readonly attributes: { strides: number[]; dilations: number[]; pads: number[]; group: number }
  readonly seed: number
}

/** One to three axes, strides, dilations, uneven pads and groups; the kernel fits the padded input. */
const geometries: fc.Arbitrary<Geometry> = fc
  .record({
    axes: fc.array(
      fc.record({
        window: fc.integer({ min: 1, max: 3 }),
        stride: fc.integer({ min: 1, max: 3 }),
        dilation: fc.integer({ min: 1, max: 2 }),
        begin: fc.integer({ min: 0, max: 3 }),
        end: fc.integer({ min: 0, max: 3 }),
        spare: fc.integer({ min: 0, max: 4 }),
      }),
      { minLength: 1, maxLength: 3 },
    ),
    examples: fc.integer({ min: 1, max: 2 }),
    channels: fc.integer({ min: 1, max: 3 }),
    filters: fc.integer({ min: 1, max: 3 }),
    group: fc.integer({ min: 1, max: 2 }),
    seed: fc.nat(),
  })
  .map(({ axes, examples, channels, filters, group, seed }) => ({
    input: [
      examples,
      channels * group,
      ...axes.map(
        ({ window, dilation, begin, end, spare }) =>
          Math.max(1, dilation * (window - 1) + 1 - begin - end) + spare,
      ),
    ],
    kernel: [filters * group, channels, ...axes.map(({ window }) => window)],
    attributes: {
      strides: axes.map(({ stride }) => stride),
      dilations: axes.map(({ dilation }) => dilation),
      pads: [...axes.map(({ begin }) => begin), ...axes.map(({ end }) => end)],
      group,
    },
    seed,
  }))

/** All index lists below a shape. */
const indicesOf = (shape: readonly number[]): number[][] =>
  shape.reduce<number[][]>(
    (lists, length) => lists.flatMap((list) => Array.from({ length }, (_, i) => [...list, i])),
    [[]],
  )

const at = ({ shape, data }: Tensor, index: readonly number[]): number =>
  index.some((i, axis) => i < 0 || i >= shape[axis]!)
    ? 0
    : data[index.reduce((flat, i, axis) => flat * shape[axis]! + i, 0)]!

/** The definition: y[n, o, p] = sum over c and k of x[n, c of o's group, p stride + k dilation - pad] w[o, c, k]. */
function naiveConv(
  x: Tensor,
  w: Tensor,
  output: readonly number[],
  attributes: Geometry['attributes'],
): number[] {
  const { strides, dilations, pads, group } = attributes
  return indicesOf(output).map(([n, o, ...place]) => {
    const first = Math.floor(o! / (w.shape[0]! / group)) * w.shape[1]!
    return indicesOf(w.shape.slice(1)).reduce((sum, [c, ...k]) => {
      const source = place.map((p, axis) => p * strides[axis]! + k[axis]! * dilations[axis]! - pads[axis]!)
      return sum + at(x, [n!, first + c!, ...source]) * at(w, [o!, c!, ...k])
    }, 0)
  })
}

it('Conv follows its definition for any geometry', () => {
  fc.assert(
    fc.property(geometries, ({ input, kernel, attributes, seed }) => {
      const x = normalTensor(input, 'x', seed)
      const w = normalTensor(kernel, 'w', seed)
      const y = g.conv(fixed(x), fixed(w), attributes)
      const found = compute(y)
      const expected = naiveConv(x, w, y.shape, attributes)
      expect(found).toHaveLength(expected.length)
      found.forEach((number, i) => {
        expect(number).toBeCloseTo(expected[i]!, 10)
      })
    }),
    { numRuns: 60 },
  )
})

it('the two gradients of Conv are its adjoints for any geometry', () => {
  fc.assert(
    fc.property(geometries, ({ input, kernel, attributes, seed }) => {
      const x = normalTensor(input, 'x', seed)
      const w = normalTensor(kernel, 'w', seed)
      const y = g.conv(fixed(x), fixed(w), attributes)
      const dy = normalTensor(y.shape, 'dy', seed)
      const all: Attributes = { ...attributes, inputShape: input, kernelShape: kernel }
      // <conv(x, w), dy> = <x, dx> = <w, dw>
      const forward = dot(compute(y), dy.data)
      const dx = g.convInputGradient(fixed(dy), fixed(w), all)
      const dw = g.convFilterGradient(fixed(x), fixed(dy), all)
      expect(dx.shape).toEqual(input)
      expect(dw.shape).toEqual(kernel)
      const scale = Math.sqrt(sizeOf(y.shape) * sizeOf(kernel))
      expect(dot(x.data, compute(dx)) / scale).toBeCloseTo(forward / scale, 11)
      expect(dot(w.data, compute(dw)) / scale).toBeCloseTo(forward / scale, 11)
    }),
    { numRuns: 100 },
  )
})
