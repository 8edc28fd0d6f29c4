// Sharpness and noise of images made for the purpose.
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { type Samples, sharpness } from '../../src/metrics/index.ts'
import type { Engine } from '../../src/runtime/engine.ts'
import { nodeEngine } from '../../src/runtime/node.ts'
import { randomStream } from '../../src/util/random.ts'

let engine: Engine
beforeAll(async () => {
  engine = await nodeEngine({ threads: 1 })
})
afterAll(() => engine.close())

const side = 28
const images = (n: number, pixel: (y: number, x: number, i: number) => number): Samples => ({
  data: Float32Array.from({ length: n * side * side }, (_, i) =>
    pixel(Math.floor(i / side) % side, i % side, Math.floor(i / side ** 2)),
  ),
  shape: [n, side, side, 1],
})
/** A disc whose rim is `soft` pixels wide. */
const disc = (n: number, soft: number, noise = 0): Samples => {
  const stream = randomStream(1, 'disc')
  return images(n, (y, x) => {
    const edge = (8 - Math.hypot(y - 13.5, x - 13.5)) / soft
    return 1 / (1 + Math.exp(-4 * edge)) + noise * stream.normal()
  })
}

describe('sharpness', () => {
  it('is 0, as is the noise, for constant images', async () => {
    const { sharpness: sharp, noise } = await sharpness(
      engine,
      images(3, () => 0.5),
    )
    expect(sharp.value).toBeCloseTo(0, 9)
    expect(noise.value).toBeCloseTo(0, 7)
  })

  it('falls as edges soften', async () => {
    const values = await Promise.all(
      [1, 2, 4].map(async (soft) => (await sharpness(engine, disc(2, soft))).sharpness.value!),
    )
    expect(values[0]).toBeGreaterThan(2 * values[1]!)
    expect(values[1]).toBeGreaterThan(2 * values[2]!)
  })

  it('estimates the deviation of white noise, also over a ramp', async () => {
    const stream = randomStream(2, 'noise')
    const { noise, sharpness: sharp } = await sharpness(
      engine,
      images(40, (y, x) => 0.02 * y - 0.01 * x + 0.1 * stream.normal()),
    )
    expect(noise.value).toBeGreaterThan(0.097)
    expect(noise.value).toBeLessThan(0.103)
    // The Laplacian adds up 4² + 4 variances.
    expect(sharp.value! / (20 * 0.01)).toBeCloseTo(1, 1)
    expect(noise.spread).toBeGreaterThan(0)
    expect(noise.n).toEqual({ images: 40 })
  })

  it('tells a noisy disc from a smooth one', async () => {
    const [clean, noisy] = [await sharpness(engine, disc(4, 3)), await sharpness(engine, disc(4, 3, 0.1))]
    expect(noisy.noise.value).toBeGreaterThan(5 * clean.noise.value!)
  })

  it('is what plain loops give', async () => {
    const { data } = randomImages(1)
    const at = (y: number, x: number): number => data[y * side + x]!
    const bend: number[] = []
    const speck: number[] = []
    for (let y = 1; y < side - 1; y++)
      for (let x = 1; x < side - 1; x++) {
        const sides = at(y - 1, x) + at(y + 1, x) + at(y, x - 1) + at(y, x + 1)
        const corners = at(y - 1, x - 1) + at(y - 1, x + 1) + at(y + 1, x - 1) + at(y + 1, x + 1)
        bend.push(sides - 4 * at(y, x))
        speck.push(Math.abs(corners - 2 * sides + 4 * at(y, x)))
      }
    const mean = (list: number[]): number => list.reduce((a, b) => a + b, 0) / list.length
    const { sharpness: sharp, noise } = await sharpness(engine, randomImages(1))
    expect(sharp.value).toBeCloseTo(mean(bend.map((v) => (v - mean(bend)) ** 2)), 4)
    expect(noise.value).toBeCloseTo((Math.sqrt(Math.PI / 2) / 6) * mean(speck), 5)
  })

  it('does not depend on the size of blocks', async () => {
    const { sharpness: sharp, noise } = await sharpness(engine, randomImages(10))
    for (const block of [1, 4, 10]) {
      const again = await sharpness(engine, randomImages(10), { block })
      expect(again.sharpness.value).toBeCloseTo(sharp.value!, 5)
      expect(again.noise.spread).toBeCloseTo(noise.spread!, 5)
    }
  })

  it('takes colour channel by channel', async () => {
    const grey = randomImages(2)
    const colour = {
      data: Float32Array.from({ length: grey.data.length * 3 }, (_, i) => grey.data[Math.floor(i / 3)]!),
      shape: [2, side, side, 3],
    }
    expect((await sharpness(engine, colour)).noise.value).toBeCloseTo(
      (await sharpness(engine, grey)).noise.value!,
      6,
    )
  })

  it('refuses what is not images', async () => {
    await expect(sharpness(engine, { data: new Float32Array(8), shape: [2, 4] })).rejects.toThrow(
      'sharpness: images must be [n, height, width, channels] of at least 3 x 3 pixels, got [2, 4]',
    )
    const bad = randomImages(1)
    bad.data[3] = Number.POSITIVE_INFINITY
    await expect(sharpness(engine, bad)).rejects.toThrow(
      'sharpness: images holds Infinity in row 0, column 3',
    )
  })
})

function randomImages(n: number): Samples {
  const stream = randomStream(3, 'pixels')
  return images(n, () => stream.uniform())
}
