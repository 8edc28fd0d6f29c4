// Layout: transposes that move through a network until they meet their inverse.
import { describe, expect, it } from 'vitest'
import * as g from '../../src/graph/build.ts'
import { interpret } from '../../src/graph/interpreter.ts'
import { constant, type Graph, input, type Value } from '../../src/graph/value.ts'
import { carryLayout } from '../../src/lowering/layout.ts'
import { simplify } from '../../src/lowering/simplify.ts'
import { normalTensor } from '../support/tensors.ts'
import { countOps } from './nodes.ts'

const x = input('x', [2, 3, 4, 5])
const mask = input('mask', [2, 4, 5, 3])
const bias = input('bias', [3])
const feeds = {
  x: normalTensor(x.shape, 'x'),
  mask: normalTensor(mask.shape, 'mask'),
  bias: normalTensor(bias.shape, 'bias'),
}
const last = (value: Value): Value => g.transpose(value, [0, 2, 3, 1])
const first = (value: Value): Value => g.transpose(value, [0, 3, 1, 2])

/** Both passes; the results must stay the same. */
function carried(y: Value): Graph {
  const graph = { inputs: [x, mask, bias], outputs: { y } }
  const after = simplify(carryLayout(graph))
  const [expected, actual] = [interpret(graph, feeds), interpret(after, feeds)]
  expect(actual.y!.shape).toEqual(expected.y!.shape)
  actual.y!.data.forEach((value, i) => {
    expect(value).toBeCloseTo(expected.y!.data[i]!, 12)
  })
  return after
}

describe('carryLayout', () => {
  it('removes a transpose and its inverse around elementwise operators and a bias', () => {
    const ops = countOps(carried(first(g.relu(g.add(g.mul(last(x), 0.5), bias)))))
    expect(ops.Transpose).toBeUndefined()
  })

  it('sums over the axes that the summed ones come from', () => {
    expect(countOps(carried(g.reduceMean(last(x), { axes: [0, 1, 2] }))).Transpose).toBeUndefined()
    carried(g.reduceSum(last(x), { axes: [1, 3], keepdims: true }))
    carried(g.reduceSum(last(x), { axes: [1] }))
  })

  it('keeps a network normal: statistics, scale and a condition from the same transposed value', () => {
    const image = last(x)
    const centred = g.sub(image, g.reduceMean(image, { axes: [0, 1, 2] }))
    const ops = countOps(carried(first(g.where(g.greater(centred, 0), centred, g.mul(centred, 0.2)))))
    expect(ops.Transpose).toBeUndefined()
  })

  it('brings one value that is not transposed into the layout of the other', () => {
    const ops = countOps(carried(first(g.mul(g.exp(last(x)), mask))))
    expect(ops.Transpose).toBe(1)
  })

  it('goes through slices, pads and rows of one number at the ends', () => {
    const image = last(x) // [2, 4, 5, 3]
    const row = g.expand(g.reshape(bias, [1, 1, 1, 3]), [2, 1, 5, 3])
    const zeros = g.expand(constant([0], []), [2, 1, 5, 3])
    const padded = g.concat([zeros, image, zeros], 1)
    const cut = g.slice(padded, [{ axis: 1, start: 0, end: 6, step: 2 }]) // [2, 3, 5, 3]
    const ops = countOps(carried(first(g.pad(cut, [0, 1, 0, 0, 0, 0, 2, 0]))))
    expect(ops.Transpose).toBeUndefined()
    // Numbers that differ would have to be turned too.
    expect(countOps(carried(first(g.concat([row, image], 1)))).Transpose).toBe(2)
  })

  it('goes through an axis that is taken apart and put together', () => {
    const apart = g.reshape(last(x), [2, 4, 1, 5, 3])
    const wide = g.reshape(g.pad(apart, [0, 0, 0, 0, 0, 0, 0, 1, 0, 0]), [2, 8, 5, 3])
    expect(countOps(carried(first(wide))).Transpose).toBeUndefined()
    // Axes that do not lie together before the transpose cannot be put together there.
    expect(countOps(carried(g.reshape(last(x), [2, 4, 15]))).Transpose).toBe(1)
    expect(countOps(carried(g.reshape(last(x), [8, 5, 3]))).Transpose).toBe(1)
  })

  it('leaves operators with more values that are not transposed', () => {
    const condition = g.greater(mask, 0)
    expect(countOps(carried(g.where(condition, last(x), mask))).Transpose).toBe(1)
  })
})
