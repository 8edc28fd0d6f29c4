// Improved GAN: its step against plain numbers and the slopes of its losses by differences; how its weights begin; its data.
import { describe, expect, it } from 'vitest'
import { unlabelledBeside } from '../../src/data/unlabelled.ts'
import { interpret } from '../../src/graph/interpreter.ts'
import { input, type Tensor } from '../../src/graph/value.ts'
import { dense, reLU, sequential, weightNormalization } from '../../src/layers/index.ts'
import { improvedDiscriminator, improvedGan, improvedGenerator } from '../../src/models/improved-gan.ts'
import { summarize } from '../../src/models/summary.ts'
import { featureMatching, logSumExp } from '../../src/objectives/feature-matching.ts'
import { sgd } from '../../src/optimizers/index.ts'
import { nodeEngine } from '../../src/runtime/node.ts'
import { beginningGraph } from '../../src/training/beginning.ts'
import { drawsOf, feeder } from '../../src/training/feeds.ts'
import { stepGraph } from '../../src/training/step.ts'
import { train } from '../../src/training/trainer.ts'
import { reportGraph } from '../../src/training/validation.ts'
import { sizeOf } from '../../src/util/shape.ts'
import { type Arrays, noisyState, runStep } from '../training/run-step.ts'
import { columnsOf, randomSource } from '../training/tiny-gan.ts'

const IMAGE = [2, 2, 1]
const [BATCH, CLASSES, RATE] = [4, 3, 0.25]
const matched = 'last-noise'
const tiny = () =>
  featureMatching({
    name: 'tiny',
    generator: improvedGenerator({ imageShape: IMAGE, widths: [3], latentDim: 2 }),
    discriminator: improvedDiscriminator({ imageShape: IMAGE, widths: [5, 3], classes: CLASSES }),
    matched,
    generatorOptimizer: sgd({ learningRate: RATE }),
    discriminatorOptimizer: sgd({ learningRate: RATE }),
    unlabelledWeight: 0.7,
    beginsOn: 6,
  })
const source = unlabelledBeside(randomSource(5, IMAGE, 'few'), randomSource(20, IMAGE), 2)

type Rows = number[][]
const rowsOf = (data: ArrayLike<number>, size: number): Rows =>
  Array.from({ length: data.length / size }, (_, i) => Array.from(data).slice(i * size, (i + 1) * size))
const softplus = (x: number): number => Math.log(1 + Math.exp(x))
const mean = (values: readonly number[]): number => values.reduce((a, b) => a + b, 0) / values.length
const columns = (rows: Rows): Rows => rows[0]!.map((_, j) => rows.map((row) => row[j]!))
const lse = (row: readonly number[]): number => Math.log(row.reduce((sum, x) => sum + Math.exp(x), 0))

/** x times g v / |v|, column by column, plus the bias. */
function normalizedLayer(weights: Arrays, layer: string, rows: Rows): Rows {
  const [kernel, g, bias] = ['kernel', 'g', 'bias'].map((name) => Array.from(weights[`${layer}/${name}`]!))
  const units = g!.length
  const v = columns(rowsOf(kernel!, units))
  return rows.map((row) =>
    v.map((column, j) => {
      const length = Math.sqrt(column.reduce((sum, x) => sum + x * x, 0))
      return row.reduce((sum, x, i) => sum + (x * column[i]! * g![j]!) / length, bias![j]!)
    }),
  )
}

/** The discriminator with noise that is given, in order: logits, and the features that are matched. */
function judged(weights: Arrays, images: Rows, noises: readonly Rows[]): { logits: Rows; features: Rows } {
  const noisy = (rows: Rows, i: number): Rows =>
    rows.map((row, n) => row.map((x, k) => x + (noises[i]?.[n]?.[k] ?? 0)))
  const relu = (rows: Rows): Rows => rows.map((row) => row.map((x) => Math.max(0, x)))
  const name = (i: number): string => `discriminator/weight-normalization${i === 0 ? '' : `-${i}`}`
  const first = relu(normalizedLayer(weights, name(0), noisy(images, 0)))
  const features = relu(normalizedLayer(weights, name(1), noisy(first, 1)))
  return { features, logits: normalizedLayer(weights, 'discriminator/logits', noisy(features, 2)) }
}

