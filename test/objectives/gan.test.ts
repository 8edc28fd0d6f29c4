// The GAN objective as a step, against the chapter's algorithm in plain numbers.
import { describe, expect, it } from 'vitest'
import type { Tensor } from '../../src/graph/value.ts'
import { sgd } from '../../src/optimizers/index.ts'
import { stepGraph } from '../../src/training/step.ts'
import { feedsOf, largestDifference, noisyState, runStep } from '../training/run-step.ts'
import { columnsOf, randomSource, tinyGan } from '../training/tiny-gan.ts'
import { type Mistake, type PlainFeeds, plainStep, type Weights } from './plain-gan.ts'

const batchSize = 5
/** A power of two at every update, so that it is exact in float32, and another one each time. */
const halving = (before: number): number => 0.5 ** (1 + (before % 4))
const objective = tinyGan({ optimizer: () => sgd({ learningRate: halving }) })
const step = stepGraph(objective, { batchSize, columns: columnsOf([2, 2, 1]) })
const source = randomSource(12)
const start = noisyState(step, 11, 0.3)

function plainFeeds(feeds: Readonly<Record<string, Tensor>>, index: number): PlainFeeds {
  const data = (name: string): Float64Array => feeds[name]!.data as Float64Array
  const mask = (name: string, rate: number): Float64Array => data(name).map((kept) => kept / (1 - rate))
  return {
    images: data('images'),
    masks: {
      real: mask('real/dropout-0', 0.5),
      fake: mask('fake/dropout-1', 0.5),
      generator: mask('generator/dropout-2', 0.5),
    },
    generatorMask: mask('generator/dropout-1', 0.25),
    latents: { fake: data('fake/uniform-0'), generator: data('generator/uniform-0') },
    rates: { real: halving(2 * index), fake: halving(2 * index + 1), generator: halving(index) },
  }
}

/** `steps` steps in plain numbers. */
function plainRun(steps: number, mistake?: Mistake) {
  let weights: Weights = start
  const metrics: Record<string, number>[] = []
  for (let index = 0; index < steps; index++) {
    const result = plainStep(weights, plainFeeds(feedsOf(step, source, index), index), mistake)
    weights = result.weights
    metrics.push(result.metrics)
  }
  return { weights, metrics }
}

/** `steps` steps of the graph. */
function graphRun(steps: number) {
  let state = start
  const metrics: Readonly<Record<string, number>>[] = []
  for (let index = 0; index < steps; index++) {
    const result = runStep(step, state, feedsOf(step, source, index))
    state = result.state
    metrics.push(result.metrics)
  }
  return { weights: state, metrics }
}

const one = graphRun(1)

describe('a step of the GAN', () => {
  for (const steps of [1, 3])
    it(`changes weights, moving statistics and metrics as plain numbers do, over ${steps} step(s)`, () => {
      const [graph, plain] = [graphRun(steps), plainRun(steps)]
      expect(largestDifference(graph.weights, plain.weights)).toBeLessThan(1e-8)
      graph.metrics.forEach((row, i) => {
        expect(Object.keys(row)).toEqual(['generatorLoss', 'discriminatorLoss', 'discriminatorAccuracy'])
        for (const [name, value] of Object.entries(plain.metrics[i]!))
          expect(Math.abs(row[name]! - value), `${name} of step ${i}`).toBeLessThan(1e-9)
      })
    })

  const mistakes: readonly Mistake[] = [
    'fakes in training mode',
    'second update from the weights before the first',
    'generator against the discriminator before its updates',
    'gradient through the update on fakes',
    'generator without dropout',
    'discriminator without dropout in the generator phase',
    'no dropout mask on real examples',
    'moving statistics of unbiased variance',
    'inference by batch statistics',
  ]
  for (const mistake of mistakes)
    it(`is told apart from one with the mistake "${mistake}"`, () => {
      expect(largestDifference(one.weights, plainRun(1, mistake).weights)).toBeGreaterThan(1e-5)
    })

  it('moves every weight of both players', () => {
    for (const { name } of step.state) {
      const moved = one.weights[name]!.filter((value, i) => value !== start[name]![i])
      expect(moved.length, name).toBeGreaterThan(0)
    }
  })

  it('reports accuracies between the extremes, so that their mean says something', () => {
    const { metrics } = plainRun(3)
    const seen = new Set(metrics.map(({ discriminatorAccuracy }) => discriminatorAccuracy))
    expect(seen.size).toBeGreaterThan(1)
  })
})

