// Ways to compute convolutions: every form of each against the direct one, and the choice between them.
import { describe, expect, it } from 'vitest'
import * as g from '../../src/graph/build.ts'
import { interpret } from '../../src/graph/interpreter.ts'
import { type Graph, input, type Tensor } from '../../src/graph/value.ts'
import { axisAlgorithm } from '../../src/lowering/axis-algorithm.ts'
import { columnForms } from '../../src/lowering/columns.ts'
import type { Convolution, ConvolutionForm, ConvolutionForms } from '../../src/lowering/convolution.ts'
import { candidates, chooseForAll } from '../../src/lowering/convolution-costs.ts'
import { fastConvolutions } from '../../src/lowering/fast-convolutions.ts'
import { lower } from '../../src/lowering/lower.ts'
import { toomCookForms } from '../../src/lowering/toom-cook-forms.ts'
import { exportModel } from '../../src/onnx/export.ts'
import { openSession } from '../onnx/session.ts'
import { normalTensor } from '../support/tensors.ts'
import { countOps } from './nodes.ts'

interface Case {
  readonly name: string
  /** Height and width. */
  readonly size: readonly [number, number]
  readonly k: number
  readonly stride?: number
  readonly dilation?: number
  readonly pads: readonly number[]
  readonly channels: readonly [number, number]
  readonly way: (shapes: Convolution) => ConvolutionForms
}

/** Tiles of these outputs along each axis. */
const tiles =
  (height: number, width: number, exactness = [0, 0]) =>
  (shapes: Convolution): ConvolutionForms => {
    const [h, w] = [height, width].map((m, i) =>
      axisAlgorithm(
        {
          input: shapes.x[i + 2]!,
          output: shapes.y[i + 2]!,
          kernel: shapes.kernel[i + 2]!,
          stride: shapes.geometry.strides[i]!,
          begin: shapes.geometry.pads[i]!,
        },
        m,
        exactness[i],
      ),
    )
    return toomCookForms(shapes, h!, w!)
  }

const wide = [64, 48] as const
const cases: Case[] = [
  { name: 'one tile', size: [7, 7], k: 5, pads: [2, 2, 2, 2], channels: [256, 128], way: tiles(7, 7) },
  {
    name: 'one exact tile',
    size: [7, 7],
    k: 5,
    pads: [2, 2, 2, 2],
    channels: wide,
    way: tiles(7, 7, [1, 1]),
  },
  { name: 'four tiles', size: [7, 7], k: 5, pads: [2, 2, 2, 2], channels: wide, way: tiles(4, 4) },
  {
    name: 'two phases',
    size: [14, 14],
    k: 5,
    stride: 2,
    pads: [1, 1, 2, 2],
    channels: wide,
    way: tiles(7, 7, [1, 0]),
  },
  {
    name: 'phases and tiles',
    size: [14, 10],
    k: 5,
    stride: 2,
    pads: [1, 1, 2, 2],
    channels: wide,
    way: tiles(4, 3),
  },
  {
    name: 'an even kernel',
    size: [8, 8],
    k: 4,
    stride: 2,
    pads: [1, 1, 1, 1],
    channels: wide,
    way: tiles(4, 2),
  },
  { name: 'uneven zeros', size: [9, 8], k: 3, pads: [0, 1, 0, 2], channels: wide, way: tiles(6, 5) },
  {
    name: 'long tiles',
    size: [16, 16],
    k: 3,
    stride: 2,
    pads: [0, 0, 1, 1],
    channels: wide,
    way: tiles(8, 8, [1, 1]),
  },
  {
    name: 'columns of one channel',
    size: [12, 10],
    k: 5,
    stride: 2,
    pads: [1, 1, 2, 2],
    channels: [1, 32],
    way: columnForms,
  },
  {
    name: 'columns of three channels',
    size: [8, 9],
    k: 4,
    pads: [1, 2, 2, 1],
    channels: [3, 16],
    way: columnForms,
  },
  {
    name: 'columns to one channel',
    size: [7, 6],
    k: 5,
    pads: [2, 2, 2, 2],
    channels: [32, 1],
    way: columnForms,
  },
  {
    name: 'columns to two channels with strides',
    size: [9, 8],
    k: 3,
    stride: 3,
    pads: [0, 1, 0, 0],
    channels: [16, 2],
    way: columnForms,
  },
  {
    name: 'columns with dilation',
    size: [9, 9],
    k: 3,
    stride: 2,
    dilation: 2,
    pads: [1, 2, 2, 1],
    channels: [2, 16],
    way: columnForms,
  },
]

