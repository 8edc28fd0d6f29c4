// The table of activations against plain formulas, and the layers made of them.
import { describe, expect, test } from 'vitest'
import { gradients } from '../../src/autodiff/index.ts'
import { reduceSum } from '../../src/graph/build.ts'
import { interpret } from '../../src/graph/interpreter.ts'
import { input } from '../../src/graph/value.ts'
import { activation } from '../../src/layers/activation.ts'
import { ACTIVATIONS, type ActivationName } from '../../src/layers/activations.ts'
import { eLU } from '../../src/layers/elu.ts'
import { leakyReLU } from '../../src/layers/leaky-relu.ts'
import { reLU } from '../../src/layers/relu.ts'
import { softmax } from '../../src/layers/softmax.ts'
import { layerContract, runLayer } from '../contracts/layer.ts'
import { expectDerivatives } from '../support/differences.ts'
import { tensor, tensorOf } from '../support/tensors.ts'

const logistic = (x: number): number => 1 / (1 + Math.exp(-x))

/** The standard normal distribution function by Simpson's rule. */
function normalBelow(x: number): number {
  const n = 2000
  const density = (t: number): number => Math.exp((-t * t) / 2) / Math.sqrt(2 * Math.PI)
  let sum = density(0) + density(x)
  for (let i = 1; i < n; i++) sum += (i % 2 === 0 ? 2 : 4) * density((x * i) / n)
  return 0.5 + (sum * x) / n / 3
}

/** Each row of two numbers is taken together where a function is not elementwise. */
const FORMULAS: Record<ActivationName, (x: number, other: number) => number> = {
  linear: (x) => x,
  relu: (x) => Math.max(0, x),
  relu6: (x) => Math.min(6, Math.max(0, x)),
  leakyRelu: (x) => (x > 0 ? x : 0.2 * x),
  elu: (x) => (x > 0 ? x : Math.expm1(x)),
  selu: (x) => 1.05070098735548 * (x > 0 ? x : 1.67326324235437 * Math.expm1(x)),
  gelu: (x) => x * normalBelow(x),
  silu: (x) => x * logistic(x),
  swish: (x) => x * logistic(x),
  mish: (x) => x * Math.tanh(Math.log1p(Math.exp(x))),
  sigmoid: logistic,
  hardSigmoid: (x) => Math.min(1, Math.max(0, x / 6 + 0.5)),
  hardSilu: (x) => x * Math.min(1, Math.max(0, x / 6 + 0.5)),
  hardSwish: (x) => x * Math.min(1, Math.max(0, x / 6 + 0.5)),
  logSigmoid: (x) => Math.log(logistic(x)),
  tanh: Math.tanh,
  softplus: (x) => Math.log1p(Math.exp(x)),
  softsign: (x) => x / (1 + Math.abs(x)),
  exponential: Math.exp,
  softmax: (x, other) => Math.exp(x) / (Math.exp(x) + Math.exp(other)),
  logSoftmax: (x, other) => x - Math.log(Math.exp(x) + Math.exp(other)),
}

const names = Object.keys(ACTIVATIONS) as ActivationName[]
const points = tensor([
  [0.7, -1.2],
  [3.5, -4.1],
  [-0.01, 0.02],
  [7.3, 2.9],
])
const partner = (i: number): number => (i % 2 === 0 ? i + 1 : i - 1)

describe('every activation', () => {
  test('has a formula here', () => {
    expect(Object.keys(FORMULAS).sort()).toEqual([...names].sort())
  })

  test.each(names)('%s gives what its formula gives', (name) => {
    const x = input('x', points.shape)
    const { y } = interpret({ y: ACTIVATIONS[name](x) }, { x: points })
    points.data.forEach((value, i) => {
      expect(y!.data[i]).toBeCloseTo(FORMULAS[name](value, points.data[partner(i)]!), 11)
    })
  })

  test.each(names)('%s has derivatives that agree with directional differences', (name) => {
    expectDerivatives(({ x }) => ACTIVATIONS[name](x), { x: points })
  })

  test.each(names.filter((name) => name !== 'exponential'))('%s stays finite far from zero', (name) => {
    const far = tensor([
      [1e4, -1e4],
      [800, -800],
      [0, 0],
    ])
    const x = input('x', far.shape)
    const y = ACTIVATIONS[name](x)
    const [dx] = gradients(reduceSum(y), [x])
    const found = interpret({ y, dx: dx! }, { x: far })
    expect([...found.y!.data, ...found.dx!.data].every(Number.isFinite)).toBe(true)
  })
})

