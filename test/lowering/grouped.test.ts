// Grouped and depthwise convolutions, and kernels that do not change: other forms of their gradients, the same numbers.
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import * as g from '../../src/graph/build.ts'
import { convOutputShape } from '../../src/graph/conv-shape.ts'
import { interpret } from '../../src/graph/interpreter.ts'
import { constant, type Graph, input, type Value } from '../../src/graph/value.ts'
import { repeatChannels } from '../../src/lowering/channel-multipliers.ts'
import { chooseForAll, directSeconds } from '../../src/lowering/convolution-costs.ts'
import { multiplyRows } from '../../src/lowering/depthwise.ts'
import { flipKernels } from '../../src/lowering/flipped-kernels.ts'
import { multiplyKernels } from '../../src/lowering/kernel-products.ts'
import { lower } from '../../src/lowering/lower.ts'
import { exportModel } from '../../src/onnx/export.ts'
import { sizeOf } from '../../src/util/shape.ts'
import { openSession } from '../onnx/session.ts'
import { normalTensor, uniformTensor } from '../support/tensors.ts'
import { countOps, expectKept, expectSame, feedsFor } from './nodes.ts'

interface Layer {
  readonly x: readonly number[]
  readonly kernel: readonly number[]
  readonly attributes: {
    readonly strides: readonly number[]
    readonly dilations: readonly number[]
    readonly pads: readonly number[]
    readonly group: number
  }
}

const fits = ({ x, kernel, attributes }: Layer): boolean => {
  try {
    return sizeOf(convOutputShape(x, kernel, attributes)) > 0
  } catch {
    return false
  }
}

/** Layers of every geometry: `perGroup` and `filters` are channels of one group. */
const layers = ({
  perGroup,
  filters,
  group,
  axes = [1, 2],
  stride = 3,
}: {
  perGroup: readonly number[]
  filters: readonly number[]
  group: readonly number[]
  axes?: readonly [number, number] | readonly number[]
  stride?: number
}): fc.Arbitrary<Layer> =>
  fc
    .record({
      n: fc.integer({ min: 1, max: 3 }),
      perGroup: fc.constantFrom(...perGroup),
      filters: fc.constantFrom(...filters),
      group: fc.constantFrom(...group),
      axes: fc.array(
        fc.record({
          length: fc.integer({ min: 1, max: 8 }),
          window: fc.integer({ min: 1, max: 4 }),
          stride: fc.integer({ min: 1, max: stride }),
          dilation: fc.integer({ min: 1, max: 3 }),
          begin: fc.integer({ min: 0, max: 4 }),
          end: fc.integer({ min: 0, max: 4 }),
        }),
        { minLength: axes[0]!, maxLength: axes[1]! },
      ),
    })
    .map(({ n, perGroup: c, filters: o, group: groups, axes: spatial }) => ({
      x: [n, c * groups, ...spatial.map(({ length }) => length)],
      kernel: [o * groups, c, ...spatial.map(({ window }) => window)],
      attributes: {
        strides: spatial.map((axis) => axis.stride),
        dilations: spatial.map(({ dilation }) => dilation),
        pads: [...spatial.map(({ begin }) => begin), ...spatial.map(({ end }) => end)],
        group: groups,
      },
    }))
    .filter(fits)

/** All three forms of a layer, with a kernel that is fed or the same in every run. */
function threeForms({ x: xShape, kernel: kernelShape, attributes }: Layer, fixed: boolean): Graph {
  const x = input('x', xShape)
  const { data } = normalTensor(kernelShape, 'kernel')
  const kernel: Value = fixed ? constant(Float32Array.from(data), kernelShape) : input('kernel', kernelShape)
  const forward = g.conv(x, kernel, attributes)
  const dy = input('dy', forward.shape)
  return {
    inputs: fixed ? [x, dy] : [x, kernel, dy],
    outputs: {
      forward,
      dx: g.convInputGradient(dy, kernel, { ...attributes, inputShape: xShape }),
      dk: g.convFilterGradient(x, dy, { ...attributes, kernelShape }),
    },
  }
}

const square = (
  length: number,
  window: number,
  layer: Partial<Layer['attributes']> & { n?: number; perGroup: number; filters: number },
): Layer => {
  const { n = 2, perGroup, filters, ...attributes } = layer
  const around = Math.floor(window / 2)
  const all = {
    strides: [1, 1],
    dilations: [1, 1],
    pads: [around, around, around, around],
    group: 1,
    ...attributes,
  }
  return {
    x: [n, perGroup * all.group, length, length],
    kernel: [filters * all.group, perGroup, window, window],
    attributes: all,
  }
}

