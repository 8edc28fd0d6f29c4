// Random graphs: written and read again, they compute the same.
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import * as g from '../../src/graph/build.ts'
import { interpret } from '../../src/graph/interpreter.ts'
import { apply } from '../../src/graph/ops.ts'
import { constant, type Graph, input, sortNodes, type Value } from '../../src/graph/value.ts'
import { exportModel } from '../../src/onnx/export.ts'
import { importModel } from '../../src/onnx/import.ts'
import { randomStream } from '../../src/util/random.ts'
import { sizeOf } from '../../src/util/shape.ts'
import { expectClose } from './close.ts'

/** A choice of numbers, made by fast-check. */
type Pick = (n: number) => number
type Step = (values: readonly Value[], pick: Pick) => Value

const oneOf = (values: readonly Value[], pick: Pick): Value => values[pick(values.length)]!
const axisOf = (x: Value, pick: Pick): number => pick(x.shape.length)
const column = (x: Value): Value => g.reshape(x, [sizeOf(x.shape), 1])
const drawn = (shape: readonly number[], pick: Pick): Value =>
  constant(randomStream(pick(1000), 'constant').fillNormal(new Float32Array(sizeOf(shape))), shape)

/** Values never leave a range where float64 is exact enough, and their shapes stay small. */
const steps: readonly Step[] = [
  (v, pick) => [g.tanh, g.sin, g.sigmoid, g.relu, g.abs, g.neg, g.erf, g.round][pick(8)]!(oneOf(v, pick)),
  (v, pick) => g.leakyRelu(oneOf(v, pick), 0.25),
  (v, pick) => {
    const x = oneOf(v, pick)
    return [g.add, g.sub, g.mul, g.max, g.min][pick(5)]!(
      x,
      drawn(
        x.shape.map((n) => (pick(2) ? n : 1)),
        pick,
      ),
    )
  },
  (v, pick) => g.add(oneOf(v, pick), [0.5, -0, 1, -2][pick(4)]!),
  (v, pick) => {
    const x = oneOf(v, pick)
    return g.where(g.greater(x, g.reduceMean(x)), x, g.cast(g.lessOrEqual(x, 0), 'float32'))
  },
  (v, pick) => {
    const x = oneOf(v, pick)
    const reduce = [g.reduceSum, g.reduceMean, g.reduceMax, g.reduceMin][pick(4)]!
    return x.shape.length === 0 ? x : reduce(x, { axes: [axisOf(x, pick)], keepdims: pick(2) === 1 })
  },
  (v, pick) => {
    const x = column(oneOf(v, pick))
    return g.tanh(g.matMul(drawn([1 + pick(3), x.shape[0]!], pick), x))
  },
  (v, pick) => {
    const x = oneOf(v, pick)
    const perm = x.shape.map((_, axis) => (axis + 1) % x.shape.length)
    return apply('Transpose', [x], { perm })
  },
  (v, pick) => {
    const x = oneOf(v, pick)
    if (x.shape.length === 0) return x
    const axis = axisOf(x, pick)
    const n = x.shape[axis]!
    return pick(2)
      ? g.slice(x, [{ axis, start: pick(n), end: n + 3 }])
      : g.slice(x, [{ axis, start: -1, end: -n - 1, step: -1 - pick(2) }])
  },
  (v, pick) => {
    const x = oneOf(v, pick)
    return sizeOf(x.shape) > 60 || x.shape.length === 0 ? x : g.concat([x, g.sin(x)], axisOf(x, pick))
  },
  (v, pick) => {
    const x = oneOf(v, pick)
    if (sizeOf(x.shape) > 60 || x.shape.length > 3) return x
    return pick(2)
      ? g.expand(x, [2, ...x.shape])
      : g.pad(
          x,
          [...x.shape, ...x.shape].map(() => pick(2)),
        )
  },
  (v, pick) => {
    const x = oneOf(v, pick)
    if (x.shape.length === 0) return x
    const axis = axisOf(x, pick)
    const indices = constant([0, pick(x.shape[axis]!)], [2], 'int64')
    return sizeOf(x.shape) > 60 ? g.cumSum(g.tanh(x), axis) : g.gather(x, indices, axis)
  },
  (v, pick) => {
    const x = oneOf(v, pick)
    const maps = g.reshape(x, [1, 1, sizeOf(x.shape)])
    return g.tanh(g.conv(maps, drawn([2, 1, 2], pick), { pads: [1, pick(2)], strides: [1 + pick(2)] }))
  },
]