layerContract({
  make: activation,
  options: { activation: 'sigmoid' },
  type: 'Activation',
  input: [2, 3],
  output: [2, 3],
  refused: [
    [{ activation: 'sigmoyd' }, /unknown activation "sigmoyd"; did you mean "sigmoid"\?/],
    [{ activation: undefined }, /unknown activation undefined/],
    [{ activation: 'toString' }, /unknown activation "toString"/],
  ],
})
layerContract({
  make: leakyReLU,
  options: { negativeSlope: 0.1 },
  type: 'LeakyReLU',
  input: [2, 3],
  output: [2, 3],
  refused: [
    [{ negativeSlope: -1 }, /negativeSlope must be a number with negativeSlope >= 0, got -1/],
    [{ alpha: 0.2 }, /unknown option "alpha"/],
  ],
})
layerContract({
  make: reLU,
  options: { maxValue: 1, negativeSlope: 0.1, threshold: 0.5 },
  type: 'ReLU',
  input: [2, 3],
  output: [2, 3],
  refused: [
    [{ maxValue: -1 }, /maxValue/],
    [{ threshold: -1 }, /threshold/],
    [{ negativeSlope: 'steep' }, /negativeSlope must be a number.*got "steep"/],
  ],
})
layerContract({ make: reLU, options: {}, type: 'ReLU', input: [2, 3], output: [2, 3] })
layerContract({
  make: eLU,
  options: { alpha: 0.5 },
  type: 'ELU',
  input: [2, 3],
  output: [2, 3],
  refused: [[{ alpha: -1 }, /alpha/]],
})
layerContract({
  make: softmax,
  options: {},
  type: 'Softmax',
  input: [2, 3],
  output: [2, 3],
  refusedInputs: [[]],
  refused: [[{ axis: 1.5 }, /axis must be an integer/]],
})
layerContract({ make: softmax, options: { axis: 1 }, type: 'Softmax', input: [2, 3, 2], output: [2, 3, 2] })

describe('activation layers', () => {
  const x = tensorOf([1, 5], [-2, -0.5, 0.25, 0.75, 3])
  const close = (found: readonly number[], expected: readonly number[]): void => {
    expect(found.length).toBe(expected.length)
    found.forEach((y, i) => {
      expect(y).toBeCloseTo(expected[i]!, 12)
    })
  }

  test('leakyReLU has slope 0.3 below zero, as Keras', () => {
    close(runLayer(leakyReLU(), x, {}, false).output, [-0.6, -0.15, 0.25, 0.75, 3])
  })

  test('reLU follows its ceiling, slope and threshold', () => {
    close(runLayer(reLU(), x, {}, false).output, [0, 0, 0.25, 0.75, 3])
    close(runLayer(reLU({ maxValue: 2 }), x, {}, false).output, [0, 0, 0.25, 0.75, 2])
    close(runLayer(reLU({ threshold: 0.5 }), x, {}, false).output, [0, 0, 0, 0.75, 3])
    close(
      runLayer(reLU({ threshold: 0.5, negativeSlope: 0.1 }), x, {}, false).output,
      [-0.25, -0.1, -0.025, 0.75, 3],
    )
    close(runLayer(reLU({ negativeSlope: 0.1 }), x, {}, false).output, [-0.2, -0.05, 0.25, 0.75, 3])
  })

  test('softmax sums to one along its axis and refuses the batch as axis', () => {
    const y = runLayer(softmax({ axis: 1 }), tensorOf([1, 2, 2], [1, 2, 3, 4]), {}, false).output
    close([y[0]! + y[2]!, y[1]! + y[3]!], [1, 1])
    expect(() => softmax({ axis: 0 }).outputShape([3])).toThrow(/axis 0 is not an axis of one example/)
  })
})