describe('a gradient to the input with a kernel turned around', () => {
  it('is the same for any groups, pads, dilations and filters of a group, fed or fixed', () => {
    fc.assert(
      fc.property(
        layers({ perGroup: [1, 2, 4, 16], filters: [1, 2, 4, 16], group: [1, 2, 3], stride: 1 }),
        fc.boolean(),
        (layer, fixed) => {
          const graph = threeForms(layer, fixed)
          expectKept(graph, flipKernels(graph))
        },
      ),
      { numRuns: 150 },
    )
  })

  const ops = (layer: Layer, fixed: boolean) => countOps(flipKernels(threeForms(layer, fixed)))

  it('is taken where one channel of a group meets one filter, whatever the kernel is', () => {
    const depthwise = square(6, 3, { perGroup: 1, filters: 1, group: 5 })
    for (const fixed of [true, false]) expect(ops(depthwise, fixed)).toMatchObject({ Conv: 2 })
  })

  it('is taken in groups of several channels, fed or fixed', () => {
    for (const fixed of [true, false])
      expect(ops(square(6, 3, { perGroup: 4, filters: 2, group: 2 }), fixed)).toMatchObject({ Conv: 2 })
  })

  it('is taken elsewhere where a fixed kernel lets the runtime work on blocks of channels', () => {
    const whole = square(6, 3, { perGroup: 8, filters: 4 })
    expect(ops(whole, true)).toMatchObject({ Conv: 2 })
    expect(ops(whole, false)).toMatchObject({ ConvInputGradient: 1 })
  })

  it('is left alone with strides, to few channels, of several filters a channel, and with more zeros around than a kernel reaches', () => {
    for (const layer of [
      square(6, 3, { perGroup: 1, filters: 1, group: 4, strides: [2, 2] }),
      square(6, 3, { perGroup: 3, filters: 16 }),
      square(6, 3, { perGroup: 1, filters: 4, group: 2 }),
      square(6, 3, { perGroup: 4, filters: 4, pads: [3, 1, 1, 1] }),
    ])
      expect(ops(layer, true), JSON.stringify(layer)).toMatchObject({ Conv: 1, ConvInputGradient: 1 })
  })

  it.each([
    ['depthwise 3x3', square(9, 3, { perGroup: 1, filters: 1, group: 32 })],
    [
      'depthwise 7x7 with dilation',
      square(9, 7, { perGroup: 1, filters: 1, group: 16, dilations: [1, 2], pads: [3, 6, 3, 6] }),
    ],
    ['two groups of blocks', square(7, 3, { perGroup: 16, filters: 32, group: 2 })],
    ['1x1 to more channels', square(5, 1, { perGroup: 20, filters: 36 })],
    ['3x3 from four channels', square(5, 3, { perGroup: 4, filters: 12 })],
  ])('gives the numbers of the float64 interpreter in ONNX Runtime: %s', async (_, layer) => {
    for (const fixed of [true, false]) {
      const graph = threeForms(layer, fixed)
      const feeds = feedsFor(graph)
      const session = await openSession(exportModel(lower(graph), { name: 'flipped' }))
      expectSame(await session.run(feeds), interpret(graph, feeds), 1e-5)
    }
  })
})

describe('a gradient to depthwise kernels by products of rows', () => {
  it('is the same for any strides, pads, dilations and filters a channel', () => {
    fc.assert(
      fc.property(layers({ perGroup: [1], filters: [1, 2, 3], group: [2, 3, 5], axes: [2, 2] }), (layer) => {
        const graph = threeForms(layer, false)
        const after = multiplyRows(graph)
        expect(countOps(after).ConvFilterGradient).toBeUndefined()
        expectKept(graph, after)
      }),
      { numRuns: 150 },
    )
  })

  it('is left to a convolution on long rows, in groups of more channels and on one axis', () => {
    for (const layer of [
      square(33, 3, { perGroup: 1, filters: 1, group: 2 }),
      square(6, 3, { perGroup: 2, filters: 2, group: 2 }),
    ])
      expect(countOps(multiplyRows(threeForms(layer, false)))).toMatchObject({ ConvFilterGradient: 1 })
    const axis: Layer = {
      x: [2, 3, 7],
      kernel: [3, 1, 2],
      attributes: { strides: [1], dilations: [1], pads: [0, 0], group: 3 },
    }
    expect(countOps(multiplyRows(threeForms(axis, false)))).toMatchObject({ ConvFilterGradient: 1 })
  })

  it.each([
    ['strides', square(13, 3, { perGroup: 1, filters: 1, group: 6, strides: [2, 2] })],
    ['two filters a channel', square(10, 5, { perGroup: 1, filters: 2, group: 4 })],
  ])('gives the numbers of the float64 interpreter in ONNX Runtime: %s', async (_, layer) => {
    const graph = threeForms(layer, false)
    const feeds = feedsFor(graph)
    const session = await openSession(exportModel(lower(graph), { name: 'rows' }))
    expectSame(await session.run(feeds), interpret(graph, feeds), 1e-5)
  })
})

