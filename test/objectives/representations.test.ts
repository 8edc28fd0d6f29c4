// Losses that train encoders without labels: against plain computations in double precision, against Lightly's, and what they become without
// the term that keeps embeddings apart.
import { readFileSync } from 'node:fs'
import { describe, expect, it } from 'vitest'
import { policyOf } from '../../src/augmentations/index.ts'
import { interpret } from '../../src/graph/interpreter.ts'
import { input, type Value } from '../../src/graph/value.ts'
import { dense, flatten, reshape, sequential } from '../../src/layers/index.ts'
import { ENCODERS, encoderNetwork } from '../../src/models/encoders.ts'
import { imageFacts, settledOptions } from '../../src/models/model.ts'
import { summarize } from '../../src/models/summary.ts'
import { byol, directionsApart } from '../../src/objectives/byol.ts'
import { denoisingAutoencoder } from '../../src/objectives/denoising-autoencoder.ts'
import { hiddenPixels, maskedAutoencoder } from '../../src/objectives/masked-autoencoder.ts'
import type { Objective } from '../../src/objectives/objective.ts'
import { functionOf } from '../../src/objectives/offer.ts'
import { quarterTurns, rotation } from '../../src/objectives/rotation.ts'
import { ntXent, type SimclrOptions, simclr } from '../../src/objectives/simclr.ts'
import { type VicregOptions, vicreg, vicregTerms } from '../../src/objectives/vicreg.ts'
import { adam, sgd } from '../../src/optimizers/index.ts'
import { stepGraph } from '../../src/training/step.ts'
import { randomStream } from '../../src/util/random.ts'
import { type Arrays, feedsOf, noisyState, runStep } from '../training/run-step.ts'
import { columnsOf, randomSource } from '../training/tiny-gan.ts'

type Rows = readonly (readonly number[])[]

/** Numbers of a graph of one input. */
function computed(
  numbers: ArrayLike<number>,
  shape: number[],
  make: (given: Value) => Record<string, Value>,
): Record<string, number[]> {
  const given = input('given', shape)
  const found = interpret(
    { inputs: [given], outputs: make(given) },
    {
      given: { shape, data: Float64Array.from(numbers) },
    },
  )
  return Object.fromEntries(Object.entries(found).map(([name, { data }]) => [name, Array.from(data)]))
}

const [VIEWS, SIZE] = [8, 3]
const numbers = randomStream(4, 'rows').fillNormal(new Float32Array(VIEWS * SIZE))
const rows: Rows = Array.from({ length: VIEWS }, (_, i) => [...numbers.subarray(i * SIZE, (i + 1) * SIZE)])
const dot = (a: readonly number[], b: readonly number[]): number =>
  a.reduce((sum, x, i) => sum + x * b[i]!, 0)
const cosine = (a: readonly number[], b: readonly number[]): number =>
  dot(a, b) / Math.sqrt(dot(a, a) * dot(b, b))
const meanOf = (values: readonly number[]): number => values.reduce((a, b) => a + b, 0) / values.length
const pairOf = (i: number): number => (i + VIEWS / 2) % VIEWS

describe('the loss of SimCLR', () => {
  it.each([0.1, 0.5])('is the cross-entropy of the other view among all others, at temperature %d', (t) => {
    const { alignment, uniformity } = computed(numbers, [VIEWS, SIZE], (given) => ntXent(given, t))
    const plain = rows.map((row, i) => {
      const others = rows.flatMap((other, j) => (j === i ? [] : [Math.exp(cosine(row, other) / t)]))
      return -Math.log(Math.exp(cosine(row, rows[pairOf(i)]!) / t) / others.reduce((a, b) => a + b))
    })
    expect(alignment![0]! + uniformity![0]!).toBeCloseTo(meanOf(plain), 9)
    expect(alignment![0]).toBeCloseTo(-meanOf(rows.map((row, i) => cosine(row, rows[pairOf(i)]!) / t)), 9)
  })
})

