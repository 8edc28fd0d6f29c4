// Training under attack and noise: every objective against the same step in plain float64 numbers, gradients by differences.
import { describe, expect, it } from 'vitest'
import { batchNormalization, dense, dropout } from '../../src/layers/index.ts'
import { sequential } from '../../src/layers/network.ts'
import {
  adversarial,
  fastAdversarial,
  freeAdversarial,
  noisyClassification,
  type Objective,
  trades,
} from '../../src/objectives/index.ts'
import { sgd } from '../../src/optimizers/index.ts'
import { stepGraph } from '../../src/training/step.ts'
import { ConfigError, ShapeError } from '../../src/util/errors.ts'
import { type Arrays, feedsOf, largestDifference, noisyState, runStep } from '../training/run-step.ts'
import { columnsOf, randomSource } from '../training/tiny-gan.ts'
import { descend, mean, plainNetwork, rowsOf, type Weights } from './plain-players.ts'

const [batchSize, RATE, EPS] = [5, 0.5, 0.2]
const classifier = sequential({ name: 'classifier', input: [2] }, [
  dense({ units: 3, activation: 'tanh' }),
  dense({ units: 3 }),
])
const common = () => ({ name: 'tiny', classifier, optimizer: sgd({ learningRate: RATE }) })
const source = randomSource(20, [2])
const columns = columnsOf([2])

type Rows = readonly (readonly number[])[]
const logitsOf = (w: Weights, row: readonly number[]): number[] => plainNetwork(w, 'classifier', row)
const logSoftmaxOf = (logits: readonly number[]): number[] => {
  const total = Math.log(logits.reduce((sum, z) => sum + Math.exp(z), 0))
  return logits.map((z) => z - total)
}
const crossEntropy = (w: Weights, rows: Rows, labels: readonly number[]): number =>
  mean(rows.map((row, i) => -logSoftmaxOf(logitsOf(w, row))[labels[i]!]!))
const divergence = (p: readonly number[], q: readonly number[]): number => {
  const [a, b] = [logSoftmaxOf(p), logSoftmaxOf(q)]
  return a.reduce((sum, log, c) => sum + Math.exp(log) * (log - b[c]!), 0)
}
const accuracy = (w: Weights, rows: Rows, labels: readonly number[]): number =>
  mean(
    rows.map((row, i) => {
      const logits = logitsOf(w, row)
      return logits.indexOf(Math.max(...logits)) === labels[i] ? 1 : 0
    }),
  )
const clip = (value: number, low: number, high: number): number => Math.min(Math.max(value, low), high)

/** The sign of a slope, by central differences. */
function signs(loss: (row: readonly number[]) => number, row: readonly number[]): number[] {
  const h = 1e-5
  return row.map((_, j) =>
    Math.sign(
      loss(row.map((v, k) => (k === j ? v + h : v))) - loss(row.map((v, k) => (k === j ? v - h : v))),
    ),
  )
}

/** Projected gradient ascent, row by row. */
function attacked(
  rows: Rows,
  starts: Rows,
  { eps, stepSize, steps }: { eps: number; stepSize: number; steps: number },
  loss: (row: readonly number[], i: number) => number,
): number[][] {
  return rows.map((row, i) => {
    const within = (x: readonly number[]): number[] =>
      x.map((value, j) => clip(value, Math.max(row[j]! - eps, 0), Math.min(row[j]! + eps, 1)))
    let x = within(starts[i]!)
    for (let step = 0; step < steps; step++) {
      const slope = signs((at) => loss(at, i), x)
      x = within(x.map((value, j) => value + stepSize * slope[j]!))
    }
    return x
  })
}

interface PlainStep {
  readonly w: Weights
  readonly metrics: Readonly<Record<string, number>>
}
type Feeds = ReturnType<typeof feedsOf>
const labelsOf = (feeds: Feeds): number[] => Array.from(feeds.labels!.data)
const plus = (rows: Rows, others: Rows, factor = 1): number[][] =>
  rows.map((row, i) => row.map((value, j) => value + factor * others[i]![j]!))

/** The step of an objective and the same in plain numbers, several steps in a row. */
function expectPlain(
  objective: Objective,
  plain: (w: Weights, feeds: Feeds, step: number) => PlainStep,
): void {
  const step = stepGraph(objective, { batchSize, columns })
  let state: Arrays = noisyState(step, 3, 0.8)
  let w: Weights = Object.fromEntries(
    Object.entries(state).filter(([name]) => name.startsWith('classifier/')),
  )
  for (let index = 0; index < 3; index++) {
    const feeds = feedsOf(step, source, index, { batches: 'epoch' })
    const result = runStep(step, state, feeds)
    const expected = plain(w, feeds, index)
    for (const [name, value] of Object.entries(expected.metrics))
      expect(result.metrics[name], `${name}, step ${index}`).toBeCloseTo(value, 8)
    const weights = Object.fromEntries(Object.entries(result.state).filter(([name]) => name in w))
    expect(largestDifference(weights, expected.w as Arrays)).toBeLessThan(1e-7)
    state = result.state
    w = Object.fromEntries(Object.entries(weights))
  }
}