/** The generator with the statistics of its batch. */
function generated(weights: Arrays, z: Rows): Rows {
  const kernel = columns(rowsOf(weights['generator/dense/kernel']!, 3))
  const hidden = columns(z.map((row) => kernel.map((k) => row.reduce((sum, x, i) => sum + x * k[i]!, 0))))
  const normal = hidden.map((values, j) => {
    const middle = mean(values)
    const variance = mean(values.map((x) => (x - middle) ** 2))
    const beta = weights['generator/batch-normalization/beta']![j]!
    return values.map((x) => softplus((x - middle) / Math.sqrt(variance + 1e-6) + beta))
  })
  const logits = normalizedLayer(weights, 'generator/pixels', columns(normal))
  return logits.map((row) => row.map((x) => 1 / (1 + Math.exp(-x))))
}

describe('a step of Improved GAN', () => {
  const step = stepGraph(tiny(), { batchSize: BATCH, columns: source.columns })
  const start = noisyState(step, 3, 0.4)
  const opened = source.open({ seed: 1, batchSize: BATCH, draws: drawsOf(step.feeds) })
  const made = feeder(step.feeds, { seed: 1, source: opened })(2, 1)
  const feeds: Record<string, Tensor> = Object.fromEntries(
    step.feeds.map(({ name, shape }) => [
      name,
      { shape, data: Float64Array.from(made[name]!.data as ArrayLike<number | bigint>, Number) },
    ]),
  )
  const { state, metrics } = runStep(step, start, feeds)
  const fed = (name: string): Rows => rowsOf(feeds[name]!.data, sizeOf(feeds[name]!.shape) / BATCH)
  const noises = (phase: string, ...numbers: number[]): Rows[] =>
    numbers.map((i) => fed(`${phase}/normal-${i}`))
  const beside = fed('unlabelled')
  const others = (player: number): Rows => beside.map((row) => row.slice(4 * player, 4 * player + 4))
  const labels = Array.from(feeds.labels!.data)

  const terms = (weights: Arrays) => {
    const named = judged(weights, fed('images'), noises('discriminator', 0, 1, 2)).logits
    const real = judged(weights, others(0), noises('discriminator', 3, 4, 5)).logits
    const fakes = generated(weights, fed('discriminator/uniform-6'))
    const fake = judged(weights, fakes, noises('discriminator', 7, 8, 9)).logits
    return {
      supervised: mean(named.map((row, i) => lse(row) - row[labels[i]!]!)),
      unlabelled:
        0.5 * mean(real.map((row) => softplus(lse(row)) - lse(row))) +
        0.5 * mean(fake.map((row) => softplus(lse(row)))),
    }
  }
  const distance = (weights: Arrays): number => {
    const fakes = generated(weights, fed('generator/uniform-0'))
    const [a, b] = [
      judged(weights, fakes, noises('generator', 1, 2)),
      judged(weights, others(1), noises('generator', 3, 4)),
    ].map(({ features }) => columns(features).map(mean))
    return mean(a!.map((x, i) => (x - b![i]!) ** 2))
  }

  /** Holds new weights of a network against the slope of a loss at `weights`. */
  function expectDescent(network: string, weights: Arrays, loss: (at: Arrays) => number): void {
    const learned = step.state.filter(
      ({ name }) => name.startsWith(`${network}/`) && !/moving|weight-normalization(-\d)?\/g/.test(name),
    )
    expect(learned.length).toBeGreaterThan(4)
    for (const { name } of learned)
      weights[name]!.forEach((value, i) => {
        const at = (by: number): number =>
          loss({ ...weights, [name]: weights[name]!.map((x, j) => (j === i ? x + by : x)) })
        const slope = (at(1e-5) - at(-1e-5)) / 2e-5
        expect(state[name]![i], `${name} ${i}`).toBeCloseTo(value - RATE * slope, 6)
      })
  }

  it('descends what labels say, and that all others are of some class and those made of none', () => {
    const { supervised, unlabelled } = terms(start)
    expect(metrics.loss).toBeCloseTo(supervised, 8)
    expect(metrics.unlabelledLoss).toBeCloseTo(unlabelled, 8)
    expectDescent('discriminator', start, (at) => {
      const now = terms(at)
      return now.supervised + 0.7 * now.unlabelled
    })
  })

  it('has the generator match the mean features of the discriminator as it now is', () => {
    const now: Arrays = {
      ...start,
      ...Object.fromEntries(Object.entries(state).filter(([name]) => name.startsWith('discriminator/'))),
    }
    expect(metrics.generatorLoss).toBeCloseTo(distance(now), 8)
    expectDescent('generator', now, distance)
  })

  it('moves the average by a share that grows, and leaves lengths of filters alone but for the last', () => {
    for (const weight of ['logits/kernel', 'weight-normalization/bias'])
      state[`averaged/${weight}`]!.forEach((value, i) => {
        const [before, now] = [start[`averaged/${weight}`]![i]!, state[`discriminator/${weight}`]![i]!]
        expect(value).toBeCloseTo((3 / 12) * before + (9 / 12) * now, 8)
      })
    const length = 'discriminator/weight-normalization/g'
    expect(state[length]).toEqual(start[length])
    expect(state['discriminator/logits/g']).not.toEqual(start['discriminator/logits/g'])
  })

  it('is measured on held-out images by the average, without noise', () => {
    const { feeds: asked } = reportGraph(tiny(), { batchSize: BATCH, columns: columnsOf(IMAGE) })
    expect(asked.map(({ name }) => name).sort()).toEqual([
      'images',
      'labels',
      'validation/discriminator/uniform-0',
      'validation/generator/uniform-0',
    ])
  })
})

