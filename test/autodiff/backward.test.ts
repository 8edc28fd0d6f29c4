// The walk back through a graph: what accumulates, what is zero, what is refused.
import { describe, expect, it } from 'vitest'
import { gradients } from '../../src/autodiff/backward.ts'
import * as g from '../../src/graph/build.ts'
import { apply } from '../../src/graph/ops.ts'
import { input, makeNode, scalar, sortNodes, type Tensor, type Value } from '../../src/graph/value.ts'
import { ShapeError, UnsupportedError } from '../../src/util/errors.ts'
import { compute, literal, tensor } from '../support/tensors.ts'

const numbersOf = (value: Value | undefined, feeds: Record<string, Tensor>): number[] =>
  compute(value!, feeds)

describe('gradients', () => {
  const x = input('x', [3])
  const at = { x: tensor([1, 2, 3]) }

  it('accumulate when a value is used twice', () => {
    const y = g.reduceSum(g.add(g.mul(x, x), g.mul(x, 5)))
    expect(numbersOf(gradients(y, [x])[0], at)).toEqual([7, 9, 11])
  })

  it('accumulate over paths of different lengths', () => {
    const doubled = g.mul(x, 2)
    const y = g.reduceSum(g.add(x, g.add(doubled, g.neg(g.exp(g.mul(doubled, 0))))))
    expect(numbersOf(gradients(y, [x])[0], at)).toEqual([3, 3, 3])
  })

  it('come in the order and shapes of what was asked for', () => {
    const w = input('w', [2, 3])
    const b = input('b', [2, 1])
    const y = g.reduceSum(g.add(g.mul(w, x), b))
    const [db, dx, dw] = gradients(y, [b, x, w])
    expect([db, dx, dw].map((value) => value!.shape)).toEqual([[2, 1], [3], [2, 3]])
    const feeds = {
      ...at,
      b: tensor([[0], [0]]),
      w: tensor([
        [1, 2, 3],
        [10, 20, 30],
      ]),
    }
    expect(numbersOf(db, feeds)).toEqual([3, 3])
    expect(numbersOf(dx, feeds)).toEqual([11, 22, 33])
    expect(numbersOf(dw, feeds)).toEqual([1, 2, 3, 1, 2, 3])
  })

  it('are zeros for a value that the output does not depend on', () => {
    const other = input('other', [2, 2])
    const [dx, dOther] = gradients(g.reduceSum(x), [x, other])
    expect(numbersOf(dx, at)).toEqual([1, 1, 1])
    expect(dOther!.shape).toEqual([2, 2])
    expect(numbersOf(dOther, {})).toEqual([0, 0, 0, 0])
  })

  it('can be taken with respect to values in between', () => {
    const h = g.square(x)
    const y = g.reduceSum(g.mul(h, literal([1, 10, 100])))
    const [dh, dx] = gradients(y, [h, x])
    expect(numbersOf(dh, at)).toEqual([1, 10, 100])
    expect(numbersOf(dx, at)).toEqual([2, 40, 600])
  })

  it('of a value with respect to itself are the given ones', () => {
    const y = g.reduceSum(x)
    expect(numbersOf(gradients(y, [y])[0], at)).toEqual([1])
    expect(numbersOf(gradients(x, [x], { dy: literal([4, 5, 6]) })[0], at)).toEqual([4, 5, 6])
  })

  it('start from dy when it is given', () => {
    expect(numbersOf(gradients(g.square(x), [x], { dy: literal([1, 0, -1]) })[0], at)).toEqual([2, 0, -6])
  })

  it('take a value as constant when they are told to, but may still be asked for it', () => {
    const h = g.square(x)
    const y = g.reduceSum(g.mul(h, x))
    expect(numbersOf(gradients(y, [x])[0], at)).toEqual([3, 12, 27])
    const [dx, dh] = gradients(y, [x, h], { constants: [h] })
    expect(numbersOf(dx, at)).toEqual([1, 4, 9])
    expect(numbersOf(dh, at)).toEqual([1, 2, 3])
    expect(numbersOf(gradients(g.reduceSum(h), [x], { constants: [h] })[0], at)).toEqual([0, 0, 0])
  })

  it('do not flow into integers and truth values', () => {
    const indices = input('indices', [2], 'int64')
    const mask = input('mask', [3], 'bool')
    const y = g.reduceSum(g.gather(g.where(mask, x, 0), indices))
    const feeds = { ...at, indices: tensor([0, 1]), mask: tensor([1, 0, 1]) }
    const [dx, dIndices, dMask] = gradients(y, [x, indices, mask])
    expect(numbersOf(dx, feeds)).toEqual([1, 0, 0])
    expect(dIndices!.dtype).toBe('int64')
    expect(numbersOf(dIndices, feeds)).toEqual([0, 0])
    expect(dMask!.dtype).toBe('bool')
    expect(numbersOf(dMask, feeds)).toEqual([0, 0, 0])
  })

  it('leave out branches that do not lead to what was asked for', () => {
    // A node without a rule on a branch that only a constant feeds is no obstacle.
    const strange = makeNode('Strange', [literal([1, 2, 3])], {}, [{ dtype: 'float32', shape: [3] }])
    const y = g.reduceSum(g.mul(x, strange.outputs[0]!))
    const [dx] = gradients(y, [x])
    expect(dx!.shape).toEqual([3])
    // d sum(x * s) / dx is s repeated, which reads the strange node but does not differentiate it.
    expect(sortNodes([dx!]).some(({ op }) => op === 'Strange')).toBe(true)
  })

  it('handle a chain of ten thousand nodes', () => {
    let y: Value = x
    for (let i = 0; i < 10_000; i++) y = g.add(y, 1)
    expect(numbersOf(gradients(g.reduceSum(y), [x])[0], at)).toEqual([1, 1, 1])
  })
})

describe('gradients that cannot be given', () => {
  const x = input('x', [2, 2])

  it('of an output that is not a scalar ask for dy', () => {
    expect(() => gradients(x, [x])).toThrow(ShapeError)
    expect(() => gradients(x, [x])).toThrow('y must be a scalar, got [2, 2]')
  })

  it('refuse a dy of another shape', () => {
    expect(() => gradients(x, [x], { dy: scalar(1) })).toThrow("dy must have y's shape [2, 2], got []")
  })

  it('name an operator that is not in the table, with its label', () => {
    const strange = makeNode('Strange', [x], {}, [{ dtype: 'float32', shape: [] }], 'block3/strange')
    expect(() => gradients(strange.outputs[0]!, [x])).toThrow(UnsupportedError)
    expect(() => gradients(strange.outputs[0]!, [x])).toThrow(
      'no gradient rule for operator Strange "block3/strange"',
    )
  })

  it('name a lowered operator and say why', () => {
    const y = g.reduceSum(apply('Gemm', [x, x]))
    expect(() => gradients(y, [x])).toThrow(UnsupportedError)
    expect(() => gradients(y, [x])).toThrow(/operator Gemm: .*lowered graphs/)
  })
})

it('counts axes from the back where an attribute does', () => {
  const x = input('x', [2, 3])
  const largest = apply('ReduceMax', [x], { axes: [-1], keepdims: 0 })
  const total = apply('ReduceSum', [largest], { axes: [-1], keepdims: 0 })
  const feeds = {
    x: tensor([
      [1, 5, 2],
      [7, 3, 4],
    ]),
  }
  expect(numbersOf(gradients(total, [x])[0], feeds)).toEqual([0, 1, 0, 1, 0, 0])
})
