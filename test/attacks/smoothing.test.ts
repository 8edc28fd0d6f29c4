// Certificates follow from counts alone, counts from seed, example and draw alone, and no attack contradicts them.
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { certificateOf, predictionOf } from '../../src/attacks/certificate.ts'
import { attackSmoothed, contradictions } from '../../src/attacks/smoothed-attack.ts'
import {
  certificatesOf,
  certifyShards,
  openSmoothed,
  type Shard,
  type Smoothed,
  smoothingOptions,
} from '../../src/attacks/smoothing.ts'
import type { Engine } from '../../src/runtime/engine.ts'
import { nodeEngine } from '../../src/runtime/node.ts'
import { normalQuantile } from '../../src/statistics/quantiles.ts'
import { randomStream } from '../../src/util/random.ts'
import { TINY_SIZE, TINY_WEIGHTS, tinyClassifier, tinyLogits } from './tiny-classifier.ts'

const SIGMA = 0.25
const COUNT = 3
const images = randomStream(5, 'images').fillUniform(new Float32Array(COUNT * TINY_SIZE))
const imageOf = (i: number): Float32Array => images.subarray(i * TINY_SIZE, (i + 1) * TINY_SIZE)
const ids = [11, 12, 13]
const options = smoothingOptions.parse({ sigma: SIGMA, n0: 50, n: 2000 })

let engine: Engine
let smoothed: Smoothed
beforeAll(async () => {
  engine = await nodeEngine({ threads: 1 })
  smoothed = await openSmoothed(engine, tinyClassifier, { sigma: SIGMA, seed: 1, batch: 32 })
})
afterAll(async () => {
  await smoothed?.close()
  await engine?.close()
})
const counted = async (i: number, from: number, to: number): Promise<number[]> => [
  ...(await smoothed.counts(imageOf(i), { id: ids[i]!, purpose: 'estimate', from, to })),
]
const collect = async (shards: AsyncIterable<Shard>): Promise<Shard[]> => {
  const all: Shard[] = []
  for await (const shard of shards) all.push(shard)
  return all
}

describe('CERTIFY', () => {
  it.each([
    [100, 0.933254, 1.5005],
    [1000, 0.993116, 2.4633],
    [10_000, 0.999309, 3.1986],
    [100_000, 0.999931, 3.8115],
  ])('gives the values of the reference when all %d agree', (n, lower, radius) => {
    const found = certificateOf([0, 100], [0, n], { alpha: 0.001, sigma: 2 })
    expect(found.class).toBe(1)
    expect(Number(found.lower.toFixed(6))).toBe(lower)
    expect(Number((found.radius / 2).toFixed(4))).toBe(radius)
  })

  it('bounds the class of the first counts, whatever the second say, and abstains where it may not be the likeliest', () => {
    const settings = { alpha: 0.001, sigma: 1 }
    expect(certificateOf([60, 40], [100, 900], settings)).toMatchObject({ class: undefined, radius: 0 })
    expect(certificateOf([60, 40], [530, 470], settings).class).toBeUndefined()
    expect(certificateOf([60, 40], [600, 400], settings).class).toBe(0)
  })
})

describe('PREDICT', () => {
  it('answers the likeliest class where it is told from the second, else abstains', () => {
    expect(predictionOf([3, 90, 7], 0.001).class).toBe(1)
    expect(predictionOf([3, 52, 45], 0.001).class).toBeUndefined()
    // Others than the two likeliest do not count: 20 against 1.
    expect(predictionOf([20, 1, 1, 1, 1], 0.001)).toMatchObject({ class: 0 })
    expect(predictionOf([7], 0.05).class).toBe(0)
  })
})

