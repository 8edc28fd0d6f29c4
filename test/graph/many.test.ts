// A graph made for one example, on many: what it gives is what it gives for each alone, whatever operators do with the axes.
import { describe, expect, it } from 'vitest'
import { gradients } from '../../src/autodiff/index.ts'
import * as g from '../../src/graph/build.ts'
import { interpret } from '../../src/graph/interpreter.ts'
import { onMany } from '../../src/graph/many.ts'
import { apply } from '../../src/graph/ops.ts'
import { constant, type Graph, input, sortNodes, type Value } from '../../src/graph/value.ts'
import { sizeOf } from '../../src/util/shape.ts'
import { normalTensor } from '../support/tensors.ts'

const table = (...shape: number[]): Value => constant(normalTensor(shape, 'table').data, shape)
const places = (...list: number[]): Value => constant(list, [list.length], 'int64')

interface Case {
  readonly shape: readonly number[]
  readonly f: (x: Value) => Value
  /** Operators may stand there once for each example. */
  readonly apart?: true
}
const one = (shape: readonly number[], f: (x: Value) => Value): Case => ({ shape, f })
const apart = (shape: readonly number[], f: (x: Value) => Value): Case => ({ shape, f, apart: true })

const image = [1, 3, 4, 5]
const CASES: Readonly<Record<string, Case>> = {
  'elementwise operators beside constants of any rank': one(image, (x) =>
    g.add(g.mul(g.relu(x), table(3, 1, 1)), g.where(g.greater(x, 0), table(4, 5), 1)),
  ),
  'a convolution': one(image, (x) => g.conv(x, table(2, 3, 3, 3), { pads: [1, 1, 1, 1] })),
  'the gradient of one': one(image, (x) => {
    const y = g.conv(x, table(2, 3, 3, 3))
    return g.convInputGradient(y, table(2, 3, 3, 3), { inputShape: [1, 3, 4, 5] })
  }),
  'a flat layer': one(image, (x) => g.add(g.matMul(g.reshape(x, [1, 60]), table(60, 4)), table(4))),
  'rows that are no longer images': one([1, 6, 4], (x) => {
    const rows = g.matMul(g.reshape(x, [6, 4]), table(4, 3))
    return g.reshape(g.add(rows, table(6, 3)), [1, 6, 3])
  }),
  'an axis that is gone and comes again': one(image, (x) => {
    const channels = g.reduceMean(x, { axes: [0, 2, 3] }) // [3]
    return g.reshape(g.softmax(channels), [1, 3])
  }),
  'attention: heads in front, products of two that vary': one([1, 5, 12], (x) => {
    const heads = g.transpose(g.reshape(g.matMul(x, table(12, 36)), [1, 5, 3, 2, 6]), [2, 0, 3, 1, 4])
    const [q, k, v] = [0, 1, 2].map((i) => g.gather(heads, constant([i], [], 'int64'), 0))
    const scores = g.softmax(g.matMul(q!, g.transposeLast(k!)))
    return g.reshape(g.transpose(g.matMul(scores, v!), [0, 2, 1, 3]), [1, 5, 12])
  }),
  'a token in front, and places': one([1, 5, 4], (x) =>
    g.add(g.concat([table(1, 1, 4), x], 1), table(1, 6, 4)),
  ),
  'slices, pads, gathers and sums of other axes': one(image, (x) => {
    const cut = g.pad(g.slice(x, [{ axis: 2, start: 1, end: 3 }]), [0, 0, 1, 0, 0, 0, 0, 2])
    return g.cumSum(g.gather(cut, places(2, 0), 1), 3)
  }),
  'the first of one': one([1, 4, 5], (x) =>
    g.reshape(g.reduceMax(g.slice(x, [{ axis: 1, start: 0, end: 1 }])), [1]),
  ),
  'the largest and their places': one([1, 7], (x) => {
    const { values, indices } = g.topK(x, 3)
    return g.concat([values, g.gatherElements(x, indices, 1), g.cast(g.argMax(x, 1, true), 'float32')], 1)
  }),
  'a table that each looks up': one([1, 4], (x) => {
    const found = g.gather(table(2, 3), g.cast(g.greater(x, 0), 'int64'), 0)
    return g.reduceSum(found, { axes: [1] })
  }),
  'a number of all': one(image, (x) => g.div(x, g.reduceMax(g.abs(x)))),
  'an expansion': one([1, 1, 4], (x) => g.expand(x, [1, 3, 4])),
  'copies that are not outermost, moved to the front': one([1, 4, 6], (x) => {
    const turned = g.transpose(x, [1, 0, 2]) // [4, 1, 6]
    return g.reshape(g.reshape(turned, [3, 8]), [1, 24])
  }),
  'a batch of three in the file': one([3, 2, 4], (x) => {
    const rows = g.matMul(g.reshape(g.add(x, table(3, 2, 4)), [6, 4]), table(4, 2))
    return g.reshape(rows, [3, 4])
  }),
  'a mean over the batch of the file, which stays inside it': one([3, 4], (x) =>
    g.sub(x, g.reduceMean(x, { axes: [0], keepdims: true })),
  ),
  'a sum of all of the file’s batch': one([2, 3], (x) => g.reshape(g.reduceSum(x), [1])),
  'the copies in the inner axis of a product': one([1, 4], (x) =>
    g.matMul(g.transpose(g.reshape(x, [1, 4]), [1, 0]), g.reshape(g.exp(x), [1, 4])),
  ),
  'an operator without a rule': apart([1, 4], (x) =>
    apply('ScatterElements', [x, constant([1], [1, 1], 'int64'), table(1, 1)], { axis: 1, reduction: 'add' }),
  ),
  'both sides of a convolution': apart([1, 1, 4, 4], (x) =>
    g.conv(
      x,
      g.slice(x, [
        { axis: 2, start: 0, end: 2 },
        { axis: 3, start: 0, end: 2 },
      ]),
    ),
  ),
}