/** What adversarial training is in plain numbers. */
const plainAdversarial =
  (settings: { stepSize: number; steps: number; warmup?: number }) =>
  (w: Weights, feeds: Feeds, step: number): PlainStep => {
    const share = Math.min(1, (step + 1) / ((settings.warmup ?? 0) + 1))
    const [rows, labels] = [rowsOf(feeds.images!.data), labelsOf(feeds)]
    const starts = plus(rows, rowsOf(feeds['classifier/uniform-0']!.data), share)
    const scaled = { eps: EPS * share, stepSize: settings.stepSize * share, steps: settings.steps }
    const found = attacked(rows, starts, scaled, (row, i) => crossEntropy(w, [row], [labels[i]!]))
    return {
      w: descend(w, 'classifier', RATE, (now) => crossEntropy(now, found, labels)),
      metrics: {
        loss: crossEntropy(w, found, labels),
        cleanLoss: crossEntropy(w, rows, labels),
        accuracy: accuracy(w, rows, labels),
        robustAccuracy: accuracy(w, found, labels),
      },
    }
  }

describe('adversarial training', () => {
  it('learns what PGD finds, as plain numbers do', () => {
    expectPlain(
      adversarial({ ...common(), eps: EPS, attackSteps: 4, stepSize: 0.07 }),
      plainAdversarial({ stepSize: 0.07, steps: 4 }),
    )
  })

  it('lets the reach of its attacker grow where asked', () => {
    expectPlain(
      adversarial({ ...common(), eps: EPS, attackSteps: 2, stepSize: 0.1, warmup: 1 }),
      plainAdversarial({ stepSize: 0.1, steps: 2, warmup: 1 }),
    )
  })

  it('in one step is the fast one, with a step of 1.25 eps', () => {
    expectPlain(
      fastAdversarial({ ...common(), eps: EPS }),
      plainAdversarial({ stepSize: 1.25 * EPS, steps: 1 }),
    )
  })

  it('attacks in inference mode and learns in training mode: one dropout mask, one move of the statistics', () => {
    const withModes = sequential({ name: 'classifier', input: [2] }, [
      dense({ units: 3 }),
      batchNormalization(),
      dropout({ rate: 0.5 }),
      dense({ units: 3 }),
    ])
    const step = stepGraph(adversarial({ ...common(), classifier: withModes, attackSteps: 3 }), {
      batchSize,
      columns,
    })
    expect(step.feeds.filter(({ kind }) => kind === 'dropout')).toHaveLength(1)
    const state = noisyState(step, 2, 0.3)
    const name = 'classifier/batch-normalization/movingVariance'
    expect(Object.keys(state)).toContain(name)
    const after = runStep(step, state, feedsOf(step, source, 0, { batches: 'epoch' })).state
    expect(largestDifference({ [name]: after[name]! }, { [name]: state[name]! })).toBeGreaterThan(0)
  })
})

describe('TRADES', () => {
  it('learns the labels of images as they are, and to stay the same nearby, as plain numbers do', () => {
    const beta = 2
    expectPlain(
      trades({ ...common(), eps: EPS, attackSteps: 3, stepSize: 0.08, beta }),
      (w, feeds): PlainStep => {
        const [rows, labels] = [rowsOf(feeds.images!.data), labelsOf(feeds)]
        const starts = plus(rows, rowsOf(feeds['classifier/normal-0']!.data))
        const found = attacked(rows, starts, { eps: EPS, stepSize: 0.08, steps: 3 }, (row, i) =>
          divergence(logitsOf(w, rows[i]!), logitsOf(w, row)),
        )
        const loss = (now: Weights): number =>
          crossEntropy(now, rows, labels) +
          beta * mean(rows.map((row, i) => divergence(logitsOf(now, row), logitsOf(now, found[i]!))))
        return {
          w: descend(w, 'classifier', RATE, loss),
          metrics: {
            loss: loss(w),
            cleanLoss: crossEntropy(w, rows, labels),
            accuracy: accuracy(w, rows, labels),
            robustAccuracy: accuracy(w, found, labels),
          },
        }
      },
    )
  })
})

