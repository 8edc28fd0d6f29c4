// What simplify removes, and what it must leave alone.
import { describe, expect, it } from 'vitest'
import * as g from '../../src/graph/build.ts'
import { interpret } from '../../src/graph/interpreter.ts'
import { apply } from '../../src/graph/ops.ts'
import { constant, constantData, type Graph, input, scalar, type Value } from '../../src/graph/value.ts'
import { simplify } from '../../src/lowering/simplify.ts'
import { countOps, expectKept, graphOf } from './nodes.ts'

const x = input('x', [2, 3])
const y = input('y', [2, 3])
const row = input('row', [3])
const column = input('column', [2, 1])
const filled = (number: number, shape: readonly number[]): Value => g.expand(scalar(number), shape)
const whole = (number: number, shape: readonly number[]): Value =>
  constant(new Array(shape.reduce((a, b) => a * b, 1)).fill(number), shape)

/** Simplifies, checks that the results stay, and returns the graph. */
function simplified(...values: readonly Value[]): Graph {
  const before = graphOf(...values)
  const after = simplify(before)
  expectKept(before, after)
  return after
}

describe('simplify removes', () => {
  const vanishing: Readonly<Record<string, Value>> = {
    'a product with 1': g.mul(x, 1),
    'a product with 1 on the left': g.mul(1, x),
    'a product with ones': g.mul(x, whole(1, [2, 3])),
    'a product with expanded, reshaped ones': g.mul(x, g.reshape(filled(1, [6]), [2, 3])),
    'a product with a row of ones': g.mul(x, whole(1, [3])),
    'a division by 1': g.div(x, 1),
    'adding 0': g.add(x, 0),
    'adding to 0': g.add(0, x),
    'subtracting 0': g.sub(x, filled(0, [1, 3])),
    Identity: g.identity(g.identity(x)),
    StopGradient: g.stopGradient(g.stopGradient(x)),
    StraightThrough: g.straightThrough(x, g.exp(x)),
    'two changes of sign': g.neg(g.neg(x)),
    'a reshape to another shape and back': g.reshape(g.reshape(x, [6]), [2, 3]),
    'a reshape to the same shape': apply('Reshape', [x], { shape: [2, 3] }),
    'an Expand to the same shape': apply('Expand', [x], { shape: [2, 3] }),
    'a product with -1, negated': g.neg(g.mul(-1, x)),
    'several of these on top of each other': g.mul(g.add(g.identity(g.div(x, 1)), 0), 1),
  }
  for (const [name, value] of Object.entries(vanishing))
    it(`${name}`, () => {
      expect(simplified(value).outputs.y).toBe(x)
    })

  it('two transposes that undo each other, which are otherwise one', () => {
    const t = input('t', [2, 3, 4, 5])
    // The inverse of [2, 0, 3, 1] is [1, 3, 0, 2].
    const turned = g.transpose(t, [2, 0, 3, 1])
    expect(simplified(g.transpose(turned, [1, 3, 0, 2])).outputs.y).toBe(t)
    const once = simplified(g.transpose(turned, [3, 1, 0, 2]))
    expect(countOps(once)).toEqual({ Transpose: 1 })
    expect(once.outputs.y!.node.attributes.perm).toEqual([1, 0, 2, 3])
  })

  it('the data movement of a transpose that moves only axes of length 1', () => {
    const t = input('t', [2, 1, 3, 1])
    expect(countOps(simplified(g.transpose(t, [1, 0, 3, 2])))).toEqual({ Reshape: 1 })
    expect(countOps(simplified(g.transpose(t, [2, 1, 0, 3])))).toEqual({ Transpose: 1 })
  })

  it('an Expand before an operator that broadcasts, from every operand that does not carry the shape', () => {
    const wide = g.expand(row, [2, 3])
    for (const op of ['Add', 'Sub', 'Mul', 'Div', 'Min', 'Max', 'Pow'])
      expect(countOps(simplified(apply(op, [g.exp(x), g.exp(wide)])))).toEqual({ Exp: 2, Expand: 1, [op]: 1 })
    for (const op of ['Add', 'Sub', 'Mul', 'Min', 'Max', 'Less', 'Greater', 'Equal']) {
      expect(countOps(simplified(apply(op, [x, wide])))).toEqual({ [op]: 1 })
      expect(countOps(simplified(apply(op, [wide, x])))).toEqual({ [op]: 1 })
    }
    const chosen = g.where(g.greater(x, 0), wide, g.expand(column, [2, 3]))
    expect(countOps(simplified(chosen))).toEqual({ Greater: 1, Where: 1 })
  })

  it('a Reshape that adds or drops leading ones before an operator that broadcasts', () => {
    const line = input('line', [1, 3])
    for (const wide of [g.reshape(g.exp(row), [1, 3]), g.reshape(g.exp(line), [3])]) {
      expect(countOps(simplified(g.add(x, wide)))).toEqual({ Exp: 1, Add: 1 })
      expect(countOps(simplified(g.sub(wide, x)))).toEqual({ Exp: 1, Sub: 1 })
    }
  })

  it('arithmetic of numbers known in advance', () => {
    const known = g.mul(g.add(scalar(2), g.div(1, scalar(4))), g.sub(filled(3, [2, 1]), 1))
    const after = simplified(g.mul(x, known))
    expect(countOps(after)).toEqual({ Mul: 1 })
    expect(constantData(after.outputs.y!.node.inputs[1]!)).toEqual(Float64Array.of(4.5))
  })

  it('sums and means of numbers known in advance', () => {
    const sum = simplified(g.reduceSum(filled(0.5, [4, 6]), { axes: [1] }))
    expect(countOps(sum)).toEqual({ Expand: 1 })
    expect(interpret(sum).y!.data).toEqual(Float64Array.of(3, 3, 3, 3))
    const mean = simplified(g.reduceMean(filled(0.5, [4, 6]), { axes: [0], keepdims: true }))
    expect(countOps(mean)).toEqual({ Expand: 1 })
    expect(mean.outputs.y!.shape).toEqual([1, 6])
  })

  it('products with 0 and divisions of 0', () => {
    for (const value of [g.mul(x, 0), g.mul(filled(0, [2, 3]), x), g.div(0, x)]) {
      const after = simplified(value)
      expect(countOps(after)).toEqual({ Expand: 1 })
      expect(interpret(after).y!.data).toEqual(new Float64Array(6))
    }
  })
})

