// Measuring samples of a data set: what goes in, what comes out, and what is refused.
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { createDataset, type Dataset } from '../../src/data/index.ts'
import { openEvaluator } from '../../src/measuring/evaluator.ts'
import type { Extractor } from '../../src/measuring/extractor.ts'
import { PANEL } from '../../src/metrics/index.ts'
import type { Engine } from '../../src/runtime/engine.ts'
import { nodeEngine } from '../../src/runtime/node.ts'
import { randomStream } from '../../src/util/random.ts'

let engine: Engine
let train: Dataset
let test: Dataset
const CLASSES = ['a', 'b', 'c']
const SIDE = 4
const PIXELS = SIDE * SIDE

function randomImages(name: string, count: number): Promise<Dataset> {
  const stream = randomStream(1, name)
  return createDataset({
    name,
    images: Uint8Array.from({ length: count * PIXELS }, () => stream.integer(256)),
    count,
    height: SIDE,
    width: SIDE,
    channels: 1,
    labels: Uint8Array.from({ length: count }, (_, i) => i % 3),
    classes: CLASSES,
  })
}

/** Four sums of pixels as features, and three classes by the first of them. */
const sums: Extractor = {
  record: { name: 'sums', hash: 'abc', accuracy: 0.5, testCount: 60, features: 4 },
  classes: CLASSES,
  async read(images) {
    const scale = images instanceof Uint8Array ? 1 / 255 : 1
    const n = images.length / PIXELS
    const features = new Float32Array(n * 4)
    images.forEach((value, at) => {
      features[Math.floor(at / PIXELS) * 4 + (at % 4)]! += value * scale
    })
    const probabilities = new Float32Array(n * 3)
    for (let i = 0; i < n; i++) probabilities[3 * i + (Math.floor(features[4 * i]! * 10) % 3)] = 1
    return {
      features: { data: features, shape: [n, 4] },
      probabilities: { data: probabilities, shape: [n, 3] },
    }
  },
  close: async () => {},
}

beforeAll(async () => {
  engine = await nodeEngine({ threads: 1 })
  train = await randomImages('train', 200)
  test = await randomImages('test', 60)
})
afterAll(() => engine.close())

const numbersOf = (dataset: Dataset, count = dataset.count): Float32Array =>
  Float32Array.from(dataset.images.subarray(0, count * PIXELS), (byte) => byte / 255)

describe('openEvaluator', () => {
  it('measures everything of the panel, in its order', async () => {
    const evaluator = await openEvaluator(engine, sums, { train, test })
    const asked = Int32Array.from({ length: 60 }, (_, i) => i % 3)
    const { measures, shares, conditional } = await evaluator.measure(numbersOf(train, 60), asked)
    expect(conditional!.asked).toEqual([20, 20, 20])
    const { measures: unasked, ...rest } = await evaluator.measure(numbersOf(train, 60))
    expect(rest.conditional).toBeUndefined()
    expect(unasked.map(({ name }) => name)).not.toContain('conditionalAccuracy')
    expect(measures.map(({ name }) => name)).toEqual(
      PANEL.flatMap((group) => group.measures.map(({ name }) => name)),
    )
    expect(evaluator.count).toBe(60)
    expect(shares.reduce((sum, share) => sum + share, 0)).toBeCloseTo(1)
    for (const { name, result } of measures) expect(result.value, name).toBeTypeOf('number')
  })

  it('finds the held-out images themselves perfect, and training images copied', async () => {
    const evaluator = await openEvaluator(engine, sums, { train, test })
    const of = async (samples: Float32Array) =>
      Object.fromEntries(
        (await evaluator.measure(samples)).measures.map(({ name, result }) => [name, result.value]),
      )
    const same = await of(numbersOf(test))
    expect(same.fid).toBeLessThan(1e-9)
    expect([same.precision, same.recall, same.coverage, same.classDivergence]).toEqual([1, 1, 1, 0])
    expect(same.memorisation).toBe(0.5)
    expect((await of(numbersOf(train, 60))).memorisation).toBe(1)
  })

  it('has another floor for each draw, always the same', async () => {
    const fidOf = async (draw: number) => {
      const evaluator = await openEvaluator(engine, sums, { train, test })
      return (await evaluator.floor(draw)).measures.find(({ name }) => name === 'fid')?.result.value
    }
    expect(await fidOf(0)).toBe(await fidOf(0))
    expect(await fidOf(1)).not.toBe(await fidOf(0))
    const { measures } = await (await openEvaluator(engine, sums, { train, test })).floor(0)
    expect(measures.map(({ name }) => name)).not.toContain('memorisation')
  })

  it('takes as many real images as samples', async () => {
    const evaluator = await openEvaluator(engine, sums, { train, test }, { count: 20 })
    const { measures } = await evaluator.measure(numbersOf(train, 20))
    expect(measures[0]!.result.n).toEqual({ real: 20, fake: 20 })
    expect(evaluator.reference.words).toBe('20 of the 60 held-out images of train')
  })

  it.each([
    [{ count: 61 }, '--count 61: train has 60 held-out images'],
    [{ count: 4 }, "4 samples are too few: a Gaussian of the extractor's 4 features needs at least 5"],
  ])('refuses %o', async (options, message) => {
    await expect(openEvaluator(engine, sums, { train, test }, options)).rejects.toThrow(message)
  })

  it('refuses data of which nothing was held out', async () => {
    await expect(openEvaluator(engine, sums, { train })).rejects.toThrow('train has no held-out images')
  })

  it('refuses samples that are not numbers', async () => {
    const evaluator = await openEvaluator(engine, sums, { train, test }, { count: 20 })
    const samples = numbersOf(train, 20)
    samples[5 * PIXELS + 3] = Number.NaN
    await expect(evaluator.measure(samples)).rejects.toThrow('holds NaN in row 5, column 3')
  })
})