describe('the loss of VICReg', () => {
  it('has the three terms of its paper', () => {
    const found = computed(numbers, [VIEWS, SIZE], vicregTerms)
    const halves = [rows.slice(0, VIEWS / 2), rows.slice(VIEWS / 2)]
    const covarianceOf = (half: Rows, a: number, b: number): number => {
      const [ma, mb] = [a, b].map((k) => meanOf(half.map((row) => row[k]!))) as [number, number]
      return half.reduce((sum, row) => sum + (row[a]! - ma) * (row[b]! - mb), 0) / (half.length - 1)
    }
    const places = Array.from({ length: SIZE }, (_, k) => k)
    const variance = meanOf(
      halves.map((half) =>
        meanOf(places.map((k) => Math.max(0, 1 - Math.sqrt(covarianceOf(half, k, k) + 1e-4)))),
      ),
    )
    const covariance = halves.reduce(
      (sum, half) =>
        sum +
        places.reduce(
          (some, a) =>
            some + places.reduce((more, b) => more + (a === b ? 0 : covarianceOf(half, a, b) ** 2), 0),
          0,
        ) /
          SIZE,
      0,
    )
    const apart = rows
      .slice(0, VIEWS / 2)
      .flatMap((row, i) => row.map((x, k) => (x - rows[pairOf(i)]![k]!) ** 2))
    expect(found.invariance![0]).toBeCloseTo(meanOf(apart), 9)
    expect(found.variance![0]).toBeCloseTo(variance, 9)
    expect(variance).toBeGreaterThan(0.01)
    expect(found.covariance![0]).toBeCloseTo(covariance, 9)
  })
})

it('says what Lightly says, of all three losses of views', () => {
  const theirs = JSON.parse(
    readFileSync(new URL('../../bench/representation-losses.json', import.meta.url), 'utf8'),
  ) as {
    rows: number[]
    shape: [number, number]
    ntXent: Record<string, number>
    invariance: number
    variance: number
    covariance: number
    negativeCosine: number
  }
  const { rows: given, shape } = theirs
  for (const [temperature, loss] of Object.entries(theirs.ntXent)) {
    const ours = computed(given, shape, (all) => ntXent(all, Number(temperature)))
    expect(ours.alignment![0]! + ours.uniformity![0]!).toBeCloseTo(loss, 5)
  }
  const terms = computed(given, shape, vicregTerms)
  for (const term of ['invariance', 'variance', 'covariance'] as const)
    expect(terms[term]![0], term).toBeCloseTo(theirs[term], 5)
  const half = [shape[0] / 2, shape[1]]
  const second = input('second', half)
  const first = input('first', half)
  const size = half[0]! * half[1]!
  const apart = interpret(
    { inputs: [first, second], outputs: { apart: directionsApart(first, second) } },
    {
      first: { shape: half, data: Float64Array.from(given.slice(0, size)) },
      second: { shape: half, data: Float64Array.from(given.slice(size)) },
    },
  )
  expect(apart.apart!.data[0]).toBeCloseTo(2 + 2 * theirs.negativeCosine, 5)
})

const IMAGE = [4, 4, 1]
const [BATCH, RATE] = [4, 0.25]
const tiny = (size = 3) =>
  sequential({ name: 'encoder', input: { images: IMAGE }, output: 'embedding' }, [
    flatten(),
    dense({ units: size, activation: 'tanh' }),
  ])
const parts = () => ({ name: 'tiny', encoder: tiny(), optimizer: sgd({ learningRate: RATE }) })
const layerOf = (name: string, from: number, to: number, activation: 'linear' | 'sigmoid' = 'linear') =>
  sequential({ name, input: [from] }, [dense({ units: to, activation })])
const decoder = () =>
  sequential({ name: 'decoder', input: [3], output: 'images' }, [
    dense({ units: 16, activation: 'sigmoid' }),
    reshape({ targetShape: IMAGE }),
  ])
const still = policyOf('views', 'shift=0')