describe('free adversarial training', () => {
  it('replays a batch while weights and perturbation move, and hands the perturbation on, as plain numbers do', () => {
    let perturbation: number[][] = Array.from({ length: batchSize }, () => [0, 0])
    const objective = freeAdversarial({ ...common(), eps: EPS, replays: 3, attackSteps: 2 })
    const step = stepGraph(objective, { batchSize, columns })
    expect(step.state.find(({ name }) => name === 'variable/perturbation')!.shape).toEqual([batchSize, 2])
    let state: Arrays = {
      ...noisyState(step, 3, 0.8),
      'variable/perturbation': new Float64Array(2 * batchSize),
    }
    let w: Weights = Object.fromEntries(
      Object.entries(state).filter(([name]) => name.startsWith('classifier/')),
    )
    for (let index = 0; index < 2; index++) {
      const feeds = feedsOf(step, source, index, { batches: 'epoch' })
      const [rows, labels] = [rowsOf(feeds.images!.data), labelsOf(feeds)]
      let [loss, robust] = [0, 0]
      for (let replay = 0; replay < 3; replay++) {
        const seen = plus(rows, perturbation).map((row) => row.map((v) => clip(v, 0, 1)))
        ;[loss, robust] = [crossEntropy(w, seen, labels), accuracy(w, seen, labels)]
        const before = w
        const slopes = perturbation.map((shift, i) =>
          signs(
            (moved) =>
              crossEntropy(before, [rows[i]!.map((v, j) => clip(v + moved[j]!, 0, 1))], [labels[i]!]),
            shift,
          ),
        )
        w = descend(w, 'classifier', RATE, (now) => crossEntropy(now, seen, labels))
        perturbation = perturbation.map((shift, i) =>
          shift.map((v, j) => clip(v + EPS * slopes[i]![j]!, -EPS, EPS)),
        )
      }
      const result = runStep(step, state, feeds)
      expect(result.metrics.loss).toBeCloseTo(loss, 7)
      expect(result.metrics.robustAccuracy).toBeCloseTo(robust, 7)
      const weights = Object.fromEntries(Object.entries(result.state).filter(([name]) => name in w))
      expect(largestDifference(weights, w as Arrays)).toBeLessThan(1e-6)
      expect(Array.from(result.state['variable/perturbation']!)).toEqual(
        perturbation.flat().map((value) => expect.closeTo(value, 12)),
      )
      state = result.state
      w = weights
    }
  })
})

describe('classification under noise', () => {
  it('learns images with normal noise, as plain numbers do', () => {
    expectPlain(noisyClassification({ ...common(), noise: 0.5 }), (w, feeds): PlainStep => {
      const [rows, labels] = [rowsOf(feeds.images!.data), labelsOf(feeds)]
      const noisy = plus(rows, rowsOf(feeds['classifier/normal-0']!.data))
      return {
        w: descend(w, 'classifier', RATE, (now) => crossEntropy(now, noisy, labels)),
        metrics: {
          loss: crossEntropy(w, noisy, labels),
          cleanLoss: crossEntropy(w, rows, labels),
          accuracy: accuracy(w, rows, labels),
          noisyAccuracy: accuracy(w, noisy, labels),
        },
      }
    })
  })
})

describe('what cannot be trained so', () => {
  it.each([
    [{ eps: 0 }, 'adversarial "tiny": eps must be a number with 0 < eps <= 1, got 0'],
    [{ eps: 8 }, 'got 8'],
    [{ attackSteps: 1.5 }, 'attackSteps must be an integer with attackSteps >= 1, got 1.5'],
    [{ stepSize: -1 }, 'stepSize must be a number with stepSize > 0, got -1'],
    [{ warmup: -1 }, 'warmup must be an integer with warmup >= 0, got -1'],
    [{ epsilon: 0.1 }, 'adversarial "tiny": unknown option "epsilon"'],
  ])('%o is refused in words', (options, message) => {
    expect(() => adversarial({ ...common(), ...options })).toThrow(ConfigError)
    expect(() => adversarial({ ...common(), ...options })).toThrow(message)
  })

  it('nor what the others do not take', () => {
    expect(() => trades({ ...common(), beta: -1 })).toThrow(
      'trades "tiny": beta must be a number with beta >= 0, got -1',
    )
    expect(() => freeAdversarial({ ...common(), replays: 0 })).toThrow(
      'replays must be an integer with replays >= 1',
    )
    expect(() => noisyClassification({ ...common(), noise: 0 })).toThrow(
      'noise must be a number with noise > 0, got 0',
    )
    const boxes = sequential({ name: 'classifier', input: [2, 2] }, [dense({ units: 3 })])
    expect(() => adversarial({ ...common(), classifier: boxes })).toThrow(ShapeError)
  })
})
