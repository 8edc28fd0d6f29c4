// The functions that write graphs: defaults, shortcuts and compositions.
import { describe, expect, it } from 'vitest'
import * as g from '../../src/graph/build.ts'
import { input, sortNodes } from '../../src/graph/value.ts'
import { compute, counting, literal } from '../support/tensors.ts'

const x = input('x', [2, 3])
const feeds = { x: counting([2, 3]) }

describe('numbers as operands', () => {
  it('take the type of the other operand, on either side', () => {
    const integers = literal([1, 2], 'int64')
    expect(g.add(integers, 1).dtype).toBe('int64')
    expect(g.sub(1, integers).dtype).toBe('int64')
    expect(compute(g.sub(1, integers))).toEqual([0, -1])
    expect(compute(g.where(literal([1, 0], 'bool'), integers, 7))).toEqual([1, 7])
    expect(g.add(1, 2).dtype).toBe('float32')
  })
})

describe('shortcuts', () => {
  it('return the value itself when there is nothing to do', () => {
    expect(g.reshape(x, [2, 3])).toBe(x)
    expect(g.transpose(x, [0, 1])).toBe(x)
    expect(g.expand(x, [2, 3])).toBe(x)
    expect(g.concat([x], 0)).toBe(x)
    expect(g.pad(x, [0, 0, 0, 0])).toBe(x)
    expect(g.cast(x, 'float32')).toBe(x)
    expect(g.reduceSum(x, { axes: [] })).toBe(x)
    expect(g.sumTo(x, [2, 3])).toBe(x)
  })

  it('do not hide a permutation that names too few axes', () => {
    expect(() => g.transpose(x, [0])).toThrow('perm [0] does not permute the axes of [2, 3]')
  })
})

describe('reductions', () => {
  it('reduce all axes and drop them unless told', () => {
    expect(g.reduceSum(x).shape).toEqual([])
    expect(g.reduceSum(x, { keepdims: true }).shape).toEqual([1, 1])
    expect(g.reduceMax(x, { axes: [-1] }).shape).toEqual([2])
    expect(g.argMax(x, -1).shape).toEqual([2])
    expect(g.argMax(x, 0, true).shape).toEqual([1, 3])
  })

  it('write axes counted from the front, so that nobody after them has to count', () => {
    expect(g.reduceMean(x, { axes: [-1, 0] }).node.attributes.axes).toEqual([1, 0])
    expect(g.cumSum(x, -1).node.attributes.axis).toBe(1)
    expect(g.gather(x, literal(0, 'int64'), -2).node.attributes.axis).toBe(0)
    expect(g.concat([x, x], -1).node.attributes.axis).toBe(1)
    expect(g.gatherElements(x, literal([[0]], 'int64'), -1).node.attributes.axis).toBe(1)
    expect(g.scatterAdd(x, literal([[0]], 'int64'), literal([[1]]), -1).node.attributes.axis).toBe(1)
  })
})

describe('compositions', () => {
  it('sumTo undoes broadcasting by sums', () => {
    expect(compute(g.sumTo(x, [3]), feeds)).toEqual([3, 5, 7])
    expect(compute(g.sumTo(x, [2, 1]), feeds)).toEqual([3, 12])
    expect(g.sumTo(x, [2, 1]).shape).toEqual([2, 1])
    expect(compute(g.sumTo(x, []), feeds)).toEqual([15])
  })

  it('transposeLast leaves leading axes in place', () => {
    expect(g.transposeLast(input('stack', [5, 2, 3])).shape).toEqual([5, 3, 2])
  })

  it('softmax sums to one along its axis and survives large logits', () => {
    const large = literal([
      [1000, 1000, -1000],
      [0, Math.log(3), Math.log(4)],
    ])
    const along = compute(g.softmax(large))
    const expected = [0.5, 0.5, 0, 1 / 8, 3 / 8, 4 / 8]
    along.forEach((p, i) => {
      expect(p).toBeCloseTo(expected[i]!, 14)
    })
    for (const sum of compute(g.reduceSum(g.softmax(x, 0), { axes: [0] }), feeds))
      expect(sum).toBeCloseTo(1, 14)
  })

  it('logSoftmax is the logarithm of softmax, also where softmax underflows', () => {
    expect(compute(g.logSoftmax(literal([0, -2000])))).toEqual([0, -2000])
    const logs = compute(g.logSoftmax(x, -1), feeds)
    compute(g.softmax(x, -1), feeds).forEach((p, i) => {
      expect(logs[i]).toBeCloseTo(Math.log(p), 13)
    })
  })
})

describe('sortNodes', () => {
  it('gives every node once, after the nodes it reads', () => {
    const a = g.exp(x)
    const b = g.add(a, g.mul(a, x))
    const order = sortNodes([b, a])
    expect(order.map(({ op }) => op).sort()).toEqual(['Add', 'Exp', 'Input', 'Mul'])
    for (const [i, node] of order.entries())
      for (const value of node.inputs) expect(order.indexOf(value.node)).toBeLessThan(i)
  })
})
