// Every condition under every objective: its step against plain numbers (float64, central differences), and what is refused.
import { describe, expect, it } from 'vitest'
import type { Examples } from '../../src/data/source.ts'
import { dense, reshape, sequential } from '../../src/layers/index.ts'
import { CONDITIONS, PAIR_LOSSES, pairObjective, pairSettings } from '../../src/objectives/index.ts'
import { offeredBy } from '../../src/objectives/offer.ts'
import { stepGraph } from '../../src/training/step.ts'
import { reportGraph } from '../../src/training/validation.ts'
import { ConfigError } from '../../src/util/errors.ts'
import { randomStream } from '../../src/util/random.ts'
import type { Shape } from '../../src/util/shape.ts'
import { type Arrays, feedsOf, noisyState, runStep } from '../training/run-step.ts'
import {
  PLAIN,
  type Plain,
  packedRows,
  plainDense,
  plainReconstructor,
  rowsOf,
  slopeAt,
} from './pairs/plain-losses.ts'
import { mean, plainNetwork, points, type Weights } from './plain-players.ts'

const CLASSES = 3
const BATCH = 4
const latent = { distribution: 'normal' } as const

const generator = (length: number) =>
  sequential({ name: 'generator', input: { z: [length] }, output: 'points' }, [
    dense({ units: 3, activation: 'tanh' }),
    dense({ units: 2 }),
  ])
const discriminator = (shape: Shape) =>
  sequential({ name: 'discriminator', input: { points: shape } }, [
    dense({ units: 4, activation: 'tanh' }),
    dense({ units: 1, activation: 'sigmoid' }),
  ])
/** Points with classes 0, 1, 2, 0, 1, ... */
const labelled: Examples = {
  ...points,
  columns: { ...points.columns, labels: { shape: [], dtype: 'int64' } },
  fill: (column, indices, out) => {
    if (column === 'labels')
      indices.forEach((index, i) => {
        out[i] = BigInt(index % CLASSES)
      })
    else points.fill(column, indices, out)
  },
}

const oneHot = (label: number): number[] => Array.from({ length: CLASSES }, (_, i) => Number(i === label))
const vectorOf = (w: Weights, name: string, label: number): number[] => {
  const table = w[`${name}/embedding/embeddings`]!
  const length = table.length / CLASSES
  return Array.from(table.subarray(label * length, (label + 1) * length))
}

/** What stands for a class beside the generator's latent, and behind the discriminator's row; how its hidden units are weighed. */
interface PlainCondition {
  code(w: Weights, label: number): number[]
  behind(w: Weights, labels: readonly number[]): number[]
  /** Added to the weights of the hidden units. */
  projected?(w: Weights, labels: readonly number[]): number[]
}
const learnedCode = (w: Weights, label: number): number[] => vectorOf(w, 'generator', label)
const PLAIN_CONDITIONS: Readonly<Record<string, PlainCondition>> = {
  concat: { code: (_, label) => oneHot(label), behind: (_, labels) => labels.flatMap(oneHot) },
  embedding: {
    code: learnedCode,
    behind: (w, labels) => labels.flatMap((label) => vectorOf(w, 'discriminator', label)),
  },
  projection: {
    code: learnedCode,
    behind: () => [],
    projected: (w, labels) =>
      labels
        .map((label) => vectorOf(w, 'discriminator', label))
        .reduce((a, b) => a.map((value, k) => value + b[k]!)),
  },
  acgan: { code: (_, label) => oneHot(label), behind: () => [] },
}

/** Mean over rows of the cross-entropy of their classes, by the logits of `class-logits`. */
function classLoss(w: Weights, row: (i: number) => readonly number[], labels: readonly number[][]): number {
  const each = labels.flatMap((own, i) => {
    const hidden = plainDense(w, 'discriminator/dense', row(i)).map(Math.tanh)
    const logits = rowsOf(plainDense(w, 'discriminator/class-logits', hidden), CLASSES)
    return own.map((label, member) => {
      const of = logits[member]!
      return Math.log(of.reduce((sum, x) => sum + Math.exp(x), 0)) - of[label]!
    })
  })
  return mean(each)
}

/** A direction of length 1 in the space of a network's weights. */
function directionOf(like: Arrays, number: number): Weights {
  const random = randomStream(7, 'direction', number)
  const drawn = Object.entries(like).map(
    ([name, values]) => [name, values.map(() => random.normal())] as const,
  )
  const length = Math.hypot(...drawn.flatMap(([, values]) => [...values]))
  return Object.fromEntries(drawn.map(([name, values]) => [name, values.map((value) => value / length)]))
}

/** The derivative of a loss along a direction, by central differences of fourth order. */
function slopeAlong(w: Weights, along: Weights, loss: (w: Weights) => number, h = 1e-3): number {
  const at = (by: number): number =>
    loss({
      ...w,
      ...Object.fromEntries(
        Object.entries(along).map(([name, values]) => [name, w[name]!.map((v, i) => v + by * values[i]!)]),
      ),
    })
  return (8 * (at(h) - at(-h)) - (at(2 * h) - at(-2 * h))) / (12 * h)
}

