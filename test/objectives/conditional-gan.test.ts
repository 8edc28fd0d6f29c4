// The conditional GAN as an objective: labels reach both players, and what it refuses.
import { describe, expect, it } from 'vitest'
import { concat } from '../../src/graph/build.ts'
import { dense, embedding, flatten, network, reshape, sequential } from '../../src/layers/index.ts'
import { type ConditionalGanOptions, conditionalGan } from '../../src/objectives/conditional-gan.ts'
import { offeredBy } from '../../src/objectives/offer.ts'
import { sgd } from '../../src/optimizers/index.ts'
import { drawInputs } from '../../src/training/functions.ts'
import { stepGraph } from '../../src/training/step.ts'
import { ConfigError, ShapeError } from '../../src/util/errors.ts'
import { randomStream } from '../../src/util/random.ts'
import { type Arrays, feedsOf, largestDifference, noisyState, runStep } from '../training/run-step.ts'
import { columnsOf, randomSource } from '../training/tiny-gan.ts'

const label = { shape: [], dtype: 'int64' } as const
const code = () => embedding({ inputDim: 3, outputDim: 2 })

function makeGenerator(shape = [2, 2, 1]) {
  const [given, stack] = [
    code(),
    [dense({ units: shape.reduce((a, b) => a * b), activation: 'sigmoid' }), reshape({ targetShape: shape })],
  ]
  return network('generator', { z: [3], label }, ({ z, label }, apply) => ({
    images: apply(stack, concat([z!, apply(given, label!)], 1)),
  }))
}
function makeDiscriminator() {
  const [given, flat, last] = [code(), flatten(), dense({ units: 1, activation: 'sigmoid' })]
  return network('discriminator', { images: [2, 2, 1], label }, ({ images, label }, apply) => ({
    probability: apply(last, concat([apply(flat, images!), apply(given, label!)], 1)),
  }))
}
const options: ConditionalGanOptions = {
  name: 'tiny',
  generator: makeGenerator(),
  discriminator: makeDiscriminator(),
  generatorOptimizer: sgd({ learningRate: 0.5 }),
  discriminatorOptimizer: sgd({ learningRate: 0.5 }),
  classes: 3,
}
const objective = conditionalGan(options)
const columns = columnsOf([2, 2, 1])
const step = stepGraph(objective, { batchSize: 4, columns })
const start = noisyState(step, 3, 0.3)
const source = randomSource(12)

/** A step on labels that are all the same: what its embeddings have learned, by the rows of the table. */
function rowsThatMove(state: Arrays, player: string): number[] {
  const name = `${player}/embedding/embeddings`
  const moved = state[name]!.map((value, i) => Math.abs(value - start[name]![i]!))
  return [0, 1, 2].filter((row) => moved[2 * row]! + moved[2 * row + 1]! > 0)
}

describe('a step of the conditional GAN', () => {
  const feeds = feedsOf(step, source, 0)
  const onlyOnes = { ...feeds, labels: { ...feeds.labels!, data: Float64Array.of(1, 1, 1, 1) } }
  const after = runStep(step, start, onlyOnes)

  it('is fed one batch of examples with their labels, and latents for each player', () => {
    expect(
      step.feeds.filter(({ kind }) => kind !== 'number').map(({ name, shape }) => [name, ...shape]),
    ).toEqual([
      ['images', 4, 2, 2, 1],
      ['labels', 4],
      ['discriminator/normal-0', 4, 3],
      ['generator/normal-0', 4, 3],
    ])
  })

  it('teaches both players about the classes of the batch only', () => {
    expect(rowsThatMove(after.state, 'discriminator')).toEqual([1])
    expect(rowsThatMove(after.state, 'generator')).toEqual([1])
    for (const { name } of step.state)
      expect(largestDifference({ a: after.state[name]! }, { a: start[name]! }), name).toBeGreaterThan(0)
  })

  it('shows the labels to the discriminator: the same images with others are judged otherwise', () => {
    const others = { ...feeds, labels: { ...feeds.labels!, data: Float64Array.of(2, 2, 2, 2) } }
    const { metrics } = runStep(step, start, others)
    expect(metrics.discriminatorLoss).not.toBe(after.metrics.discriminatorLoss)
    expect(Object.keys(metrics)).toEqual(['generatorLoss', 'discriminatorLoss', 'discriminatorAccuracy'])
  })
})

describe('what a conditional GAN offers', () => {
  const generate = offeredBy(objective, 'generate')!

  it('makes examples of classes that are drawn, or of one that is given, of the same latents', () => {
    const any = drawInputs(generate, 200, randomStream(1, 'test'))
    const twos = drawInputs(generate, 200, randomStream(1, 'test'), { label: 2 })
    expect(new Set(any.label as BigInt64Array)).toEqual(new Set([0n, 1n, 2n]))
    expect(new Set(twos.label as BigInt64Array)).toEqual(new Set([2n]))
    expect(twos.z).toEqual(any.z)
  })
})

describe('conditionalGan', () => {
  const refuse = (changed: object, kind: new (message: string) => Error, message: RegExp): void => {
    const attempt = () => conditionalGan({ ...options, ...changed })
    expect(attempt).toThrow(kind)
    expect(attempt).toThrow(message)
  }

  it('refuses players that are not told a label', () => {
    const plain = sequential({ name: 'generator', input: { z: [3] } }, [dense({ units: 4 })])
    refuse(
      { generator: plain },
      ConfigError,
      /the generator must take an int64 "label" and one other input, got z; make it with network/,
    )
    const given = code()
    const only = network('discriminator', { label }, ({ label }, apply) => ({ out: apply(given, label!) }))
    refuse(
      { discriminator: only },
      ConfigError,
      /the discriminator must take an int64 "label" and one other input, got label/,
    )
    const float = network('generator', { z: [3], label: [1] }, ({ z }) => ({ out: z! }))
    refuse({ generator: float }, ConfigError, /int64 "label"/)
  })

  it('refuses players that do not fit together, and a number of classes that is none', () => {
    refuse(
      { generator: makeGenerator([3, 2, 1]) },
      ShapeError,
      /what the generator makes, \[3, 2, 1\], but takes \[2, 2, 1\]/,
    )
    refuse({ classes: 1 }, ConfigError, /classes.*at least 2.*1/)
    refuse({ classes: 2.5 }, ConfigError, /classes/)
    refuse({ class: 3 }, ConfigError, /unknown option "class"/)
    refuse({ generatorOptimizer: undefined }, ConfigError, /generatorOptimizer/)
  })

  it('needs data with labels', () => {
    const { labels: _, ...images } = columns
    expect(() => stepGraph(objective, { batchSize: 4, columns: images })).toThrow(
      /asks for the column "labels" of the data, which has images/,
    )
  })
})