describe('a gradient to kernels of groups and to 1x1 kernels by products', () => {
  const left = (layer: Layer) => countOps(multiplyKernels(threeForms(layer, false))).ConvFilterGradient ?? 0

  it('is the same for any pads, dilations, windows and filters of a group', () => {
    fc.assert(
      fc.property(
        layers({ perGroup: [8, 11], filters: [8, 9], group: [2, 3], axes: [2, 2], stride: 1 }),
        (layer) => {
          const graph = threeForms(layer, false)
          const after = multiplyKernels(graph)
          const isOne = layer.kernel.slice(2).every((length) => length === 1)
          const isPadded = layer.attributes.pads.some((length) => length > 0)
          expect(countOps(after).ConvFilterGradient ?? 0).toBe(isOne && isPadded ? 1 : 0)
          expectKept(graph, after)
        },
      ),
      { numRuns: 150 },
    )
  })

  it('is the same for 1x1 kernels of one group, of small images and of large ones, on any axes', () => {
    for (const length of [1, 2, 6])
      for (const group of [1, 2]) {
        const layer = square(length, 1, { n: 3, perGroup: 5, filters: 4, group })
        const graph = threeForms(layer, false)
        const after = multiplyKernels(graph)
        expect(left(layer)).toBe(0)
        expectKept(graph, after)
      }
    const axis: Layer = {
      x: [2, 3, 7],
      kernel: [4, 3, 1],
      attributes: { strides: [1], dilations: [1], pads: [0, 0], group: 1 },
    }
    expect(left(axis)).toBe(0)
    const graph = threeForms(axis, false)
    expectKept(graph, multiplyKernels(graph))
  })

  it('is left to others with strides, in one group, and in groups of few', () => {
    for (const layer of [
      square(6, 3, { perGroup: 8, filters: 8, group: 2, strides: [1, 2] }),
      square(6, 3, { perGroup: 4, filters: 4 }),
      square(6, 3, { perGroup: 4, filters: 8, group: 2 }),
      square(6, 1, { perGroup: 4, filters: 4, strides: [2, 2] }),
    ])
      expect(left(layer), JSON.stringify(layer)).toBe(1)
  })

  it.each([
    ['3x3 in groups of blocks', square(9, 3, { perGroup: 16, filters: 16, group: 3 })],
    ['3x3 with dilation', square(9, 3, { perGroup: 8, filters: 12, group: 2, dilations: [2, 1] })],
    ['1x1', square(5, 1, { perGroup: 20, filters: 36 })],
    ['1x1 of small images', square(2, 1, { n: 4, perGroup: 20, filters: 36 })],
  ])('gives the numbers of the float64 interpreter in ONNX Runtime: %s', async (_, layer) => {
    const graph = threeForms(layer, false)
    const feeds = feedsFor(graph)
    const session = await openSession(exportModel(lower(graph), { name: 'products' }))
    expectSame(await session.run(feeds), interpret(graph, feeds), 1e-5)
  })
})