/** The three forms of one convolution as a graph, and feeds for it. */
function threeForms({ size, k, stride = 1, dilation = 1, pads, channels: [c, o] }: Case, n = 4) {
  const x = input('x', [n, c, ...size])
  const kernel = input('kernel', [o, c, k, k])
  const attributes = { strides: [stride, stride], dilations: [dilation, dilation], pads }
  const forward = g.conv(x, kernel, attributes)
  const dy = input('dy', forward.shape)
  const graph: Graph = {
    inputs: [x, kernel, dy],
    outputs: {
      forward,
      dx: g.convInputGradient(dy, kernel, { ...attributes, inputShape: x.shape }),
      dk: g.convFilterGradient(x, dy, { ...attributes, kernelShape: kernel.shape }),
    },
  }
  const feeds = {
    x: normalTensor(x.shape, 'x'),
    kernel: normalTensor(kernel.shape, 'kernel'),
    dy: normalTensor(dy.shape, 'dy'),
  }
  return { graph, feeds }
}

/** Largest difference to the direct form in float64, relative to the root mean square of the result. */
function errorOf(expected: Tensor, actual: ArrayLike<number>): number {
  expect(actual.length).toBe(expected.data.length)
  let [most, squares] = [0, 0]
  expected.data.forEach((value, i) => {
    most = Math.max(most, Math.abs(value - actual[i]!))
    squares += value * value
  })
  return most / Math.sqrt(squares / expected.data.length)
}

describe.each(cases)('$name: $k x $k on $size', (given) => {
  const { graph, feeds } = threeForms(given)
  const fast = fastConvolutions(graph, given.way)
  const direct = interpret(graph, feeds)
  const names = Object.keys(direct)

  it('replaces all three forms', () => {
    const ops = Object.keys(countOps(fast))
    expect(ops.filter((op) => op.startsWith('Conv'))).toEqual([])
  })

  it('agrees with the direct form in float64, up to the rounding of its float32 matrices', () => {
    const other = interpret(fast, feeds)
    for (const name of names) expect(errorOf(direct[name]!, other[name]!.data), name).toBeLessThan(2e-5)
  })

  it('agrees with it to 1e-4 in ONNX Runtime, lowered', async () => {
    const session = await openSession(exportModel(lower(fast), { name: 'fast' }))
    const results = await session.run(feeds)
    for (const name of names) {
      const error = errorOf(direct[name]!, results[name]!.data)
      if (process.env.SHOW) console.log(given.name, name, error.toExponential(1))
      expect(error, name).toBeLessThan(1e-4)
    }
  })
})

const plain = { strides: [1, 1], dilations: [1, 1], pads: [2, 2, 2, 2], group: 1 }
const large = { x: [64, 128, 7, 7], kernel: [256, 128, 5, 5], y: [64, 256, 7, 7], geometry: plain }

it('no way is offered that rounds more than is allowed', () => {
  const ways = candidates(large)
  expect(ways.length).toBeGreaterThan(50)
  const shapes = { ...large, x: [2, 64, 7, 7], kernel: [48, 64, 5, 5], y: [2, 48, 7, 7] }
  const { graph, feeds } = threeForms(
    { name: '', size: [7, 7], k: 5, pads: plain.pads, channels: wide, way: columnForms },
    2,
  )
  const direct = interpret(graph, feeds)
  const sampled = candidates(shapes).filter((_, i) => i % 7 === 0)
  expect(sampled.length).toBeGreaterThan(10)
  for (const { forms } of sampled) {
    const results = interpret(fastConvolutions(graph, forms), feeds)
    for (const [name, expected] of Object.entries(direct))
      expect(errorOf(expected, results[name]!.data), name).toBeLessThan(2e-5)
  }
})

const forms: ConvolutionForm[] = ['Conv', 'ConvInputGradient', 'ConvFilterGradient']
/** All forms of some convolutions, each used once: what is chosen for each. */
function chosen(...all: Convolution[]): (string | undefined)[] {
  const choose = chooseForAll(all.flatMap((shapes) => forms.map((form) => ({ form, shapes }))))
  return all.map((shapes) => choose(shapes)?.constructor.name)
}

describe('the choice for a network', () => {
  const toImage = { ...large, x: [64, 1, 7, 7], kernel: [256, 1, 5, 5] }
  const small = { x: [1, 8, 7, 7], kernel: [8, 8, 5, 5], y: [1, 8, 7, 7], geometry: plain }
  const grouped = { ...large, geometry: { ...plain, group: 2 } }

  it('is fewer products for large layers, columns for few channels', () => {
    expect(chosen(large, toImage)).toEqual(['ToomCookForms', 'ColumnForms'])
  })

  it('is the direct form for groups, and for all of a network of small layers', () => {
    expect(chosen(large, grouped)).toEqual(['ToomCookForms', undefined])
    expect(chosen(small)).toEqual([undefined])
    expect(chosen(small, { ...small, kernel: [8, 8, 3, 3] })).toEqual([undefined, undefined])
  })
})
