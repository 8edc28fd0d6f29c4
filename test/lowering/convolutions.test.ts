// Gradients of convolutions in ONNX' operators, against the interpreter's own kernels.
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { gradients } from '../../src/autodiff/backward.ts'
import * as g from '../../src/graph/build.ts'
import { convOutputShape } from '../../src/graph/conv-shape.ts'
import { interpret } from '../../src/graph/interpreter.ts'
import { type Graph, input } from '../../src/graph/value.ts'
import { lowerConvolutions } from '../../src/lowering/convolutions.ts'
import { lower } from '../../src/lowering/lower.ts'
import { exportModel } from '../../src/onnx/export.ts'
import type { Shape } from '../../src/util/shape.ts'
import { openSession } from '../onnx/session.ts'
import { countOps, expectKept, expectSame, feedsFor } from './nodes.ts'

interface Convolution {
  readonly x: Shape
  readonly kernel: Shape
  readonly strides: readonly number[]
  readonly dilations: readonly number[]
  readonly pads: readonly number[]
  readonly group: number
}

const outputShape = ({ x, kernel, ...attributes }: Convolution): number[] | undefined => {
  try {
    return convOutputShape(x, kernel, attributes)
  } catch {
    return undefined
  }
}

/** One spatial axis. */
const axes = fc.record({
  length: fc.integer({ min: 1, max: 9 }),
  kernel: fc.integer({ min: 1, max: 4 }),
  stride: fc.integer({ min: 1, max: 3 }),
  dilation: fc.integer({ min: 1, max: 3 }),
  begin: fc.integer({ min: 0, max: 4 }),
  end: fc.integer({ min: 0, max: 4 }),
})

const convolutions = fc
  .record({
    batch: fc.integer({ min: 1, max: 2 }),
    group: fc.integer({ min: 1, max: 3 }),
    inputs: fc.integer({ min: 1, max: 2 }),
    outputs: fc.integer({ min: 1, max: 2 }),
    axes: fc.array(axes, { minLength: 1, maxLength: 2 }),
  })
  .map(
    ({ batch, group, inputs, outputs, axes: spatial }): Convolution => ({
      x: [batch, group * inputs, ...spatial.map(({ length }) => length)],
      kernel: [group * outputs, inputs, ...spatial.map(({ kernel }) => kernel)],
      strides: spatial.map(({ stride }) => stride),
      dilations: spatial.map(({ dilation }) => dilation),
      pads: [...spatial.map(({ begin }) => begin), ...spatial.map(({ end }) => end)],
      group,
    }),
  )
  .filter((convolution) => outputShape(convolution) !== undefined)

/** Both gradients of a convolution, each from its own operator. */
function gradientGraph(convolution: Convolution): Graph {
  const { x: xShape, kernel: kernelShape, ...attributes } = convolution
  const [x, kernel] = [input('x', xShape), input('kernel', kernelShape)]
  const dy = input('dy', outputShape(convolution)!)
  return {
    inputs: [x, kernel, dy],
    outputs: {
      dx: g.convInputGradient(dy, kernel, { ...attributes, inputShape: xShape }),
      dk: g.convFilterGradient(x, dy, { ...attributes, kernelShape }),
    },
  }
}

