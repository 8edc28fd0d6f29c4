// Losses against plain formulas, their derivatives, and their behaviour at extremes.
import { describe, expect, test } from 'vitest'
import { gradients } from '../../src/autodiff/index.ts'
import { identity, reshape, sigmoid, stopGradient, tanh } from '../../src/graph/build.ts'
import { interpret } from '../../src/graph/interpreter.ts'
import { constant, input, sortNodes, type Tensor, type Value } from '../../src/graph/value.ts'
import {
  binaryAccuracy,
  binaryCrossentropy,
  categoricalCrossentropy,
  hinge,
  klDivergence,
  logitsOf,
  meanAbsoluteError,
  meanSquaredError,
  softmaxDivergence,
  sparseCategoricalAccuracy,
  sparseCategoricalCrossentropy,
  wasserstein,
} from '../../src/losses/index.ts'
import { ConfigError, ShapeError } from '../../src/util/errors.ts'
import { expectDerivatives } from '../support/differences.ts'
import { literal, normalTensor, tensor, uniformTensor } from '../support/tensors.ts'

const logistic = (x: number): number => 1 / (1 + Math.exp(-x))
const average = (list: readonly number[]): number => list.reduce((sum, x) => sum + x, 0) / list.length
const value = ({ data, shape }: Tensor): Value => constant(data, shape)
const compute = (loss: Value): number => {
  expect(loss.shape).toEqual([])
  return interpret({ loss }).loss!.data[0]!
}

const logits = normalTensor([4, 3], 'logits')
const targets = uniformTensor([4, 3], 'targets')
const over = (f: (x: number, i: number) => number): number => average(Array.from(logits.data, f))

describe('binaryCrossentropy', () => {
  test('is -t log p - (1 - t) log(1 - p), averaged over all elements', () => {
    const plain = (x: number, t: number): number =>
      -t * Math.log(logistic(x)) - (1 - t) * Math.log(1 - logistic(x))
    expect(compute(binaryCrossentropy(value(logits), value(targets)))).toBeCloseTo(
      over((x, i) => plain(x, targets.data[i]!)),
      12,
    )
    for (const t of [0, 1, 0.9])
      expect(compute(binaryCrossentropy(value(logits), t))).toBeCloseTo(
        over((x) => plain(x, t)),
        12,
      )
  })

  test('is finite, with finite gradients, for logits whose probability rounds to 0 or 1', () => {
    const x = input('x', [4])
    for (const t of [0, 1, 0.5]) {
      const loss = binaryCrossentropy(x, t)
      const [dx] = gradients(loss, [x])
      const found = interpret({ loss, dx: dx! }, { x: tensor([1e4, -1e4, 800, -800]) })
      expect(found.loss!.data[0]).toBeCloseTo(2700, 6) // half of the logits are 1e4 or 800 off
      expect([...found.dx!.data].map((g) => g * 4 + 0)).toEqual([1 - t, 0 - t, 1 - t, 0 - t])
    }
  })

  test('needs one pass for a constant target', () => {
    const x = input('x', [4])
    const operators = (loss: Value): string[] =>
      sortNodes([loss])
        .map(({ op }) => op)
        .filter((op) => op !== 'Input')
    expect(operators(binaryCrossentropy(x, 0))).toEqual(['Softplus', 'ReduceMean'])
    expect(operators(binaryCrossentropy(x, 1))).toEqual(['Neg', 'Softplus', 'ReduceMean'])
  })

  test('takes labels of an integer type', () => {
    const labels = literal([1, 0], 'uint8')
    expect(compute(binaryCrossentropy(value(tensor([0, 0])), labels))).toBeCloseTo(Math.LN2, 12)
  })

  test('refuses shapes that merely broadcast and numbers that are no probability', () => {
    expect(() => binaryCrossentropy(input('x', [4, 1]), input('t', [4]))).toThrow(ShapeError)
    expect(() => binaryCrossentropy(input('x', [4, 1]), input('t', [4]))).toThrow(
      'binaryCrossentropy: prediction and target must have one shape, got [4, 1] and [4]',
    )
    expect(() => binaryCrossentropy(input('x', [4]), -1)).toThrow(ConfigError)
    expect(() => binaryCrossentropy(input('x', [4]), Number.NaN)).toThrow('target must be finite, got NaN')
  })
})

describe('logitsOf', () => {
  test('finds what the sigmoid was applied to', () => {
    const x = tanh(input('x', [2, 1]))
    expect(logitsOf(sigmoid(x))).toBe(x)
    expect(logitsOf(identity(sigmoid(x)))).toBe(x)
    const stopped = logitsOf(stopGradient(sigmoid(x))).node
    expect([stopped.op, stopped.inputs]).toEqual(['StopGradient', [x]])
    const { shape, node } = logitsOf(reshape(sigmoid(x), [2]))
    expect([shape, node.op, node.inputs]).toEqual([[2], 'Reshape', [x]])
  })

  test('names what it found instead', () => {
    const x = input('x', [2, 1])
    expect(() => logitsOf(tanh(x))).toThrow(ConfigError)
    expect(() => logitsOf(tanh(x))).toThrow(
      "logitsOf: expects a value that ends in Sigmoid, got one that ends in Tanh; end the network with activation 'sigmoid'",
    )
    expect(() => logitsOf(reshape(tanh(x), [2]))).toThrow('ends in Tanh')
    expect(() => logitsOf(x)).toThrow('ends in Input')
  })
})

