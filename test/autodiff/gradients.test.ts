// Every gradient rule against directional differences, to second order; every operator without one has a reason.
import { describe, expect, it } from 'vitest'
import { gradients } from '../../src/autodiff/backward.ts'
import { GRADIENTS, type NotDifferentiable } from '../../src/autodiff/gradients.ts'
import * as g from '../../src/graph/build.ts'
import { interpret } from '../../src/graph/interpreter.ts'
import { apply, applyAll, OPS } from '../../src/graph/ops.ts'
import { input, sortNodes, type Tensor, type Value } from '../../src/graph/value.ts'
import { expectDerivatives } from '../support/differences.ts'
import { literal, normalTensor, tensor, uniformTensor } from '../support/tensors.ts'
import { CASES } from './gradient-cases.ts'

const ruled = Object.keys(OPS).filter((op) => typeof GRADIENTS[op] === 'function')
const reasoned = Object.keys(OPS).filter((op) => typeof GRADIENTS[op] === 'object')

describe('the table of gradients', () => {
  it('has a rule or a reason for every operator and for nothing else', () => {
    expect(Object.keys(GRADIENTS).sort()).toEqual(Object.keys(OPS).sort())
  })

  it('has a case in these tests for every rule, and none too many', () => {
    expect(Object.keys(CASES).sort()).toEqual([...ruled].sort())
    for (const op of ruled) expect(CASES[op]!.length, op).toBeGreaterThan(0)
  })

  it.each(reasoned)('says in words why %s has no rule', (op) => {
    expect((GRADIENTS[op] as NotDifferentiable).reason.split(' ').length).toBeGreaterThan(2)
  })
})

describe.each(ruled)('the gradient of %s', (op) => {
  it.each(CASES[op] ?? [])('is right to second order $name', ({ f, at }) => {
    const inputs = Object.fromEntries(
      Object.entries(at).map(([name, { shape }]) => [name, input(name, shape)]),
    )
    expect(sortNodes([f(inputs)]).map((node) => node.op)).toContain(op)
    const checks = expectDerivatives(f, at)
    expect(Math.abs(checks[0]!.numeric), 'the case must not be flat').toBeGreaterThan(1e-2)
  })
})

describe('operators that contribute nothing', () => {
  const gradientOf = (f: (x: Value) => Value, at: Tensor): number[] => {
    const x = input('x', at.shape)
    const [dx] = gradients(g.reduceSum(f(x)), [x])
    return Array.from(interpret({ dx: dx! }, { x: at }).dx!.data)
  }
  const at = tensor([-1.7, 0.4, 2.2])

  // d/dx (step(x) * x) is step(x) where step is constant.
  it.each([
    ['Sign', g.sign, [-1, 1, 1]],
    ['Floor', g.floor, [-2, 0, 2]],
    ['Ceil', g.ceil, [-1, 1, 3]],
    ['Round', g.round, [-2, 0, 2]],
  ] as const)('%s is a constant factor', (_op, step, expected) => {
    expect(gradientOf((x) => g.mul(step(x), x), at).map((n) => n + 0)).toEqual(expected)
  })

  it('a stopped gradient is a constant factor, to any order', () => {
    expect(gradientOf((x) => g.mul(g.stopGradient(g.exp(x)), x), at)).toEqual(Array.from(at.data, Math.exp))
    const x = input('x', [])
    const once = gradients(g.mul(g.stopGradient(g.square(x)), g.square(x)), [x])[0]! // 2 x stop(x^2)
    const twice = gradients(once, [x])[0]!
    const found = interpret({ once, twice }, { x: tensor(3) })
    expect([found.once!.data[0], found.twice!.data[0]]).toEqual([54, 18])
  })

  it('what only leads to a stopped gradient needs no rule, before it or behind it', () => {
    const largest = (x: Value): Value => applyAll('TopK', [x], { k: 1 })[0]!
    expect(gradientOf((x) => g.mul(g.stopGradient(largest(x)), x), at)).toEqual([2.2, 2.2, 2.2])
    expect(gradientOf((x) => g.mul(largest(g.stopGradient(x)), x), at)).toEqual([2.2, 2.2, 2.2])
    expect(() => gradientOf((x) => g.mul(largest(x), x), at)).toThrow('no gradient rule for operator TopK')
  })

  it('a stopped gradient can itself be asked for', () => {
    const x = input('x', [3])
    const stopped = g.stopGradient(g.square(x))
    const [dStopped, dx] = gradients(g.reduceSum(g.mul(stopped, x)), [stopped, x])
    const found = interpret({ dStopped: dStopped!, dx: dx! }, { x: tensor([1, 2, 3]) })
    expect(Array.from(found.dStopped!.data)).toEqual([1, 2, 3])
    expect(Array.from(found.dx!.data)).toEqual([1, 4, 9])
  })

  it('comparisons and logic choose, but are not differentiated', () => {
    const f = (x: Value): Value => {
      const outside = g.or(g.greater(x, 1), g.not(g.greaterOrEqual(x, -1)))
      const chosen = g.and(outside, g.not(g.equal(x, 5)))
      return g.where(chosen, g.square(x), g.where(g.less(x, 0), g.neg(x), g.mul(x, 10)))
    }
    expect(gradientOf(f, at)).toEqual([-3.4, 10, 4.4])
  })

  it('a cast to integers cuts the path', () => {
    expect(gradientOf((x) => g.mul(g.cast(g.cast(x, 'int64'), 'float32'), x), at)).toEqual([-1, 0, 2])
  })

  it('the position of a maximum is no path either', () => {
    const f = (x: Value): Value => g.gatherElements(x, g.cast(g.argMax(x, 0, true), 'int64'), 0)
    expect(gradientOf(f, at)).toEqual([0, 0, 1])
  })
})