const plain = { strides: [1, 1], dilations: [1, 1], pads: [0, 0, 0, 0], group: 1 }
/** Cases worth their names. */
const named: Readonly<Record<string, Convolution>> = {
  'a row and a column that no kernel position reaches': {
    ...plain,
    x: [2, 2, 8, 6],
    kernel: [3, 2, 3, 3],
    strides: [3, 2],
  },
  'two rows at the end that are not reached, padding at the begin': {
    ...plain,
    x: [1, 1, 6, 6],
    kernel: [2, 1, 1, 1],
    strides: [3, 3],
    pads: [1, 0, 0, 0],
  },
  'padding that is not reached': {
    ...plain,
    x: [1, 1, 4, 4],
    kernel: [1, 1, 1, 1],
    strides: [3, 3],
    pads: [1, 1, 3, 3],
  },
  "the chapter's own layer: 5x5, stride 2, 'same'": {
    ...plain,
    x: [2, 3, 14, 14],
    kernel: [4, 3, 5, 5],
    strides: [2, 2],
    pads: [1, 1, 2, 2],
  },
  'a dilated kernel': {
    ...plain,
    x: [1, 2, 9, 7],
    kernel: [2, 2, 3, 2],
    dilations: [2, 3],
    pads: [0, 1, 2, 0],
  },
  'one channel per group': { ...plain, x: [2, 3, 5, 5], kernel: [6, 1, 3, 3], group: 3, pads: [1, 1, 1, 1] },
  'two groups with strides': { ...plain, x: [1, 4, 7, 7], kernel: [2, 2, 3, 3], group: 2, strides: [2, 2] },
  'a kernel that lies in the padding altogether': {
    ...plain,
    x: [1, 2, 1, 3],
    kernel: [2, 2, 1, 2],
    strides: [3, 1],
    pads: [2, 0, 0, 0],
  },
  'a kernel that lies in the padding on two axes': {
    ...plain,
    x: [1, 1, 1, 1],
    kernel: [1, 1, 2, 1],
    strides: [4, 3],
    pads: [4, 2, 0, 0],
  },
}

describe('lowerConvolutions', () => {
  it('keeps both gradients of any convolution: strides, asymmetric pads, dilations, groups', () => {
    fc.assert(
      fc.property(convolutions, (convolution) => {
        const graph = gradientGraph(convolution)
        expectKept(graph, lowerConvolutions(graph))
      }),
      { numRuns: 400 },
    )
  })

  it('leaves no gradient operator behind, and takes one Conv for the kernel, in groups or not', () => {
    const graph = gradientGraph(named['a dilated kernel']!)
    const ops = countOps(lowerConvolutions(graph))
    expect(ops).toMatchObject({ Conv: 1, ConvTranspose: 1 })
    expect(Object.keys(ops).filter((op) => op.endsWith('Gradient'))).toEqual([])
    const grouped = countOps(lowerConvolutions(gradientGraph(named['one channel per group']!)))
    expect(grouped).toMatchObject({ Conv: 1, ConvTranspose: 1 })
  })

  for (const [name, convolution] of Object.entries(named))
    it(`keeps the gradients, also in ONNX Runtime, of ${name}`, async () => {
      const graph = gradientGraph(convolution)
      expectKept(graph, lowerConvolutions(graph))
      const feeds = feedsFor(graph)
      const session = await openSession(exportModel(lower(graph), { name: 'gradients' }))
      expectSame(await session.run(feeds), interpret(graph, feeds), 1e-5)
    })

  it('gives the same gradients in ONNX Runtime for random convolutions', async () => {
    for (const convolution of fc.sample(convolutions, { numRuns: 80, seed: 2 })) {
      const graph = gradientGraph(convolution)
      const feeds = feedsFor(graph)
      const session = await openSession(exportModel(lower(graph), { name: 'gradients' }))
      expectSame(await session.run(feeds), interpret(graph, feeds), 1e-5)
    }
  })

  it('keeps the gradients of gradients of a small convolutional critic', () => {
    const x = input('x', [2, 2, 7, 6])
    const first = input('first', [3, 2, 3, 3])
    const second = input('second', [2, 3, 2, 2])
    const hidden = g.tanh(g.conv(x, first, { strides: [2, 2], pads: [1, 0, 2, 1] }))
    const score = g.reduceSum(g.conv(hidden, second, { dilations: [2, 1] }))
    const [slope] = gradients(score, [x])
    const penalty = g.reduceMean(
      g.square(g.sub(g.sqrt(g.reduceSum(g.square(slope!), { axes: [1, 2, 3] })), 1)),
    )
    const [dFirst, dSecond] = gradients(penalty, [first, second])
    const graph = { inputs: [x, first, second], outputs: { penalty, dFirst: dFirst!, dSecond: dSecond! } }
    for (const pass of [lowerConvolutions, lower]) {
      const after = pass(graph)
      expectKept(graph, after)
      expect(Object.keys(countOps(after)).filter((op) => op.endsWith('Gradient'))).toEqual([])
    }
  })
})