/** A step from noisy weights, what it was fed, and what it found. */
function oneStep(objective: Objective, index = 2) {
  const step = stepGraph(objective, { batchSize: BATCH, columns: columnsOf(IMAGE) })
  const start = noisyState(step, 3, 0.5)
  const feeds = feedsOf(step, randomSource(20, IMAGE), index, { batches: 'epoch' })
  return { step, start, feeds, ...runStep(step, start, feeds) }
}
const imagesIn = (data: ArrayLike<number>): number[][] =>
  Array.from({ length: data.length / 16 }, (_, i) => Array.from(data).slice(i * 16, (i + 1) * 16))
const affine = (weights: Arrays, layer: string, x: readonly number[]): number[] => {
  const [kernel, bias] = [weights[`${layer}/kernel`]!, weights[`${layer}/bias`]!]
  return Array.from(bias, (b, j) =>
    x.reduce((sum, value, i) => sum + value * kernel[i * bias.length + j]!, b),
  )
}
const sigmoid = (x: number): number => 1 / (1 + Math.exp(-x))
const embed = (weights: Arrays, x: readonly number[]): number[] =>
  affine(weights, 'encoder/dense', x).map(Math.tanh)

/** Holds every new weight against the slope of a plain loss, by differences. */
function expectDescent(found: ReturnType<typeof oneStep>, loss: (weights: Arrays) => number): void {
  const { start, state, metrics, step } = found
  expect(metrics.loss).toBeCloseTo(loss(start), 8)
  const learned = step.state.filter(({ name }) => !/target|variable/.test(name))
  for (const { name } of learned)
    for (let i = 0; i < start[name]!.length; i += 5) {
      const at = (by: number): number =>
        loss({ ...start, [name]: start[name]!.map((x, j) => (j === i ? x + by : x)) })
      const slope = (at(1e-5) - at(-1e-5)) / 2e-5
      expect(state[name]![i], `${name} ${i}`).toBeCloseTo(start[name]![i]! - RATE * slope, 6)
    }
}