/** log softmax of a row, plainly. */
const logSoftmaxOf = (row: readonly number[]): number[] => {
  const total = Math.log(row.reduce((sum, x) => sum + Math.exp(x), 0))
  return row.map((x) => x - total)
}
const rows = [0, 1, 2, 3].map((i) => [...logits.data.slice(3 * i, 3 * i + 3)])

describe('cross-entropy of classes', () => {
  test('with probabilities is -sum t log softmax, averaged over the examples', () => {
    const expected = average(
      rows.map((row, i) => -logSoftmaxOf(row).reduce((sum, l, c) => sum + l * targets.data[3 * i + c]!, 0)),
    )
    expect(compute(categoricalCrossentropy(value(logits), value(targets)))).toBeCloseTo(expected, 12)
  })

  test.each(['int64', 'int32', 'uint8'] as const)('with %s labels picks the label', (dtype) => {
    const labels = [2, 0, 1, 1]
    const expected = average(rows.map((row, i) => -logSoftmaxOf(row)[labels[i]!]!))
    const found = sparseCategoricalCrossentropy(value(logits), literal(labels, dtype))
    expect(compute(found)).toBeCloseTo(expected, 12)
  })

  test('treats every axis but the last as examples', () => {
    const apart = reshape(value(logits), [2, 2, 3])
    const found = sparseCategoricalCrossentropy(
      apart,
      literal(
        [
          [2, 0],
          [1, 1],
        ],
        'int64',
      ),
    )
    const flat = sparseCategoricalCrossentropy(value(logits), literal([2, 0, 1, 1], 'int64'))
    expect(compute(found)).toBeCloseTo(compute(flat), 12)
  })

  test('stays finite for logits of any size', () => {
    const large = value(tensor([[1e4, -1e4, 0]]))
    expect(compute(sparseCategoricalCrossentropy(large, literal([1], 'int64')))).toBeCloseTo(2e4, 6)
    expect(compute(categoricalCrossentropy(large, value(tensor([[1, 0, 0]]))))).toBeCloseTo(0, 12)
  })

  test('refuses labels that are no integers or do not fit', () => {
    const x = input('x', [4, 3])
    expect(() => sparseCategoricalCrossentropy(x, input('t', [4]))).toThrow(/must be integers.*got float32/)
    expect(() => sparseCategoricalCrossentropy(x, input('t', [4, 1], 'int64'))).toThrow(
      'logits [4, 3] need labels [4], got [4, 1]',
    )
    expect(() => categoricalCrossentropy(x, input('t', [4]))).toThrow(ShapeError)
  })
})

describe('losses of real numbers and scores', () => {
  test('meanSquaredError and meanAbsoluteError average over all elements', () => {
    expect(compute(meanSquaredError(value(logits), value(targets)))).toBeCloseTo(
      over((x, i) => (x - targets.data[i]!) ** 2),
      12,
    )
    expect(compute(meanAbsoluteError(value(logits), value(targets)))).toBeCloseTo(
      over((x, i) => Math.abs(x - targets.data[i]!)),
      12,
    )
    expect(compute(meanSquaredError(value(logits), 1))).toBeCloseTo(
      over((x) => (x - 1) ** 2),
      12,
    )
  })

  test('hinge is max(0, 1 - target score)', () => {
    for (const t of [1, -1])
      expect(compute(hinge(value(logits), t))).toBeCloseTo(
        over((x) => Math.max(0, 1 - t * x)),
        12,
      )
    const signs = Array.from(logits.data, (_, i) => (i % 2 === 0 ? 1 : -1))
    expect(compute(hinge(value(logits), constant(signs, [4, 3], 'int32')))).toBeCloseTo(
      over((x, i) => Math.max(0, 1 - signs[i]! * x)),
      12,
    )
  })

  test('wasserstein is the mean of -target score', () => {
    expect(compute(wasserstein(value(logits), 1))).toBeCloseTo(-over((x) => x), 12)
    expect(compute(wasserstein(value(logits), -1))).toBeCloseTo(
      over((x) => x),
      12,
    )
    expect(compute(wasserstein(value(logits), value(targets)))).toBeCloseTo(
      -over((x, i) => x * targets.data[i]!),
      12,
    )
  })

  test('scores refuse the targets of probabilities', () => {
    expect(() => hinge(input('x', [2]), 0)).toThrow('hinge: target must be 1 or -1, got 0')
    expect(() => wasserstein(input('x', [2]), 0.5)).toThrow(ConfigError)
  })
})