describe('simplify writes', () => {
  it('a product with -1 and a difference from 0 as a change of sign', () => {
    for (const value of [g.mul(x, -1), g.mul(filled(-1, [2, 3]), x), g.sub(0, x)])
      expect(countOps(simplified(value))).toEqual({ Neg: 1 })
  })

  it('sums with a changed sign as differences', () => {
    const after = simplified(g.add(x, g.neg(y)), g.add(g.neg(x), y))
    expect(countOps(after)).toEqual({ Sub: 2 })
    expect(after.outputs.y0!.node.inputs).toEqual([x, y])
    expect(after.outputs.y1!.node.inputs).toEqual([y, x])
  })

  it('products of a changed sign and a number as products with the number of the other sign', () => {
    for (const value of [g.mul(g.neg(x), 0.5), g.mul(filled(0.5, [2, 3]), g.neg(x))]) {
      const after = simplified(value)
      expect(countOps(after).Neg).toBeUndefined()
      expect(countOps(after).Mul).toBe(1)
    }
  })

  it('sums and means of changed signs as one that is changed afterwards', () => {
    for (const sum of [g.reduceSum, g.reduceMean]) {
      const { y: after } = simplified(sum(g.neg(x), { axes: [0] })).outputs
      expect(after!.node.op).toBe('Neg')
      expect(after!.shape).toEqual([3])
    }
  })

  it('products and quotients of two changed signs without them', () => {
    const safe = g.exp(y)
    expect(countOps(simplified(g.mul(g.neg(x), g.neg(y))))).toEqual({ Mul: 1 })
    expect(countOps(simplified(g.div(g.neg(x), g.neg(safe))))).toEqual({ Div: 1, Exp: 1 })
  })
})