describe('a step', () => {
  it('of a denoising autoencoder descends the error of what is made of a noisy image, beside the image', () => {
    const found = oneStep(denoisingAutoencoder({ ...parts(), decoder: decoder(), noise: 0.5 }))
    const images = imagesIn(found.feeds.images!.data)
    const noise = imagesIn(found.feeds['learn/normal-0']!.data)
    expectDescent(found, (weights) =>
      meanOf(
        images.map((image, n) => {
          const embedding = embed(
            weights,
            image.map((x, i) => x + noise[n]![i]!),
          )
          const made = affine(weights, 'decoder/dense', embedding).map(sigmoid)
          return made.reduce(
            (sum, p, i) => sum - image[i]! * Math.log(p) - (1 - image[i]!) * Math.log(1 - p),
            0,
          )
        }),
      ),
    )
  })

  it('of a masked autoencoder descends the squared error on what was hidden, and hides as many patches of every image', () => {
    const found = oneStep(maskedAutoencoder({ ...parts(), decoder: decoder(), patch: 2, hidden: 0.5 }))
    const images = imagesIn(found.feeds.images!.data)
    const draws = found.feeds['learn/uniform-0']!
    expect(draws.shape).toEqual([BATCH, 4])
    const hidden = images.map((_, n) => {
      const own = Array.from(draws.data).slice(4 * n, 4 * n + 4)
      const border = own.toSorted((a, b) => a - b)[1]!
      return Array.from({ length: 16 }, (_, i) => {
        const patch = 2 * Math.floor(Math.floor(i / 4) / 2) + Math.floor((i % 4) / 2)
        return own[patch]! <= border ? 1 : 0
      })
    })
    for (const one of hidden) expect(one.filter((x) => x === 1)).toHaveLength(8)
    expectDescent(found, (weights) =>
      meanOf(
        images.map((image, n) => {
          const seen = image.map((x, i) => x * (1 - hidden[n]![i]!))
          const made = affine(weights, 'decoder/dense', embed(weights, seen)).map(sigmoid)
          return made.reduce((sum, p, i) => sum + hidden[n]![i]! * (p - image[i]!) ** 2, 0)
        }),
      ),
    )
  })

  it('of rotation prediction descends the cross-entropy of the turns of all images', () => {
    const found = oneStep(rotation({ ...parts(), head: layerOf('head', 3, 4) }))
    const images = imagesIn(found.feeds.images!.data)
    /** A quarter against the clock: the right column becomes the first row. */
    const turned = (image: readonly number[]): number[] =>
      Array.from({ length: 16 }, (_, i) => image[(i % 4) * 4 + (3 - Math.floor(i / 4))]!)
    expectDescent(found, (weights) =>
      meanOf(
        images.flatMap((image) => {
          let now: readonly number[] = image
          return [0, 1, 2, 3].map((turns) => {
            if (turns > 0) now = turned(now)
            const logits = affine(weights, 'head/dense', embed(weights, now))
            return Math.log(logits.reduce((sum, x) => sum + Math.exp(x), 0)) - logits[turns]!
          })
        }),
      ),
    )
  })

  it('of BYOL descends the distance to the other view by the target, which then follows as an average', () => {
    const found = oneStep(
      byol({
        ...parts(),
        projector: layerOf('projector', 3, 3),
        predictor: layerOf('predictor', 3, 3),
        augmentations: policyOf('views', 'noise=0.3'),
        decay: 0.9,
        steps: 8,
      }),
    )
    const { start, state, feeds } = found
    const noise = imagesIn(feeds['learn/normal-0']!.data)
    const images = imagesIn(feeds.images!.data)
    // The noise is of deviation 1, times the strength.
    const views = noise.map((one, i) => images[i % BATCH]!.map((x, k) => x + 0.3 * one[k]!))
    const projected = (weights: Arrays, prefix: string, view: readonly number[]): number[] =>
      affine(
        weights,
        `${prefix}projector/dense`,
        affine(weights, `${prefix}encoder/dense`, view).map(Math.tanh),
      )
    const targets = views.map((view) => projected(start, 'target-', view))
    expectDescent(
      found,
      (weights) =>
        2 *
        meanOf(
          views.map((view, i) => {
            const foretold = affine(weights, 'predictor/dense', projected(weights, '', view))
            return 2 - 2 * cosine(foretold, targets[(i + BATCH) % (2 * BATCH)]!)
          }),
        ),
    )
    // At step 2 of 8.
    const kept = 1 - (0.1 * (Math.cos(Math.PI / 4) + 1)) / 2
    for (const weight of ['encoder/dense/kernel', 'projector/dense/bias'])
      state[`target-${weight}`]!.forEach((value, i) => {
        expect(value).toBeCloseTo(kept * start[`target-${weight}`]![i]! + (1 - kept) * state[weight]![i]!, 8)
      })
  })

  it('of SimCLR and of VICReg descends the loss of embeddings behind their head', () => {
    const heads = { projector: layerOf('projector', 3, 3), expander: layerOf('expander', 3, 3) }
    const common = { ...parts(), augmentations: still }
    const both = (weights: Arrays, head: string, images: number[][]): number[] =>
      [...images, ...images].flatMap((image) => affine(weights, `${head}/dense`, embed(weights, image)))
    const one = oneStep(simclr({ ...common, projector: heads.projector, temperature: 0.4 }))
    const shape = [2 * BATCH, 3]
    expectDescent(one, (weights) => {
      const given = both(weights, 'projector', imagesIn(one.feeds.images!.data))
      const { alignment, uniformity } = computed(given, shape, (all) => ntXent(all, 0.4))
      return alignment![0]! + uniformity![0]!
    })
    const other = oneStep(vicreg({ ...common, expander: heads.expander, covariance: 2 }))
    expectDescent(other, (weights) => {
      const given = both(weights, 'expander', imagesIn(other.feeds.images!.data))
      const { invariance, variance, covariance } = computed(given, shape, vicregTerms)
      return 25 * invariance![0]! + 25 * variance![0]! + 2 * covariance![0]!
    })
  })
})

it('turns square images by quarters against the clock', () => {
  const found = computed([1, 2, 3, 4], [1, 2, 2, 1], (given) => ({ turned: quarterTurns(given) }))
  expect(found.turned).toEqual([1, 2, 3, 4, 2, 4, 1, 3, 4, 3, 2, 1, 3, 1, 4, 2])
})