describe('klDivergence', () => {
  test('is zero for the standard normal and grows away from it', () => {
    const zeros = value(tensor([[0, 0]]))
    expect(compute(klDivergence(zeros, zeros))).toBe(0)
    expect(compute(klDivergence(value(tensor([[1, 0]])), zeros))).toBeCloseTo(0.5, 12)
  })

  test('agrees with the integral of p log(p / q)', () => {
    const [mean, logVariance] = [0.7, -0.4]
    const deviation = Math.exp(logVariance / 2)
    let integral = 0
    const h = 1e-3
    for (let x = -12; x < 12; x += h) {
      const z = (x - mean) / deviation
      const logP = -(z * z) / 2 - Math.log(deviation)
      integral += (h * Math.exp(logP) * (logP + (x * x) / 2)) / Math.sqrt(2 * Math.PI)
    }
    const found = klDivergence(value(tensor([[mean]])), value(tensor([[logVariance]])))
    expect(compute(found)).toBeCloseTo(integral, 9)
  })

  test('sums over the last axis and averages over the examples', () => {
    const mean = value(
      tensor([
        [1, 2],
        [3, 0],
      ]),
    )
    const found = klDivergence(
      mean,
      value(
        tensor([
          [0, 0],
          [0, 0],
        ]),
      ),
    )
    expect(compute(found)).toBeCloseTo((0.5 * (1 + 4) + 0.5 * 9) / 2, 12)
    expect(() => klDivergence(mean, input('v', [2]))).toThrow(ShapeError)
  })
})

describe('accuracy', () => {
  test('counts logits above zero as true, as Keras does probabilities above .5', () => {
    const x = value(tensor([2, -1, 0, 0.5]))
    expect(compute(binaryAccuracy(x, 1))).toBe(0.5)
    expect(compute(binaryAccuracy(x, 0))).toBe(0.5)
    expect(compute(binaryAccuracy(x, 0.9))).toBe(0.5)
    expect(compute(binaryAccuracy(x, value(tensor([1, 0, 0, 0]))))).toBe(0.75)
    expect(compute(binaryAccuracy(x, literal([1, 1, 1, 1], 'int64')))).toBe(0.5)
  })

  test('of classes counts the examples whose largest logit is the label', () => {
    const x = value(
      tensor([
        [1, 3, 2],
        [5, 1, 1],
        [0, 0, 1],
        [2, 1, 0],
      ]),
    )
    expect(compute(sparseCategoricalAccuracy(x, literal([1, 0, 2, 2], 'int32')))).toBe(0.75)
  })
})

describe('softmaxDivergence', () => {
  test('is the divergence of one softmax from the other, averaged over the examples, and zero for equal ones', () => {
    const others = normalTensor([4, 3], 'others')
    const row = ({ data }: Tensor, i: number): number[] => {
      const raised = Array.from(data.slice(3 * i, 3 * i + 3), Math.exp)
      const total = raised.reduce((a, b) => a + b, 0)
      return raised.map((e) => e / total)
    }
    const plain = [0, 1, 2, 3].map((i) => {
      const [p, q] = [row(logits, i), row(others, i)]
      return p.reduce((sum, each, c) => sum + each * Math.log(each / q[c]!), 0)
    })
    expect(compute(softmaxDivergence(value(logits), value(others)))).toBeCloseTo(average(plain), 12)
    expect(compute(softmaxDivergence(value(logits), value(logits)))).toBe(0)
    expect(() => softmaxDivergence(value(logits), literal([1, 2, 3]))).toThrow(ShapeError)
  })

  test('is finite where probabilities round to 0', () => {
    const [a, b] = [literal([[1e3, -1e3]]), literal([[-1e3, 1e3]])]
    expect(compute(softmaxDivergence(a, b))).toBe(2000)
  })
})

describe('derivatives of losses agree with directional differences', () => {
  const x = logits
  const t = value(targets)
  const labels = literal([2, 0, 1, 1], 'int64')
  test.each<[string, (x: Value) => Value]>([
    ['binaryCrossentropy to 1', (v) => binaryCrossentropy(v, 1)],
    ['binaryCrossentropy to 0', (v) => binaryCrossentropy(v, 0)],
    ['binaryCrossentropy to values', (v) => binaryCrossentropy(v, t)],
    ['categoricalCrossentropy', (v) => categoricalCrossentropy(v, t)],
    ['sparseCategoricalCrossentropy', (v) => sparseCategoricalCrossentropy(v, labels)],
    ['meanSquaredError', (v) => meanSquaredError(v, t)],
    ['meanAbsoluteError', (v) => meanAbsoluteError(v, t)],
    ['hinge', (v) => hinge(v, -1)],
    ['wasserstein', (v) => wasserstein(v, t)],
    ['klDivergence', (v) => klDivergence(v, t)],
    ['softmaxDivergence', (v) => softmaxDivergence(v, t)],
    ['softmaxDivergence, the other side', (v) => softmaxDivergence(t, v)],
  ])('%s', (_, loss) => {
    expectDerivatives(({ x: given }) => loss(given), { x })
  })
})