describe('several filters a channel with a fixed kernel', () => {
  it('are one a channel, which is read more than once, for any geometry', () => {
    fc.assert(
      fc.property(layers({ perGroup: [1], filters: [2, 3], group: [2, 4] }), (layer) => {
        const graph = threeForms(layer, true)
        const after = repeatChannels(graph)
        expect(countOps(after).Expand).toBe(1)
        expectKept(graph, after)
      }),
      { numRuns: 80 },
    )
  })

  it('sum their gradients where these are convolutions too, which strides prevent', () => {
    const layer = { perGroup: 1, filters: 2, group: 4 }
    expect(countOps(repeatChannels(threeForms(square(6, 3, layer), true))).ReduceSum).toBe(1)
    const strided = square(6, 3, { ...layer, strides: [2, 2] })
    expect(countOps(repeatChannels(threeForms(strided, true))).ReduceSum).toBeUndefined()
  })

  it('are left alone where there is one filter a channel or the kernel is fed', () => {
    const two = square(6, 3, { perGroup: 1, filters: 2, group: 4 })
    for (const graph of [
      threeForms(square(6, 3, { perGroup: 1, filters: 1, group: 4 }), true),
      threeForms(square(6, 3, { perGroup: 2, filters: 4, group: 2 }), true),
      threeForms(two, false),
    ])
      expect(repeatChannels(graph).outputs).toEqual(graph.outputs)
  })

  it('give the numbers of the float64 interpreter in ONNX Runtime', async () => {
    for (const strides of [
      [1, 1],
      [2, 2],
    ]) {
      const graph = threeForms(square(9, 3, { perGroup: 1, filters: 2, group: 16, strides }), true)
      const feeds = feedsFor(graph)
      const session = await openSession(exportModel(lower(graph), { name: 'repeated' }))
      expectSame(await session.run(feeds), interpret(graph, feeds), 1e-5)
    }
  })
})

describe('what is expected of a direct convolution', () => {
  const { x, kernel, attributes: geometry } = square(28, 3, { n: 8, perGroup: 64, filters: 64 })
  const shapes = { x, kernel, y: x, geometry }

  it('is less where its kernel is fixed, forward and back, and the same for the gradient to the kernel', () => {
    for (const form of ['Conv', 'ConvInputGradient'] as const)
      expect(directSeconds({ ...shapes, fixed: true }, form), form).toBeLessThan(directSeconds(shapes, form))
    const form = 'ConvFilterGradient'
    expect(directSeconds({ ...shapes, fixed: true }, form)).toBe(directSeconds(shapes, form))
  })
})

describe('the choice for a network whose kernels are fixed', () => {
  /** The kinds of layers of a ResNet-18: the first one, and for each size three with stride 1 and one that halves it. */
  const layersOf = (n: number) => {
    const of = (length: number, window: number, perGroup: number, filters: number, stride: number) => {
      const { x, kernel, attributes } = square(length, window, {
        n,
        perGroup,
        filters,
        strides: [stride, stride],
      })
      return { x, kernel, y: convOutputShape(x, kernel, attributes), geometry: attributes, fixed: true }
    }
    const kinds = [of(224, 7, 3, 64, 2), of(56, 3, 64, 64, 1)]
    const counts = [1, 4]
    for (const [length, channels] of [
      [56, 64],
      [28, 128],
      [14, 256],
    ] as const) {
      kinds.push(of(length, 3, channels, 2 * channels, 2), of(length, 1, channels, 2 * channels, 2))
      kinds.push(of(length / 2, 3, 2 * channels, 2 * channels, 1))
      counts.push(1, 1, 3)
    }
    return { kinds, all: kinds.flatMap((kind, i) => Array<typeof kind>(counts[i]!).fill(kind)) }
  }
  const chosen = (n: number): (string | undefined)[] => {
    const { kinds, all } = layersOf(n)
    const choose = chooseForAll(
      all.flatMap((shapes) => (['Conv', 'ConvInputGradient'] as const).map((form) => ({ form, shapes }))),
    )
    return kinds.map((shapes) => choose(shapes)?.constructor.name)
  }

  it('is direct for one image, where transforms cost more than they save, and a mixture for many', () => {
    expect(new Set(chosen(1))).toEqual(new Set([undefined]))
    expect(chosen(16)).toContain('ToomCookForms')
  })
})

it('the gradient of a clipped number is one choice', () => {
  const [x, dy] = [input('x', [3, 4]), input('dy', [3, 4])]
  const nested = g.where(g.greaterOrEqual(x, 0), g.where(g.lessOrEqual(g.max(x, 0), 0.5), dy, 0), 0)
  const graph = { inputs: [x, dy], outputs: { nested } }
  const after = lower(graph)
  expect(countOps(after)).toMatchObject({ Where: 1, And: 1 })
  expectKept(graph, after)
  // Whoever else reads the inner choice would have it made twice.
  const read = { inputs: [x, dy], outputs: { nested, inner: nested.node.inputs[1]! } }
  expect(countOps(lower(read))).toMatchObject({ Where: 2 })
  const feeds = { x: uniformTensor([3, 4], 'x', -1, 1, 1), dy: normalTensor([3, 4], 'dy') }
  expectSame(interpret(lower(read), feeds), interpret(read, feeds))
})
