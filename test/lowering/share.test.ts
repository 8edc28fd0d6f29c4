// Common subexpressions: what becomes one node and what must stay two.
import { describe, expect, it } from 'vitest'
import { gradients } from '../../src/autodiff/backward.ts'
import * as g from '../../src/graph/build.ts'
import { interpret } from '../../src/graph/interpreter.ts'
import { apply, applyAll } from '../../src/graph/ops.ts'
import { constant, input, scalar } from '../../src/graph/value.ts'
import { shareCommon } from '../../src/lowering/share.ts'
import { countOps, expectKept, feedsFor, graphOf, nodesOf } from './nodes.ts'

const x = input('x', [2, 3])
const y = input('y', [2, 3])

describe('shareCommon', () => {
  it('makes one node of equal ones, all the way up', () => {
    const twice = [0, 1].map(() => g.tanh(g.add(g.mul(x, 2), g.transpose(input('t', [3, 2]), [1, 0]))))
    const t = input('t', [3, 2])
    const same = [0, 1].map(() => g.tanh(g.add(g.mul(x, 2), g.transpose(t, [1, 0]))))
    const graph = graphOf(...same)
    const after = shareCommon(graph)
    expectKept(graph, after)
    expect(after.outputs.y0).toBe(after.outputs.y1)
    expect(countOps(after)).toEqual({ Add: 1, Mul: 1, Tanh: 1, Transpose: 1 })
    // Two inputs are two inputs, even under one name.
    expect(shareCommon(graphOf(...twice)).outputs.y0).not.toBe(shareCommon(graphOf(...twice)).outputs.y1)
  })

  it('keeps apart what differs in operands, their order, attributes, or constants', () => {
    const values = [
      g.sub(x, y),
      g.sub(y, x),
      g.reduceSum(x, { axes: [0] }),
      g.reduceSum(x, { axes: [1] }),
      g.reduceSum(x, { axes: [1], keepdims: true }),
      g.leakyRelu(x, 0.1),
      g.leakyRelu(x, 0.2),
      g.mul(x, 2),
      g.mul(x, 3),
      g.mul(x, constant([2, 2, 2], [3])),
      g.reshape(x, [6]),
      g.reshape(x, [3, 2]),
      g.reshape(x, [1, 6]),
      g.cast(x, 'int64'),
      g.cast(x, 'bool'),
    ]
    const graph = graphOf(...values)
    const after = shareCommon(graph)
    expectKept(graph, after)
    expect(new Set(Object.values(after.outputs)).size).toBe(values.length)
  })

  it('shares small constants of one type and shape, and compares no large ones', () => {
    const shared = graphOf(
      g.add(x, constant([1, 2, 3], [3])),
      g.mul(x, constant(Float32Array.of(1, 2, 3), [3])),
    )
    const constants = nodesOf(shareCommon(shared)).filter(({ op }) => op === 'Constant')
    expect(constants.length).toBe(1)
    const large = (): ReturnType<typeof constant> => constant(new Float64Array(4097), [4097])
    expect(nodesOf(shareCommon(graphOf(g.exp(large()), g.exp(large())))).length).toBe(4)
    const types = graphOf(scalar(1), scalar(1, 'int64'), scalar(1, 'float64'), constant([1], [1]))
    expect(new Set(Object.values(shareCommon(types).outputs)).size).toBe(4)
  })

  it('tells 0 from -0, whose reciprocals differ', () => {
    const graph = graphOf(g.div(x, constant([0], [])), g.div(x, constant([-0], [])))
    const feeds = feedsFor(graph)
    expect(interpret(shareCommon(graph), feeds)).toEqual(interpret(graph, feeds))
  })

  it('shares nodes with several outputs as a whole, and leaves bodies of loops alone', () => {
    const a = input('a', [3])
    const body = { inputs: [a], outputs: { plus: g.add(a, 1), minus: g.sub(a, 1) } }
    const [plus, minus] = applyAll('ScanSlices', [x], { body })
    const again = applyAll('ScanSlices', [x], { body })
    const graph = graphOf(plus!, minus!, again[0]!, again[1]!)
    expectKept(graph, shareCommon(graph))
  })

  it('finds that a gradient computes again what the forward pass had', () => {
    const loss = g.reduceSum(g.mul(g.sigmoid(g.mul(x, y)), g.sigmoid(g.mul(x, y))))
    const graph = graphOf(loss, ...gradients(loss, [x, y]))
    const after = shareCommon(graph)
    expectKept(graph, after)
    expect(countOps(graph).Sigmoid).toBe(2)
    expect(countOps(after).Sigmoid).toBe(1)
  })

  it('keeps the label of the first of the equal nodes', () => {
    const graph = graphOf(apply('Exp', [x], {}, 'first'), apply('Exp', [x], {}, 'second'))
    expect(shareCommon(graph).outputs.y1!.node.label).toBe('first')
  })
})