describe('gradients at kinks and edges', () => {
  const gradientAt = (f: (x: Value) => Value, numbers: number[]): number[] => {
    const x = input('x', [numbers.length])
    const [dx] = gradients(g.reduceSum(f(x)), [x])
    return Array.from(interpret({ dx: dx! }, { x: tensor(numbers) }).dx!.data)
  }

  it('shares the gradient of a maximum equally among equal elements', () => {
    expect(gradientAt((x) => g.reduceMax(x), [3, 1, 3])).toEqual([0.5, 0, 0.5])
    expect(gradientAt((x) => g.reduceMin(x), [1, 1, 3, 1])).toEqual([1 / 3, 1 / 3, 0, 1 / 3])
  })

  it('gives the whole gradient of a tie to one of two operands', () => {
    for (const op of [g.max, g.min]) {
      const [a, b] = [input('a', [1]), input('b', [1])]
      const [da, db] = gradients(g.reduceSum(op(a, b)), [a, b])
      const found = interpret({ da: da!, db: db! }, { a: tensor([2]), b: tensor([2]) })
      expect(found.da!.data[0]! + found.db!.data[0]!).toBe(1)
    }
  })

  it('takes the slope of relu at zero as zero', () => {
    expect(gradientAt(g.relu, [0, -1, 1])).toEqual([0, 0, 1])
  })

  it('takes the slope of a root at zero as zero, so that a norm of zeros has one', () => {
    expect(gradientAt(g.sqrt, [0, 4])).toEqual([0, 0.25])
    expect(gradientAt((x) => g.sqrt(g.reduceSum(g.square(x))), [0, 0])).toEqual([0, 0])
    const slope = (x: Value): Value => gradients(g.sqrt(g.reduceSum(g.square(x))), [x])[0]!
    expect(gradientAt((x) => g.mul(slope(x), 3), [0, 0])).toEqual([0, 0])
    // Where a positive number is added, nothing is to be looked after.
    const x = input('x', [3])
    const [dx] = gradients(g.reduceSum(g.sqrt(g.add(g.square(x), 1e-3))), [x])
    expect(sortNodes([dx!]).some(({ op }) => op === 'Where')).toBe(false)
  })

  it('stays finite where the stable forms are needed', () => {
    expect(gradientAt(g.sigmoid, [800, -800])).toEqual([0, 0])
    expect(gradientAt(g.softplus, [800, -800])).toEqual([1, 0])
    expect(gradientAt(g.tanh, [800, -800])).toEqual([0, 0])
  })

  it('does not lose a gradient to the logarithm of a negative base', () => {
    expect(gradientAt((x) => g.pow(x, 3), [-2, 0, 2])).toEqual([12, 0, 12])
    expect(gradientAt((x) => g.pow(x, 2), [-2, 0, 2])).toEqual([-4, 0, 4])
  })
})

describe('compositions', () => {
  it('differentiates log-softmax and softmax to second order', () => {
    const at = { x: normalTensor([3, 5], 'logits') }
    expectDerivatives(({ x }) => g.logSoftmax(x), at)
    expectDerivatives(({ x }) => g.softmax(x, 0), at)
  })

  it('differentiates a network with a convolution, normalization and pooling by strides', () => {
    const at = {
      x: normalTensor([2, 2, 6, 6], 'x'),
      kernel: normalTensor([3, 2, 3, 3], 'kernel'),
      gamma: uniformTensor([1, 3, 1, 1], 'gamma', 0.5, 1.5),
    }
    expectDerivatives(({ x, kernel, gamma }) => {
      const h = g.conv(x, kernel, { pads: [1, 1, 1, 1], strides: [2, 2] }) // [2, 3, 3, 3]
      const centred = g.sub(h, g.reduceMean(h, { axes: [0, 2, 3], keepdims: true }))
      const variance = g.reduceMean(g.square(centred), { axes: [0, 2, 3], keepdims: true })
      return g.tanh(g.mul(gamma, g.div(centred, g.sqrt(g.add(variance, 1e-3)))))
    }, at)
  })

  it('reaches the third order', () => {
    const at = { a: normalTensor([2, 3], 'a'), b: normalTensor([3, 2], 'b') }
    const checks = expectDerivatives(({ a, b }) => g.tanh(g.matMul(g.sin(a), b)), at, {
      orders: 3,
      tolerance: 1e-5,
    })
    expect(checks).toHaveLength(3)
  })
})

it('matches the analytic gradient of a quadratic form', () => {
  const x = input('x', [3, 1])
  const a = literal([
    [2, 1, 0],
    [0, 3, 1],
    [1, 0, 4],
  ])
  const y = g.reshape(g.matMul(apply('Transpose', [x], { perm: [1, 0] }), g.matMul(a, x)), [])
  const [dx] = gradients(y, [x])
  // (A + A^T) x at x = (1, 2, 3)
  expect(Array.from(interpret({ dx: dx! }, { x: tensor([[1], [2], [3]]) }).dx!.data)).toEqual([9, 16, 27])
})
