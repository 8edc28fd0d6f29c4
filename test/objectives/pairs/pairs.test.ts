// Every objective of a pair: its step against plain numbers (float64, central differences), packing, and what each refuses.
import { describe, expect, it } from 'vitest'
import { batchNormalization, dense, sequential } from '../../../src/layers/index.ts'
import { PAIR_LOSSES, type PairSettings, pairObjective, pairSettings } from '../../../src/objectives/index.ts'
import { offeredBy } from '../../../src/objectives/offer.ts'
import { unrolledGan } from '../../../src/objectives/unrolled-gan.ts'
import { adam } from '../../../src/optimizers/index.ts'
import { stepGraph } from '../../../src/training/step.ts'
import { reportGraph } from '../../../src/training/validation.ts'
import { ConfigError } from '../../../src/util/errors.ts'
import type { Shape } from '../../../src/util/shape.ts'
import { type Arrays, feedsOf, largestDifference, noisyState, runStep } from '../../training/run-step.ts'
import { plainNetwork, points, slopesOf, type Weights } from '../plain-players.ts'
import { PLAIN, type Plain, packedRows, plainReconstructor, rowsOf, slopeAt } from './plain-losses.ts'

const generator = sequential({ name: 'generator', input: { z: [2] }, output: 'points' }, [
  dense({ units: 3, activation: 'tanh' }),
  dense({ units: 2 }),
])
const discriminator = (shape: Shape) =>
  sequential({ name: 'discriminator', input: { points: shape } }, [
    dense({ units: 4, activation: 'tanh' }),
    dense({ units: 1, activation: 'sigmoid' }),
  ])
const BATCH = 4
const latent = { distribution: 'normal' } as const