const onlyWeights = (arrays: Weights): Arrays =>
  Object.fromEntries(Object.entries(arrays).filter(([name]) => /^(generator|discriminator)\//.test(name)))

function gameOf(condition: string, name: string, pack: number) {
  const loss = PAIR_LOSSES.find((each) => each.name === name)!
  const settings = pairSettings(loss, [2], {
    ...(loss.usual([2]).lookahead === undefined ? {} : { lookahead: 0 }),
    ...{ discriminatorUpdates: 1, learningRate: 0.01, discriminatorRate: 0.01, beta1: 0, beta2: 0 },
  })
  const objective = pairObjective({
    name: 'tiny',
    loss,
    ...{ generator, latentDim: 2, discriminator, latent, settings, pack, classes: CLASSES },
    condition: CONDITIONS.find((each) => each.name === condition),
  })
  return { objective, settings }
}

it('every condition has a plain computation here', () => {
  expect(CONDITIONS.map(({ name }) => name).sort()).toEqual(Object.keys(PLAIN_CONDITIONS).sort())
})

const LOSSES = PAIR_LOSSES.map(({ name }) => name)
const CASES = CONDITIONS.flatMap(({ name }) => [
  ...LOSSES.map((loss) => [name, loss, 1] as const),
  ...['non-saturating', 'wgan-gp', 'veegan'].map((loss) => [name, loss, 2] as const),
])

describe.each(CASES)('%s under %s, in packs of %i', (condition, name, pack) => {
  const { objective, settings } = gameOf(condition, name, pack)
  const step = stepGraph(objective, { batchSize: BATCH, columns: labelled.columns })
  const start = Object.fromEntries(
    Object.entries(noisyState(step, 3, 0.4)).map(([entry, data]) => [
      entry,
      /^optimizer/.test(entry) ? data.map(() => 0) : data,
    ]),
  )
  const feeds = feedsOf(step, labelled, 0)
  const told = PLAIN_CONDITIONS[condition]!
  const labels = Array.from(feeds.labels!.data)
  const packs = packedRows(
    labels.map((label) => [label]),
    pack,
  )
  const plainOf = (w: Weights, phase: string): Plain => {
    const z = rowsOf(feeds[`${phase}/normal-0`]!.data, 2)
    const made = z.map((row, i) => plainNetwork(w, 'generator', [...row, ...told.code(w, labels[i]!)]))
    const row = (x: readonly number[], i: number, latents: readonly number[] = []): number[] => [
      ...x,
      ...told.behind(w, packs[i]!),
      ...latents,
    ]
    const weighing = (i: number): number[] =>
      Array.from(
        w['discriminator/dense-1/kernel']!,
        (value, k) => value + (told.projected?.(w, packs[i]!)[k] ?? 0),
      )
    return {
      real: packedRows(rowsOf(feeds.points!.data, 2), pack),
      fake: packedRows(made, pack),
      z: packedRows(z, pack),
      uniform: feeds[`${phase}/uniform-1`]?.data ?? [],
      settings,
      score: (x, i, latents) =>
        plainDense(w, 'discriminator/dense', row(x, i, latents)).reduce(
          (sum, h, k) => sum + Math.tanh(h) * weighing(i)[k]!,
          w['discriminator/dense-1/bias']![0]!,
        ),
      slope: (x, i) => slopeAt(w, row(x, i), weighing(i), x.length),
      reconstruct: plainReconstructor(w, pack),
    }
  }
  const withClasses = (w: Weights, plain: Plain, batches: readonly ('real' | 'fake')[]): number => {
    if (condition !== 'acgan') return 0
    const latents = { real: plain.reconstruct, fake: () => plain.z }
    return batches
      .map((side) => {
        const behind = name === 'veegan' ? latents[side](plain[side]) : undefined
        return classLoss(w, (i) => [...plain[side][i]!, ...(behind?.[i] ?? [])], packs)
      })
      .reduce((a, b) => a + b)
  }

  it('gives both players the gradients of plain losses', () => {
    const { state, metrics } = runStep(step, start, feeds)
    const found = (network: string): Arrays =>
      Object.fromEntries(
        Object.keys(state).flatMap((entry) => {
          const [, weight] = /^optimizer-\d+\/(.*)\/gradients$/.exec(entry) ?? []
          return weight?.startsWith(`${network}/`) ? [[weight, state[entry]!]] : []
        }),
      )
    const [lossOfD, lossOfG] = PLAIN[name]!
    const weights = Object.fromEntries(Object.entries(start).filter(([entry]) => !/^optimizer/.test(entry)))
    const moved = {
      ...weights,
      ...Object.fromEntries(Object.entries(onlyWeights(state)).filter(([w]) => w.startsWith('d'))),
    }
    const whole = (loss: (plain: Plain) => number, phase: string, batches: readonly ('real' | 'fake')[]) => {
      return (w: Weights): number => {
        const plain = plainOf(w, phase)
        return loss(plain) + withClasses(w, plain, batches)
      }
    }
    const agree = (network: string, at: Weights, loss: (w: Weights) => number): void => {
      const gradient = found(network)
      for (let direction = 0; direction < 3; direction++) {
        const along = directionOf(gradient, direction)
        const dot = Object.entries(gradient).reduce(
          (sum, [weight, slopes]) => slopes.reduce((all, slope, i) => all + slope * along[weight]![i]!, sum),
          0,
        )
        expect(Math.abs(dot - slopeAlong(at, along, loss)), `${network}, ${direction}`).toBeLessThan(1e-7)
      }
    }
    agree('discriminator', weights, whole(lossOfD, 'discriminator', ['real', 'fake']))
    agree('generator', moved, whole(lossOfG, 'generator', ['fake']))
    // The log is that of the objective, without what the classes add.
    expect(metrics.discriminatorLoss).toBeCloseTo(lossOfD(plainOf(weights, 'discriminator')) / 2, 8)
    expect(metrics.generatorLoss).toBeCloseTo(lossOfG(plainOf(moved, 'generator')), 8)
    expect('classAccuracy' in metrics).toBe(condition === 'acgan')
  })

  it('makes examples of a class that is asked for, and can be measured on any number of held-out ones', () => {
    expect(offeredBy(objective, 'generate')!.draws!.label).toEqual({
      distribution: 'classes',
      count: CLASSES,
    })
    expect(offeredBy(objective, 'judge')).toBeUndefined()
    const { metrics } = reportGraph(objective, { batchSize: 3, columns: labelled.columns })
    expect(Object.keys(metrics)).toEqual(objective.logs.map((log) => log.name))
  })
})

describe('beside images', () => {
  const images = (length: number) =>
    sequential({ name: 'generator', input: { z: [length] }, output: 'images' }, [
      dense({ units: 8 }),
      reshape({ targetShape: [2, 4, 1] }),
    ])
  const looking = (shape: Shape) =>
    sequential({ name: 'discriminator', input: { images: shape } }, [
      reshape({ targetShape: [shape.reduce((a, b) => a * b)] }),
      dense({ units: 1, activation: 'sigmoid' }),
    ])
  const inputsOf = (condition: string, asVectors: boolean): number => {
    const { networks } = pairObjective({
      name: 'tiny',
      loss: PAIR_LOSSES.find(({ name }) => name === 'hinge')!,
      ...{ generator: images, latentDim: 2, discriminator: looking, latent, classes: CLASSES, asVectors },
      condition: CONDITIONS.find(({ name }) => name === condition),
    })
    const { rows, inputs } = networks.discriminator!
    expect(inputs.images).toEqual({ shape: [2, 4, 1] })
    return rows.find(({ name }) => name === 'reshape')!.outputShape[0]!
  }

  it('a class is a channel for each class, one learned channel, or more numbers of a vector', () => {
    expect(inputsOf('concat', false)).toBe(8 * (1 + CLASSES))
    expect(inputsOf('embedding', false)).toBe(8 * 2)
    expect(inputsOf('concat', true)).toBe(8 + CLASSES)
    expect(inputsOf('embedding', true)).toBe(8 + 50)
    expect(inputsOf('projection', false)).toBe(8)
  })
})

describe('a condition is refused', () => {
  const loss = PAIR_LOSSES[1]!
  const condition = CONDITIONS[0]!
  const common = { name: 'tiny', loss, latentDim: 2, discriminator, latent, condition } as const
  it('without labels, and with those of one class', () => {
    expect(() => pairObjective({ ...common, generator })).toThrow(ConfigError)
    expect(() => pairObjective({ ...common, generator })).toThrow(
      /tiny --condition concat learns labels, and the data has none; use labelled data/,
    )
    expect(() => pairObjective({ ...common, generator, classes: 1 })).toThrow(/at least 2 classes, got 1/)
  })
  it('by a generator that is finished, and by a discriminator without a layer of features', () => {
    expect(() => pairObjective({ ...common, generator: generator(2), classes: 3 })).toThrow(
      /expected a generator that can be made for a latent and a class/,
    )
    const flat = (shape: Shape) =>
      sequential({ name: 'discriminator', input: { points: shape } }, [
        reshape({ targetShape: [1, shape[0]!] }),
        dense({ units: 1, activation: 'sigmoid' }),
      ])
    const projection = CONDITIONS.find(({ name }) => name === 'projection')!
    expect(() =>
      pairObjective({ ...common, generator, classes: 3, discriminator: flat, condition: projection }),
    ).toThrow(/must end in a layer of features.* got "dense" on \[1, 2\]/)
  })
})
