// The Wasserstein GAN with gradient penalty as a step, against the paper's algorithm in plain numbers.
import { describe, expect, it } from 'vitest'
import { dense, sequential } from '../../src/layers/index.ts'
import { type WganGpOptions, wganGp } from '../../src/objectives/wgan-gp.ts'
import { sgd } from '../../src/optimizers/index.ts'
import { stepGraph } from '../../src/training/step.ts'
import { ConfigError, ShapeError } from '../../src/util/errors.ts'
import { feedsOf, largestDifference, noisyState, runStep } from '../training/run-step.ts'
import { descend, mean, plainNetwork, points, rowsOf, type Weights } from './plain-players.ts'

const generator = sequential({ name: 'generator', input: { z: [2] }, output: 'points' }, [
  dense({ units: 3, activation: 'tanh' }),
  dense({ units: 2 }),
])
const critic = sequential({ name: 'critic', input: { points: [2] } }, [
  dense({ units: 4, activation: 'tanh' }),
  dense({ units: 1 }),
])
const RATES = { critic: 0.125, generator: 0.25 }
const options: WganGpOptions = {
  name: 'tiny',
  generator,
  critic,
  generatorOptimizer: sgd({ learningRate: RATES.generator }),
  criticOptimizer: sgd({ learningRate: RATES.critic }),
  penalty: 3,
  criticUpdates: 2,
}

const step = stepGraph(wganGp(options), { batchSize: 3, columns: points.columns })
const start = noisyState(step, 3, 0.3)
const feeds = feedsOf(step, points, 0)

/** Length of the critic's gradient at a point: sum of v (1 - tanh²) by the rows of its first kernel. */
function slopeAt(w: Weights, x: readonly number[]): number {
  const [kernel, bias, v] = ['dense/kernel', 'dense/bias', 'dense-1/kernel'].map(
    (name) => w[`critic/${name}`]!,
  )
  const units = bias!.length
  const slopes = x.map((_, axis) =>
    Array.from(bias!).reduce((sum, b, k) => {
      const h = Math.tanh(x.reduce((at, value, i) => at + value * kernel![i * units + k]!, b))
      return sum + kernel![axis * units + k]! * (1 - h * h) * v![k]!
    }, 0),
  )
  return Math.hypot(...slopes)
}

const score = (w: Weights, x: readonly number[]): number => plainNetwork(w, 'critic', x)[0]!
const make = (w: Weights, latents: string): number[][] =>
  rowsOf(feeds[latents]!.data).map((z) => plainNetwork(w, 'generator', z))

/** What the critic finds in one of its updates, whose inputs have these names. */
function criticOf(w: Weights, { real, prefix }: { real: string; prefix: string }) {
  const reals = rowsOf(feeds[real]!.data)
  const fakes = make(w, `${prefix}/normal-0`)
  const shares = feeds[`${prefix}/uniform-1`]!.data
  const between = reals.map((row, i) => row.map((x, j) => fakes[i]![j]! + shares[i]! * (x - fakes[i]![j]!)))
  const slopes = between.map((x) => slopeAt(w, x))
  const distance = mean(reals.map((x) => score(w, x))) - mean(fakes.map((x) => score(w, x)))
  return { distance, slope: mean(slopes), loss: 3 * mean(slopes.map((s) => (s - 1) ** 2)) - distance }
}
const generatorLoss = (w: Weights): number => -mean(make(w, 'generator/normal-0').map((x) => score(w, x)))

const [firstInputs, secondInputs] = [
  { real: 'points', prefix: 'critic' },
  { real: 'points-1', prefix: 'critic-1' },
]
const first = descend(start, 'critic', RATES.critic, (w) => criticOf(w, firstInputs!).loss)
const second = descend(first, 'critic', RATES.critic, (w) => criticOf(w, secondInputs!).loss)
const third = descend(second, 'generator', RATES.generator, generatorLoss)