it('takes the log of summed exponentials without overflowing', () => {
  const given = input('x', [2, 3])
  const { found } = interpret(
    { inputs: [given], outputs: { found: logSumExp(given) } },
    {
      x: { shape: [2, 3], data: Float64Array.from([1, 2, 3, 900, 901, 902]) },
    },
  )
  expect(found!.data[0]).toBeCloseTo(lse([1, 2, 3]), 9)
  expect(found!.data[1]).toBeCloseTo(899 + lse([1, 2, 3]), 9)
})

describe('weights that begin by the first images', () => {
  it('give outputs of mean 0 and deviation 1 for them, layer after layer', () => {
    const network = improvedDiscriminator({ imageShape: IMAGE, widths: [5, 3], classes: CLASSES })
    const { graph, feeds } = beginningGraph(network, { columns: source.columns, examples: 6 })
    const opened = source.open({ seed: 1, batchSize: 6, draws: 1 })
    const made = feeder(feeds, { seed: 1, source: opened })(0, 1)
    const fed: Record<string, Tensor> = Object.fromEntries(
      feeds.map(({ name, shape }) => [
        name,
        { shape, data: Float64Array.from(made[name]!.data as Float32Array) },
      ]),
    )
    const start: Arrays = Object.fromEntries(
      network.weights.map(({ name, shape }) => [
        name,
        Float64Array.from({ length: sizeOf(shape) }, (_, i) =>
          name.endsWith('/bias') ? 0.3 : 1 + Math.sin(i + name.length),
        ),
      ]),
    )
    const given = Object.fromEntries(
      network.weights.map(({ name, shape }) => [name, { shape, data: start[name]! }]),
    )
    const found = interpret(graph, { ...given, ...fed })
    const begun: Arrays = { ...start }
    for (const [name, { data }] of Object.entries(found)) begun[name.slice('begun/'.length)] = data
    expect(Object.keys(found)).toHaveLength(6)
    const noises = feeds
      .filter(({ kind }) => kind === 'normal')
      .map(({ name, shape }) => rowsOf(fed[name]!.data, sizeOf(shape) / 6))
    const images = rowsOf(fed.images!.data, 4)
    const noisy = images.map((row, n) => row.map((x, k) => x + noises[0]![n]![k]!))
    const outputs = [
      normalizedLayer(begun, 'discriminator/weight-normalization', noisy),
      judged(begun, images, noises).logits,
    ]
    for (const values of outputs.flatMap(columns)) {
      expect(mean(values)).toBeCloseTo(0, 9)
      expect(mean(values.map((x) => x * x))).toBeCloseTo(1, 6)
    }
  })

  it('are those that a training begins with, and an average of them begins alike', async () => {
    const engine = await nodeEngine({ threads: 1 })
    try {
      const options = { objective: tiny(), source, engine, batchSize: BATCH, seed: 1, steps: 1 }
      for await (const event of train(options)) {
        if (event.type !== 'end') continue
        const { arrays } = event.state
        const lengths = arrays['discriminator/weight-normalization/g']!
        // They do not learn; without the first images they would be 1.
        expect(lengths.every((length) => Math.abs(length - 1) > 1e-3)).toBe(true)
        for (const [i, length] of lengths.entries())
          expect(arrays['averaged/weight-normalization/g']![i]).toBeCloseTo(length, 5)
      }
    } finally {
      await engine.close()
    }
  })

  it('need a layer with a bias and without an activation', () => {
    const attempt = (options: object) => () =>
      weightNormalization({ layer: dense({ units: 2, ...options }), dataInit: true })
    expect(attempt({ activation: 'relu' })).toThrow(
      'with the activation relu; put reLU() and the like after it',
    )
    expect(attempt({ useBias: false })).toThrow('with no bias')
  })

  it('are of a network of the objective', () => {
    const network = sequential({ name: 'discriminator', input: [4] }, [dense({ units: 3 }), reLU()])
    expect(() =>
      featureMatching({
        name: 'tiny',
        generator: sequential({ name: 'generator', input: [2] }, [dense({ units: 4 })]),
        discriminator: network,
        matched: 're-lu',
        generatorOptimizer: sgd({ learningRate: 1 }),
        discriminatorOptimizer: sgd({ learningRate: 1 }),
        beginsOn: 1,
      }),
    ).toThrow('how many examples, at least 2')
  })
})