describe('counts under noise', () => {
  it('are the same in one piece, in any shards, in any batch and in every run', async () => {
    const whole = await counted(0, 0, 500)
    expect(whole.reduce((sum, n) => sum + n, 0)).toBe(500)
    const parts = [await counted(0, 130, 500), await counted(0, 0, 7), await counted(0, 7, 130)]
    expect(whole.map((_, k) => parts.reduce((sum, part) => sum + part[k]!, 0))).toEqual(whole)
    const other = await openSmoothed(engine, tinyClassifier, { sigma: SIGMA, seed: 1, batch: 100 })
    const again = await other.counts(imageOf(0), { id: 11, purpose: 'estimate', from: 0, to: 500 })
    expect([...again]).toEqual(whole)
    const selected = await other.counts(imageOf(0), { id: 11, purpose: 'select', from: 0, to: 500 })
    expect([...selected]).not.toEqual(whole)
    await other.close()
  })

  it('come as often as geometry says, for a linear classifier of two classes', async () => {
    // Between the two classes that matter the noise moves the difference of logits by a normal number.
    const logits = tinyLogits(imageOf(0))
    const order = [0, 1, 2].sort((a, b) => logits[b]! - logits[a]!)
    const [a, b, c] = order as [number, number, number]
    const scale = (k: number): number =>
      SIGMA *
      Math.hypot(
        ...Array.from({ length: TINY_SIZE }, (_, p) => TINY_WEIGHTS[p * 3 + a]! - TINY_WEIGHTS[p * 3 + k]!),
      )
    const below = (share: number, k: number): boolean =>
      (logits[k]! - logits[a]!) / scale(k) < normalQuantile(share)
    const found = await counted(0, 0, 4000)
    const lost = 1 - found[a]! / 4000
    // P(b or c wins) lies between the larger of the two probabilities and their sum.
    const slack = 4 * Math.sqrt(0.25 / 4000)
    const probability = (k: number): number => {
      let [low, high] = [1e-9, 1 - 1e-9]
      for (let i = 0; i < 50; i++) {
        const middle = (low + high) / 2
        if (below(middle, k)) high = middle
        else low = middle
      }
      return low
    }
    expect(lost).toBeGreaterThan(Math.max(probability(b), probability(c)) - slack)
    expect(lost).toBeLessThan(probability(b) + probability(c) + slack)
  })

  it('stop when told to', async () => {
    const signal = AbortSignal.abort(new Error('enough'))
    await expect(
      smoothed.counts(imageOf(0), { id: 1, purpose: 'predict', from: 0, to: 10 }, { signal }),
    ).rejects.toThrow('enough')
  })
})

describe('shards', () => {
  it('are resumed where they ended, and give the certificates of one go', async () => {
    const whole = await collect(certifyShards(smoothed, { images, ids, options }))
    const all = await collect(certifyShards(smoothed, { images, ids, options, shard: 700 }))
    expect(all).toHaveLength(COUNT * 4)
    const rest = await collect(
      certifyShards(smoothed, { images, ids, options, shard: 700, done: all.slice(0, 5) }),
    )
    expect(rest).toEqual(all.slice(5))
    const certificates = certificatesOf(all.toReversed(), ids, options)
    expect(certificates).toEqual(certificatesOf(whole, ids, options))
    expect(certificates.some(({ radius }) => radius > 0)).toBe(true)
  })

  it('that are missing or twice are told', async () => {
    const all = await collect(
      certifyShards(smoothed, { images: imageOf(0), ids: [11], options, shard: 1000 }),
    )
    expect(() => certificatesOf(all.slice(0, 2), [11], options)).toThrow(
      'certificate of example 11: expected shards of the draws 0 to 2000 ("estimate"), each once; got 0 to 1000',
    )
    expect(() => certificatesOf([...all, all[1]!], [11], options)).toThrow('each once')
    expect(() => certificatesOf([], [11], options)).toThrow('got none')
  })
})

describe('an attack on the smoothed classifier', () => {
  it('stays within the radius and the box, comes near the boundary, and contradicts nothing', async () => {
    const shards = await collect(certifyShards(smoothed, { images, ids, options }))
    const certificates = certificatesOf(shards, ids, options)
    const given = { images, ids, certificates, sigma: SIGMA, seed: 1, n: 500, steps: 10, draws: 16 }
    const found = await contradictions(engine, tinyClassifier, smoothed, given)
    expect(found).toHaveLength(certificates.filter(({ class: named }) => named !== undefined).length)
    for (const { certified, distance, contradicted } of found) {
      expect(contradicted).toBe(false)
      expect(distance).toBeLessThanOrEqual(certified.radius)
      expect(distance).toBeGreaterThan(0.3 * certified.radius)
    }
    const attacked = await attackSmoothed(engine, tinyClassifier, given)
    expect(attacked.every((p) => p >= 0 && p <= 1)).toBe(true)
  })

  it('finds a contradiction where a certificate claims too much', async () => {
    const named = tinyLogits(imageOf(0)).indexOf(Math.max(...tinyLogits(imageOf(0))))
    const certificates = [{ class: named, lower: 0.99, radius: 3 }]
    const [found] = await contradictions(engine, tinyClassifier, smoothed, {
      images: imageOf(0),
      ids: [11],
      certificates,
      sigma: SIGMA,
      seed: 1,
      n: 300,
      steps: 10,
      draws: 16,
    })
    expect(found!.contradicted).toBe(true)
    expect(found!.distance).toBeGreaterThan(0.5)
  })
})