describe('the options of the GAN', () => {
  const feedsWith = (options: Parameters<typeof tinyGan>[0]) =>
    stepGraph(tinyGan(options), { batchSize, columns: columnsOf([2, 2, 1]) }).feeds

  it('choose the distribution of the latents, in training and in sampling', () => {
    const drawsOf = (options: Parameters<typeof tinyGan>[0]) => tinyGan(options).offers?.generate?.draws
    const wide = { distribution: 'uniform', low: -1, high: 1 } as const
    const uniform = feedsWith({ latent: wide }).filter(({ kind }) => kind === 'uniform')
    expect(uniform).toMatchObject([
      { name: 'fake/uniform-0', low: -1, high: 1 },
      { name: 'generator/uniform-0', low: -1, high: 1 },
    ])
    expect(drawsOf({ latent: wide })).toEqual({ input: wide })
    const normal = feedsWith({ latent: { distribution: 'normal' } }).filter(({ kind }) => kind === 'normal')
    expect(normal).toMatchObject([
      { name: 'fake/normal-0', mean: 0, deviation: 1 },
      { name: 'generator/normal-0', mean: 0, deviation: 1 },
    ])
    expect(drawsOf({})).toEqual({ input: { distribution: 'uniform', low: 0, high: 1 } })
  })

  it('choose whether the generator drops units when it makes fakes for the discriminator', () => {
    const ratesOf = (fakes: 'inference' | 'training') =>
      feedsWith({ fakes }).flatMap((feed) =>
        feed.kind === 'dropout' && feed.name.startsWith('fake/') ? [feed.rate] : [],
      )
    expect(ratesOf('inference')).toEqual([0.5])
    expect(ratesOf('training')).toEqual([0.25, 0.5])
  })

  it('choose one update of the discriminator for the sum of both losses', () => {
    const makeStep = (updates: 'separate' | 'joint') =>
      stepGraph(tinyGan({ updates }), { batchSize, columns: columnsOf([2, 2, 1]) })
    const joint = makeStep('joint')
    const feeds = feedsOf(joint, source, 0)
    const rate = (loss: number) => ({
      ...feeds,
      'discriminator/learningRate': { shape: [], data: Float64Array.of(loss) },
    })
    const after = (learningRate: number) => runStep(joint, start, rate(learningRate))
    // The same batches, masks and latents for two updates that do not see each other, because nothing is learned.
    const separate = makeStep('separate')
    const names: Record<string, string> = {
      'real/dropout-0': 'discriminator/dropout-0',
      'fake/uniform-0': 'discriminator/uniform-1',
      'fake/dropout-1': 'discriminator/dropout-2',
    }
    const same = Object.fromEntries(
      separate.feeds.map(({ name, shape }) => [
        name,
        feeds[names[name] ?? name] ?? { shape, data: Float64Array.of(0) },
      ]),
    )
    const [one, two] = [after(0), runStep(separate, start, same)]
    for (const name of ['discriminatorLoss', 'discriminatorAccuracy'])
      expect(one.metrics[name], name).toBeCloseTo(two.metrics[name]!, 12)
    // One step down the slope of twice the reported mean loss.
    const learned = (learningRate: number) =>
      Object.fromEntries(
        Object.entries(after(learningRate).state).filter(([name]) => name.startsWith('discriminator/')),
      )
    const slope = Object.entries(learned(1))
      .flatMap(([name, data]) => [...data.map((x, i) => (start[name]![i]! - x) ** 2)])
      .reduce((sum, square) => sum + square, 0)
    const small = 1e-6
    const moved = runStep(joint, { ...start, ...learned(small) }, rate(0)).metrics.discriminatorLoss!
    expect((2 * (one.metrics.discriminatorLoss! - moved)) / small / slope).toBeCloseTo(1, 3)
  })

  it('leave the moving statistics of the generator to its own update', () => {
    const training = stepGraph(tinyGan({ fakes: 'training' }), { batchSize, columns: columnsOf([2, 2, 1]) })
    const { name } = training.state.find((entry) => /movingMean$/.test(entry.name))!
    const feeds = feedsOf(training, source, 0)
    const moved = runStep(training, start, feeds).state[name]!
    // The fake phase has latents of its own: had it moved the mean too, other latents would move it elsewhere.
    const others = { ...feeds, 'fake/uniform-0': feedsOf(training, source, 1)['fake/uniform-0']! }
    expect(runStep(training, start, others).state[name]).toEqual(moved)
  })
})

describe('what a step of the GAN is fed', () => {
  it('is one batch, latents for both makings of fakes, and a mask for every dropout that trains', () => {
    expect(step.feeds.map(({ name, kind, shape }) => [name, kind, ...shape])).toEqual([
      ['images', 'column', batchSize, 2, 2, 1],
      ['real/dropout-0', 'dropout', batchSize, 4],
      ['real/learningRate', 'number'],
      ['fake/uniform-0', 'uniform', batchSize, 3],
      ['fake/dropout-1', 'dropout', batchSize, 4],
      ['fake/learningRate', 'number'],
      ['generator/uniform-0', 'uniform', batchSize, 3],
      ['generator/dropout-1', 'dropout', batchSize, 4],
      ['generator/dropout-2', 'dropout', batchSize, 4],
      ['generator/learningRate', 'number'],
    ])
    const rates = step.feeds.flatMap((feed) => (feed.kind === 'dropout' ? [feed.rate] : []))
    expect(rates).toEqual([0.5, 0.5, 0.25, 0.5])
  })

  it('is latents in [0, 1), masks of 0 and 1, and the learning rate of each update', () => {
    const feeds = feedsOf(step, source, 2)
    for (const name of ['fake/uniform-0', 'generator/uniform-0'])
      expect(Array.from(feeds[name]!.data).every((z) => z >= 0 && z < 1)).toBe(true)
    const values = (name: string): number[] => [...new Set(Array.from(feeds[name]!.data))].sort()
    expect(values('real/dropout-0')).toEqual([0, 1])
    expect(values('generator/dropout-1')).toEqual([0, 1])
    // Third step: updates 5 and 6 of the discriminator, update 3 of the generator.
    expect(feeds['real/learningRate']!.data[0]).toBe(halving(4))
    expect(feeds['fake/learningRate']!.data[0]).toBe(halving(5))
    expect(feeds['generator/learningRate']!.data[0]).toBe(halving(2))
  })
})