it('hides patches as whole squares', () => {
  const found = computed([0.9, 0.1, 0.5, 0.2, 0.8, 0.3], [1, 6], (draws) => ({
    hidden: hiddenPixels(draws, 2, [2, 3], 1),
  }))
  expect(found.hidden).toEqual([0, 1, 0, 1, 0, 0])
})

describe('without the term that keeps embeddings apart', () => {
  /** The spread of embeddings before and after some steps. */
  function spreads(make: () => Objective): [number, number] {
    const step = stepGraph(make(), { batchSize: 8, columns: columnsOf(IMAGE) })
    const source = randomSource(16, IMAGE)
    let state = noisyState(step, 5, 0.2)
    const found: number[] = []
    for (let i = 0; i < 180; i++) {
      const result = runStep(step, state, feedsOf(step, source, i, { batches: 'epoch' }))
      state = result.state
      found.push(result.metrics.spread!)
    }
    return [found[0]!, found.at(-1)!]
  }
  const common = () => ({
    name: 'tiny',
    encoder: tiny(),
    optimizer: adam({ learningRate: 0.05 }),
    augmentations: policyOf('views', 'noise=0.3'),
  })
  const simclrOf = (options: Partial<SimclrOptions>) => () =>
    simclr({ ...common(), projector: layerOf('projector', 3, 3), ...options })
  const vicregOf = (options: Partial<VicregOptions>) => () =>
    vicreg({ ...common(), expander: layerOf('expander', 3, 3), ...options })

  it.each([
    ['SimCLR', simclrOf({}), simclrOf({ uniformity: 0 })],
    ['VICReg', vicregOf({}), vicregOf({ variance: 0 })],
  ] as const)('%s gives the same for all images, and with it does not', (_, whole, without) => {
    const [, kept] = spreads(whole)
    const [before, after] = spreads(without)
    expect(before).toBeGreaterThan(0.3)
    expect(kept).toBeGreaterThan(0.3)
    expect(after).toBeLessThan(0.05)
    const [watch] = without().watches!
    if (watch?.reads !== 'log') throw new Error('expected a watch over the log')
    expect([kept, after].map((spread) => watch.judge([spread], [spread], [spread]))).toEqual(['well', 'lost'])
    expect(watch.lost([after], [after], [after])).toContain('collapse')
  })
})

describe('the encoders', () => {
  it('are one network of 453,632 parameters and 128 numbers', () => {
    expect(summarize(encoderNetwork()).total).toBe(453_632)
    for (const { name, options, objective, settle } of ENCODERS) {
      const given = settledOptions({ settle: settle! }, options.parse({}))
      const made = objective(given, imageFacts([28, 28, 1], { steps: 10 }))
      const { of, output } = functionOf(made, 'represent')
      expect([name, summarize(of).total, output.shape]).toEqual([name, 453_632, [128]])
      // What a run records stays as it is.
      expect(settledOptions({ settle: settle! }, given)).toEqual(given)
    }
  })

  it('say what does not fit', () => {
    const images = imageFacts([28, 20, 1])
    const make = (name: string, given: object) => {
      const { options, objective } = ENCODERS.find((one) => one.name === name)!
      return () => objective(options.parse(given), images)
    }
    expect(make('rotation', {})).toThrow('only square images')
    expect(make('masked-autoencoder', { patch: 3 })).toThrow('give a patch that divides height and width')
    expect(make('masked-autoencoder', { hidden: 0.001 })).toThrow('hides none')
    expect(() => simclr({ ...parts(), augmentations: [], projector: layerOf('projector', 3, 3) })).toThrow(
      'augmentations must be a list of at least one augmentation',
    )
    expect(() => byol({ ...parts(), augmentations: still } as never)).toThrow('projector must be a network')
    expect(() => vicreg({ ...parts(), augmentations: still, expander: layerOf('expander', 4, 3) })).toThrow(
      'the expander must take what comes before it, [3], but takes [4]',
    )
  })
})