it('gives every unlabelled image once before any twice, in an order of its own for each player', () => {
  const all = randomSource(6, [1])
  const beside = unlabelledBeside(randomSource(2, [1], 'few'), all, 2)
  const opened = beside.open({ seed: 3, batchSize: 3, draws: 1 })
  const seen: number[][] = [[], []]
  for (let step = 0; step < 2; step++) {
    const out = new Float32Array(6)
    opened.fill(step, 0, { unlabelled: out })
    out.forEach((x, i) => {
      seen[i % 2]!.push(x)
    })
  }
  const whole = new Float32Array(6)
  all.fill('images', Uint32Array.from([0, 1, 2, 3, 4, 5]), whole)
  for (const one of seen) expect(one.toSorted()).toEqual([...whole].toSorted())
  expect(seen[0]).not.toEqual(seen[1])
})

describe('the model improved-gan', () => {
  it('has the widths of its source', () => {
    const { networks } = improvedGan.objective(improvedGan.options.parse({}), improvedGan.madeFor)
    const [generator, discriminator] = ['generator', 'discriminator'].map((name) =>
      summarize(networks[name]!),
    )
    const hidden = [1000, 500, 250, 250, 250]
    const widths = [784, ...hidden, 10]
    const expected = [...hidden, 10].reduce((sum, units, i) => sum + units * (widths[i]! + 2), 0)
    expect(discriminator!.total).toBe(expected)
    // Lengths of filters that stay.
    expect(discriminator!.nonTrainable).toBe(hidden.reduce((a, b) => a + b))
    expect(generator!.trainable).toBe(100 * 500 + 500 + 500 * 500 + 500 + 500 * 784 + 2 * 784)
  })
})