function randomGraph(choices: readonly number[]): Graph {
  let position = 0
  const pick: Pick = (n) => (n <= 1 ? 0 : choices[position++ % choices.length]! % n)
  const [a, b] = [input('a', [2, 3]), input('b', [4])]
  const values: Value[] = [a, b]
  const count = 3 + pick(12)
  for (let i = 0; i < count; i++) values.push(steps[pick(steps.length)]!(values, pick))
  return {
    inputs: [a, b],
    outputs: {
      last: values.at(-1)!,
      middle: values[Math.floor(values.length / 2)]!,
      'the first': values[2]!,
    },
  }
}

const feeds = {
  a: { shape: [2, 3], data: randomStream(1, 'a').fillNormal(new Float32Array(6)) },
  b: { shape: [4], data: randomStream(1, 'b').fillNormal(new Float32Array(4)) },
}

describe('a graph that is exported and imported', () => {
  it('computes what it computed before', () => {
    const seen = new Set<string>()
    fc.assert(
      fc.property(fc.array(fc.nat(10_000), { minLength: 30, maxLength: 60 }), (choices) => {
        const graph = randomGraph(choices)
        for (const { op } of sortNodes(Object.values(graph.outputs))) seen.add(op)
        const again = importModel(exportModel(graph, { name: 'random' })).graph
        const [expected, actual] = [interpret(graph, feeds), interpret(again, feeds)]
        expect(Object.keys(actual)).toEqual(Object.keys(expected))
        for (const name of Object.keys(expected)) expectClose(actual[name]!, expected[name]!, 1e-12)
      }),
      { numRuns: 300, seed: 7 },
    )
    // The property means something only if the graphs are varied.
    expect(seen.size).toBeGreaterThan(25)
  })

  it('keeps names, shapes, types and metadata', () => {
    const x = input('x', [2, 3])
    const i = input('i', [2], 'int64')
    const graph = {
      inputs: [x, i],
      outputs: { y: g.gather(x, i), wide: g.cast(x, 'float64'), flag: g.greater(x, 0) },
    }
    const model = importModel(
      exportModel(graph, {
        name: 'kept',
        metadata: { seed: '9' },
        documentation: 'text',
        producer: { name: 'me' },
      }),
    )
    expect(model.inputs.map(({ name, shape, dtype }) => [name, shape, dtype])).toEqual([
      ['x', [2, 3], 'float32'],
      ['i', [2], 'int64'],
    ])
    expect(model.outputs.map(({ name, shape, dtype }) => [name, shape, dtype])).toEqual([
      ['y', [2, 3], 'float32'],
      ['wide', [2, 3], 'float64'],
      ['flag', [2, 3], 'bool'],
    ])
    expect([model.metadata, model.documentation, model.producer.name]).toEqual([{ seed: '9' }, 'text', 'me'])
  })

  it('has its batch size bound again when it was left free', () => {
    const build = (batch: number): Graph => {
      const z = input('z', [batch, 4])
      const tiles = g.expand(g.reshape(z, [batch, 1, 4]), [batch, 3, 4])
      return { inputs: [z], outputs: { y: g.reshape(g.tanh(tiles), [batch, 12]) } }
    }
    const model = importModel(exportModel(build, { name: 'free' }), { batch: 5 })
    expect(model.inputs[0]!.free).toEqual([{ axis: 0, symbol: 'N' }])
    const z = { shape: [5, 4], data: randomStream(1, 'z').fillNormal(new Float32Array(20)) }
    expectClose(interpret(model.graph, { z }).y!, interpret(build(5), { z }).y!, 0)
  })
})
