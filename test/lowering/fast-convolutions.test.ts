// Convolutions with fewer multiplications: the algorithm itself, and every form against the direct one.
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import * as g from '../../src/graph/build.ts'
import { interpret } from '../../src/graph/interpreter.ts'
import { input } from '../../src/graph/value.ts'
import { chooseTiles, fastConvolutions } from '../../src/lowering/fast-convolutions.ts'
import { lower } from '../../src/lowering/lower.ts'
import { axisAlgorithm, toomCook } from '../../src/lowering/toom-cook.ts'
import { exportModel } from '../../src/onnx/export.ts'
import { openSession } from '../onnx/session.ts'
import { normalTensor } from '../support/tensors.ts'
import { countOps } from './nodes.ts'

const times = (m: { rows: number; columns: number; data: Float64Array }, x: readonly number[]): number[] =>
  Array.from({ length: m.rows }, (_, row) =>
    x.reduce((sum, value, column) => sum + m.data[row * m.columns + column]! * value, 0),
  )

describe('F(m, r)', () => {
  it.each([
    [2, 3],
    [4, 3],
    [6, 3],
    [4, 5],
    [3, 5],
    [5, 4],
    [7, 2],
    [3, 1],
  ])('F(%i, %i) gives the sums of products', (m, r) => {
    const { input: b, kernel, output } = toomCook(m, r)
    expect(b.rows).toBe(m + r - 1)
    const d = Array.from({ length: m + r - 1 }, (_, i) => Math.sin(1 + 3 * i))
    const taps = Array.from({ length: r }, (_, i) => Math.cos(2 + 5 * i))
    const products = times(b, d).map((value, i) => value * times(kernel, taps)[i]!)
    times(output, products).forEach((value, i) => {
      expect(value).toBeCloseTo(
        taps.reduce((sum, tap, j) => sum + tap * d[i + j]!, 0),
        10,
      )
    })
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
        m: fc.integer({ min: 1, max: 4 }),
      }),
      ({ input: length, kernel, stride, begin, end, m }) => {
        const output = Math.floor((length + begin + end - kernel) / stride) + 1
        fc.pre(output >= 1)
        const algorithm = axisAlgorithm({ input: length, output, kernel, stride, begin }, m)
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

/** Image size, kernel, stride, zeros before and after, outputs per tile. */
const cases = [
  { size: 7, k: 5, stride: 1, pads: [2, 2, 2, 2], tiles: [4, 4] },
  { size: 14, k: 5, stride: 2, pads: [1, 1, 2, 2], tiles: [4, 3] },
  { size: 8, k: 4, stride: 2, pads: [1, 1, 1, 1], tiles: [4, 2] },
  { size: 9, k: 3, stride: 1, pads: [0, 1, 0, 2], tiles: [6, 5] },
]

describe.each(cases)(
  '$k x $k, stride $stride on $size x $size, tiles $tiles',
  ({ size, k, stride, pads, tiles }) => {
    const [n, c, o] = [4, 64, 48]
    const x = input('x', [n, c, size, size])
    const kernel = input('kernel', [o, c, k, k])
    const attributes = { strides: [stride, stride], pads }
    const forward = g.conv(x, kernel, attributes)
    const dy = input('dy', forward.shape)
    const outputs = {
      forward,
      dx: g.convInputGradient(dy, kernel, { ...attributes, inputShape: x.shape }),
      dk: g.convFilterGradient(x, dy, { ...attributes, kernelShape: kernel.shape }),
    }
    const graph = { inputs: [x, kernel, dy], outputs }
    const fast = fastConvolutions(graph, () => tiles)
    const feeds = {
      x: normalTensor(x.shape, 'x'),
      kernel: normalTensor(kernel.shape, 'kernel'),
      dy: normalTensor(dy.shape, 'dy'),
    }
    const direct = interpret(graph, feeds)
    /** Largest difference to the direct form in float64, relative to the root mean square of the result. */
    const error = (name: string, actual: ArrayLike<number>): number => {
      const expected = direct[name]!.data
      const scale = Math.sqrt(expected.reduce((sum, value) => sum + value * value, 0) / expected.length)
      return expected.reduce((most, value, i) => Math.max(most, Math.abs(value - actual[i]!)), 0) / scale
    }

    it('is replaced in all three forms', () => {
      const ops = countOps(fast)
      expect([ops.Conv, ops.ConvInputGradient, ops.ConvFilterGradient]).toEqual([
        undefined,
        undefined,
        undefined,
      ])
    })

    it('agrees with the direct form in float64, up to the rounding of its float32 matrices', () => {
      const other = interpret(fast, feeds)
      for (const name of Object.keys(outputs)) expect(error(name, other[name]!.data), name).toBeLessThan(5e-6)
    })

    it('agrees with it to 1e-4 in ONNX Runtime, lowered', async () => {
      const session = await openSession(exportModel(lower(fast), { name: 'fast' }))
      const results = await session.run(feeds)
      for (const name of Object.keys(outputs))
        expect(error(name, results[name]!.data), name).toBeLessThan(1e-4)
    })
  },
)

it('large layers are fast; small, grouped and dilated ones stay direct', () => {
  const geometry = { strides: [1, 1], dilations: [1, 1], pads: [2, 2, 2, 2], group: 1 }
  const large = { x: [64, 128, 7, 7], kernel: [256, 128, 5, 5], y: [64, 256, 7, 7], geometry }
  expect(chooseTiles(large)).toEqual([4, 4])
  expect(chooseTiles({ ...large, geometry: { ...geometry, dilations: [2, 2] } })).toBeUndefined()
  expect(chooseTiles({ ...large, geometry: { ...geometry, group: 2 } })).toBeUndefined()
  expect(chooseTiles({ x: [1, 8, 7, 7], kernel: [8, 8, 5, 5], y: [1, 8, 7, 7], geometry })).toBeUndefined()
})