const onlyWeights = (arrays: Weights): Arrays =>
  Object.fromEntries(
    Object.entries(arrays).filter(([name]) => /^(generator|discriminator|reconstructor)\//.test(name)),
  )

const pick = (arrays: Weights, network: string): Weights =>
  Object.fromEntries(Object.entries(arrays).filter(([name]) => name.startsWith(`${network}/`)))

/** One step from noisy weights with slots at rest. */
function stepOf(name: string, pack: number, changed: Partial<PairSettings> = {}) {
  const loss = PAIR_LOSSES.find((each) => each.name === name)!
  const settings = pairSettings(loss, [2], {
    ...(loss.usual([2]).lookahead === undefined ? {} : { lookahead: 0 }),
    discriminatorUpdates: 1,
    learningRate: 0.01,
    discriminatorRate: 0.01,
    beta1: 0,
    beta2: 0,
    ...changed,
  })
  const objective = pairObjective({ name: 'tiny', loss, generator, discriminator, latent, settings, pack })
  const step = stepGraph(objective, { batchSize: BATCH, columns: points.columns })
  const noisy = noisyState(step, 3, 0.4)
  const start = Object.fromEntries(
    Object.entries(noisy).map(([entry, data]) => [
      entry,
      /^optimizer/.test(entry) ? data.map(() => 0) : data,
    ]),
  )
  const feeds = feedsOf(step, points, 0)
  return { objective, step, settings, start, feeds, got: runStep(step, start, feeds) }
}

/** A phase's plain computation at any weights. */
const plainOfStep =
  ({ feeds, settings, pack }: Pick<ReturnType<typeof stepOf>, 'feeds' | 'settings'> & { pack: number }) =>
  (w: Weights, phase: string): Plain => ({
    real: packedRows(rowsOf(feeds.points!.data, 2), pack),
    fake: packedRows(
      rowsOf(feeds[`${phase}/normal-0`]!.data, 2).map((z) => plainNetwork(w, 'generator', z)),
      pack,
    ),
    z: packedRows(rowsOf(feeds[`${phase}/normal-0`]!.data, 2), pack),
    uniform: feeds[`${phase}/uniform-1`]?.data ?? [],
    settings,
    score: (row, _, latents = []) => plainNetwork(w, 'discriminator', [...row, ...latents])[0]!,
    slope: (row) => slopeAt(w, row, [...w['discriminator/dense-1/kernel']!], row.length),
    reconstruct: plainReconstructor(w, pack),
  })

it('every objective has a plain computation here', () => {
  expect(PAIR_LOSSES.map(({ name }) => name).sort()).toEqual(Object.keys(PLAIN).sort())
})

describe.each(PAIR_LOSSES.map(({ name }) => name))('%s', (name) => {
  describe.each([1, 2])('with packs of %i', (pack) => {
    const { settings, start, feeds, got } = stepOf(name, pack)
    const plainOf = plainOfStep({ feeds, settings, pack })
    const [lossOfD, lossOfG] = PLAIN[name]!
    const weights = onlyWeights(start)

    it('gives both players the gradients of plain losses, and moves them by those', () => {
      // Adam's sum of gradients begins at rest and keeps nothing (beta1 0): after one step it is the gradient.
      const given = (network: string): Arrays =>
        Object.fromEntries(
          Object.keys(got.state).flatMap((entry) => {
            const [, weight] = /^optimizer-\d+\/(.*)\/gradients$/.exec(entry) ?? []
            return weight?.startsWith(`${network}/`) ? [[weight, got.state[entry]!]] : []
          }),
        )
      const after = onlyWeights(got.state)
      const moved = { ...weights, ...pick(after, 'discriminator') }
      const [ofD, ofG] = [
        slopesOf(weights, 'discriminator', (w) => lossOfD(plainOf(w, 'discriminator'))),
        slopesOf(moved, 'generator', (w) => lossOfG(plainOf(w, 'generator'))),
      ]
      expect(largestDifference(given('discriminator'), ofD as Arrays)).toBeLessThan(1e-7)
      expect(largestDifference(given('generator'), ofG as Arrays)).toBeLessThan(1e-7)
      // A third player, where there is one, descends the generator's loss with it.
      const ofR = slopesOf(moved, 'reconstructor', (w) => lossOfG(plainOf(w, 'generator')))
      expect(largestDifference(given('reconstructor'), ofR as Arrays)).toBeLessThan(1e-7)
      expect(Object.keys(ofR).length > 0).toBe(name === 'veegan')
      for (const [entry, slopes] of Object.entries({ ...ofD, ...ofG, ...ofR }))
        slopes.forEach((slope, i) => {
          const by = after[entry]![i]! - weights[entry]![i]!
          if (Math.abs(slope) > 1e-5) expect(Math.sign(by), `${entry} ${i}`).toBe(-Math.sign(slope))
        })
      expect(got.metrics.discriminatorLoss).toBeCloseTo(lossOfD(plainOf(weights, 'discriminator')) / 2, 8)
      expect(got.metrics.generatorLoss).toBeCloseTo(lossOfG(plainOf(moved, 'generator')), 8)
    })

    it('can be measured on any number of held-out examples', () => {
      const { objective } = stepOf(name, pack)
      const { metrics } = reportGraph(objective, { batchSize: 3, columns: points.columns }, () => 0)
      expect(Object.keys(metrics)).toEqual(objective.logs.map((log) => log.name))
    })
  })

  it('has the settings of its paper, and says what it can do', () => {
    const loss = PAIR_LOSSES.find((each) => each.name === name)!
    const { learningRate, discriminatorUpdates = 1 } = { discriminatorUpdates: 1, ...loss.usual([28, 28, 1]) }
    expect(learningRate).toBeGreaterThan(0)
    expect(discriminatorUpdates).toBeGreaterThanOrEqual(1)
    const { objective } = stepOf(name, 1)
    expect(offeredBy(objective, 'generate')?.network).toBe('generator')
    expect(offeredBy(objective, 'judge') !== undefined).toBe(loss.isProbability && !loss.joint)
    const averaged = pairObjective({ name: 'tiny', loss, generator, discriminator, latent, ema: 0.9 })
    expect(offeredBy(averaged, 'generate')?.network).toBe('averaged')
  })

  it('refuses batch normalization exactly where examples must be judged one by one', () => {
    const loss = PAIR_LOSSES.find((each) => each.name === name)!
    const mixing = (shape: Shape) =>
      sequential({ name: 'discriminator', input: { points: shape } }, [
        dense({ units: 4 }),
        batchNormalization(),
        dense({ units: 1, activation: 'sigmoid' }),
      ])
    const make = () => pairObjective({ name: 'tiny', loss, generator, discriminator: mixing, latent })
    if (loss.perExample) {
      expect(make).toThrow(ConfigError)
      expect(make).toThrow(new RegExp(`--objective ${name} .*"batch-normalization".*mixes the examples`))
    } else expect(make).not.toThrow()
  })
})

describe('the balance of both players', () => {
  const kinds = (name: string): string[] => (stepOf(name, 1).objective.watches ?? []).map(({ kind }) => kind)
  const ALL = ['discriminator-won', 'generator-won', 'generator-loss-runaway']
  it('is watched by what a loss logs, and by the size of the loss of a generator only where that is -log D(G(z))', () => {
    const balance = Object.fromEntries(
      PAIR_LOSSES.map(({ name }) => [name, kinds(name).filter((kind) => ALL.includes(kind))]),
    )
    expect(balance).toEqual({
      ...{ minimax: ALL.slice(0, 1), 'non-saturating': ALL, 'least-squares': [], hinge: [], 'wgan-gp': [] },
      ...{ dragan: ALL, relativistic: [], r3gan: [], unrolled: ALL, veegan: ALL.slice(0, 1) },
    })
  })
})

describe('label smoothing', () => {
  it.each(['minimax', 'non-saturating', 'dragan', 'unrolled', 'veegan'])(
    'of %s lowers the target of real examples, and leaves the generator as it is',
    (name) => {
      const smoothed = stepOf(name, 1, { labelSmoothing: 0.1 })
      const hard = stepOf(name, 1)
      const weights = onlyWeights(smoothed.start)
      const [lossOfD] = PLAIN[name]!
      const expected = lossOfD(plainOfStep({ ...smoothed, pack: 1 })(weights, 'discriminator')) / 2
      expect(smoothed.got.metrics.discriminatorLoss).toBeCloseTo(expected, 8)
      expect(Math.abs(expected - hard.got.metrics.discriminatorLoss!)).toBeGreaterThan(1e-3)
    },
  )
  it('is an option of these only', () => {
    const having = PAIR_LOSSES.filter((loss) => Object.hasOwn(loss.usual([2]), 'labelSmoothing'))
    expect(having.map(({ name }) => name)).toEqual([
      ...['minimax', 'non-saturating', 'dragan', 'unrolled', 'veegan'],
    ])
  })
})

describe('packing', () => {
  it('is refused where it does not divide the batch', () => {
    expect(() => stepOf('non-saturating', 3)).toThrow(ConfigError)
    expect(() => stepOf('non-saturating', 3)).toThrow(/--pack 3: .*batch of 4; give --batch-size 6/)
  })
})

describe('unrolled', () => {
  it('looks ahead as unrolledGan does, which is held against brute force', () => {
    const adamOptions = { learningRate: 0.01, beta1: 0.5, beta2: 0.9 }
    const ours = stepOf('unrolled', 1, { lookahead: 3, beta1: 0.5, beta2: 0.9 })
    const theirs = stepGraph(
      unrolledGan({
        name: 'tiny',
        generator,
        discriminator: discriminator([2]),
        generatorOptimizer: adam(adamOptions),
        discriminatorOptimizer: adam(adamOptions),
        latent,
        lookahead: 3,
      }),
      { batchSize: BATCH, columns: points.columns },
    )
    const { state } = runStep(theirs, ours.start, feedsOf(theirs, points, 0))
    expect(largestDifference(onlyWeights(ours.got.state), onlyWeights(state))).toBeLessThan(1e-12)
    const blind = stepOf('unrolled', 1, { lookahead: 0, beta1: 0.5, beta2: 0.9 }).got.state
    expect(largestDifference(onlyWeights(blind), onlyWeights(state))).toBeGreaterThan(1e-6)
  })
})