describe('simplify keeps', () => {
  it('a neutral element whose other operand is smaller than the result', () => {
    for (const value of [
      g.mul(row, whole(1, [2, 3])),
      g.mul(whole(1, [2, 3]), row),
      g.add(row, whole(0, [2, 1])),
      g.add(filled(0, [2, 3]), row),
      g.sub(row, whole(0, [2, 3])),
      g.div(row, filled(1, [2, 3])),
      g.mul(row, filled(-1, [2, 3])),
      g.mul(filled(-1, [2, 3]), row),
      g.sub(filled(0, [2, 3]), row),
    ]) {
      const after = simplified(value)
      expect(after.outputs.y!.shape).toEqual([2, 3])
      expect(after.outputs.y).not.toBe(row)
    }
  })

  it('an Expand that alone carries the shape', () => {
    const wide = g.expand(row, [2, 3])
    expect(simplified(g.add(wide, 1)).outputs.y!.shape).toEqual([2, 3])
    expect(simplified(g.mul(wide, wide)).outputs.y!.shape).toEqual([2, 3])
    expect(simplified(g.add(wide, g.expand(row, [2, 3]))).outputs.y!.shape).toEqual([2, 3])
    const apart = simplified(g.add(g.expand(row, [2, 3]), g.expand(column, [2, 3])))
    expect(apart.outputs.y!.shape).toEqual([2, 3])
  })

  it('a Reshape that moves elements, or whose operand has more axes than the result', () => {
    const turned = g.add(x, g.reshape(g.exp(input('tall', [3, 2])), [2, 3]))
    expect(countOps(simplified(turned))).toEqual({ Exp: 1, Reshape: 1, Add: 1 })
    const flat = g.add(input('three', [3]), g.reshape(g.exp(input('line', [1, 3])), [3]))
    expect(countOps(simplified(flat))).toEqual({ Exp: 1, Reshape: 1, Add: 1 })
  })

  it('a changed sign of numbers that are summed one by one', () => {
    const alone = simplified(g.reduceSum(g.neg(input('one', [1, 3])), { axes: [0] }))
    expect(alone.outputs.y!.node.op).toBe('ReduceSum')
  })

  it('an Expand before an operator that does not broadcast', () => {
    const wide = g.expand(row, [2, 3])
    expect(countOps(simplified(g.matMul(wide, input('m', [3, 2]))))).toEqual({ Expand: 1, MatMul: 1 })
    expect(countOps(simplified(g.concat([wide, x], 0)))).toEqual({ Concat: 1, Expand: 1 })
    expect(countOps(simplified(g.reduceSum(wide, { axes: [0] })))).toEqual({ Expand: 1, ReduceSum: 1 })
  })

  it('differences and quotients the right way round', () => {
    const after = simplified(g.sub(0, g.sub(x, y)), g.div(1, g.exp(x)), g.sub(1, x))
    expect(after.outputs.y1!.node.op).toBe('Div')
    expect(after.outputs.y2!.node.op).toBe('Sub')
  })

  it('whole numbers whole: a quotient of two integers is not folded as one of reals', () => {
    const seven = constant([7], [], 'int64')
    const two = constant([2], [], 'int64')
    const graph = graphOf(apply('Div', [seven, two]))
    expect(interpret(simplify(graph))).toEqual(interpret(graph))
    expect(interpret(simplify(graph)).y!.data).toEqual(Float64Array.of(3))
  })

  it('the names of nodes that it rebuilds', () => {
    const named = apply('Add', [x, g.expand(row, [2, 3])], {}, 'the bias')
    expect(simplified(named).outputs.y!.node.label).toBe('the bias')
  })

  it('graphs in which nothing is to do: the very same values', () => {
    const value = g.matMul(g.tanh(x), input('m', [3, 2]))
    expect(simplify(graphOf(value)).outputs.y).toBe(value)
  })
})