const times = 4
describe('a graph for one, on many', () => {
  for (const [name, { shape, f, apart: slow }] of Object.entries(CASES))
    it(`gives for ${name} what it gives for each alone`, () => {
      const x = input('x', shape)
      const graph: Graph = { inputs: [x], outputs: { y: f(x) } }
      const whole = normalTensor([times * shape[0]!, ...shape.slice(1)], 'many')
      const many = input('many', whole.shape)
      const { y } = onMany(graph, { x: many }, times)
      const single = graph.outputs.y!
      expect(y!.shape).toEqual([times * single.shape[0]!, ...single.shape.slice(1)])
      const found = interpret({ y: y! }, { many: whole }).y!
      const size = sizeOf(shape)
      for (let i = 0; i < times; i++) {
        const alone = interpret(graph, { x: { shape, data: whole.data.slice(i * size, (i + 1) * size) } }).y!
        const part = found.data.subarray(i * alone.data.length, (i + 1) * alone.data.length)
        alone.data.forEach((value, j) => void expect(part[j]).toBeCloseTo(value, 10))
      }
      const [before, after] = [sortNodes([single]).length, sortNodes([y!]).length]
      if (!slow) expect(after, 'nodes').toBeLessThan(before + 20)
    })

  it('shares its constants and what depends on no input', () => {
    const x = input('x', [1, 3])
    const weights = table(3, 3)
    const graph: Graph = { inputs: [x], outputs: { y: g.matMul(x, g.exp(weights)) } }
    const two = onMany(graph, { x: input('a', [2, 3]) }, 2).y!
    const five = onMany(graph, { x: input('b', [5, 3]) }, 5).y!
    expect(two.node.inputs[1]).toBe(five.node.inputs[1])
  })

  it('repeats what depends on nothing, and gives a list of numbers without axes', () => {
    const x = input('x', [1, 2])
    const graph: Graph = {
      inputs: [x],
      outputs: { fixed: table(1, 2), sum: g.reduceSum(x), one: constant([3], []) },
    }
    const made = onMany(graph, { x: input('a', [3, 2]) }, 3)
    expect(Object.values(made).map(({ shape }) => shape)).toEqual([[3, 2], [3], [3]])
  })

  it('has the gradients of each alone', () => {
    const x = input('x', [1, 5])
    const f = (value: Value): Value => g.logSoftmax(g.matMul(g.tanh(value), table(5, 3)))
    const a = input('a', [3, 5])
    const { y } = onMany({ inputs: [x], outputs: { y: f(x) } }, { x: a }, 3)
    const [all] = gradients(g.reduceSum(g.square(y!)), [a])
    const whole = normalTensor([3, 5], 'a')
    const [direct] = gradients(g.reduceSum(g.square(f(a))), [a])
    const found = interpret({ all: all!, direct: direct! }, { a: whole })
    found.direct!.data.forEach((value, i) => void expect(found.all!.data[i]).toBeCloseTo(value, 10))
  })

  it('refuses inputs of another length, and says which is wanted', () => {
    const x = input('x', [2, 3])
    const graph: Graph = { inputs: [x], outputs: { y: g.exp(x) } }
    expect(() => onMany(graph, { x: input('a', [3, 3]) }, 2)).toThrow(
      'input "x" for 2 is float32 [4, 3], got float32 [3, 3]',
    )
  })
})