describe('a step of WGAN-GP', () => {
  const got = runStep(step, start, feeds)

  it('gives every update of the critic a batch, latents and places between of its own', () => {
    expect(
      step.feeds.filter(({ kind }) => kind !== 'number').map(({ name, shape }) => [name, ...shape]),
    ).toEqual([
      ['points', 3, 2],
      ['critic/normal-0', 3, 2],
      ['critic/uniform-1', 3],
      ['points-1', 3, 2],
      ['critic-1/normal-0', 3, 2],
      ['critic-1/uniform-1', 3],
      ['generator/normal-0', 3, 2],
    ])
  })

  it('changes the weights of both players as plain numbers do', () => {
    expect(largestDifference(got.state, third as Record<string, Float64Array>)).toBeLessThan(1e-8)
    for (const name of Object.keys(start)) {
      // The score's bias moves real and made examples alike: nothing pulls at it.
      const moves = name === 'critic/dense-1/bias' ? 0 : 1e-5
      expect(largestDifference({ a: got.state[name]! }, { a: start[name]! }), name).toBeGreaterThanOrEqual(
        moves,
      )
    }
  })

  it("logs the distance and the slope of the critic's last update, and the generator's loss", () => {
    const found = criticOf(first, secondInputs!)
    expect(Object.keys(got.metrics)).toEqual(['distance', 'generatorLoss', 'slope'])
    expect(got.metrics.distance).toBeCloseTo(found.distance, 10)
    expect(got.metrics.slope).toBeCloseTo(found.slope, 10)
    expect(got.metrics.generatorLoss).toBeCloseTo(generatorLoss(second), 10)
  })

  it('is told apart from one without the penalty', () => {
    const free = stepGraph(wganGp({ ...options, penalty: 0 }), { batchSize: 3, columns: points.columns })
    expect(largestDifference(runStep(free, start, feeds).state, got.state)).toBeGreaterThan(1e-3)
  })
})

describe('wganGp', () => {
  const refuse = (changed: object, kind: new (message: string) => Error, message: RegExp): void => {
    const attempt = () => wganGp({ ...options, ...changed })
    expect(attempt).toThrow(kind)
    expect(attempt).toThrow(message)
  }

  it('updates the critic five times with a penalty of ten unless told', () => {
    const { penalty: _, criticUpdates: __, ...rest } = options
    expect(wganGp(rest).phases[0]).toMatchObject({ name: 'critic', repeats: 5 })
    const [usual, ten] = [rest, { ...options, criticUpdates: 5, penalty: 10 }].map((given) => {
      const made = stepGraph(wganGp(given), { batchSize: 3, columns: points.columns })
      return runStep(made, start, feedsOf(made, points, 0)).state
    })
    expect(usual).toEqual(ten)
  })

  it('refuses options that are out of range or unknown', () => {
    refuse({ penalty: -1 }, ConfigError, /wganGp "tiny": penalty .*-1/)
    refuse({ criticUpdates: 0 }, ConfigError, /criticUpdates must be an integer.* 0/)
    refuse({ criticUpdates: 1.5 }, ConfigError, /criticUpdates must be an integer.* 1.5/)
    refuse({ criticUpdate: 5 }, ConfigError, /"criticUpdate"; did you mean "criticUpdates"/)
    refuse({ critic: undefined }, ConfigError, /critic/)
    refuse({ criticOptimizer: 'adam' }, ConfigError, /criticOptimizer/)
  })

  it('refuses networks that do not fit together', () => {
    const wide = sequential({ name: 'critic', input: { points: [3] } }, [dense({ units: 1 })])
    refuse({ critic: wide }, ShapeError, /must take what the generator makes, \[2\], but takes \[3\]/)
    const two = sequential({ name: 'critic', input: { points: [2] } }, [dense({ units: 2 })])
    refuse({ critic: two }, ShapeError, /end in one number, the score, got \[2\]; end it with dense/)
  })
})
