// Memorisation and duplicates: copies of training samples, and of one another.
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { duplicateRate, memorisation, type Samples } from '../../src/metrics/index.ts'
import type { Engine } from '../../src/runtime/engine.ts'
import { nodeEngine } from '../../src/runtime/node.ts'
import { constantRows, distance, gaussian, rowsIn, shuffled } from './brute-force.ts'

let engine: Engine
beforeAll(async () => {
  engine = await nodeEngine({ threads: 1 })
})
afterAll(() => engine.close())

const firstRows = ({ data, shape }: Samples, n: number): Samples => ({
  data: data.slice(0, n * shape[1]!),
  shape: [n, shape[1]!],
})
const both = (a: Samples, b: Samples): Samples => ({
  data: Float32Array.from([...a.data, ...b.data]),
  shape: [a.shape[0]! + b.shape[0]!, a.shape[1]!],
})

describe('memorisation', () => {
  const [train, heldOut, fake] = [gaussian(1, 150, 8), gaussian(2, 80, 8), gaussian(3, 60, 8)]

  it('finds the nearest training samples that plain loops find', async () => {
    const { fake: found } = await memorisation(engine, { train, fake, heldOut })
    rowsIn(fake).forEach((row, i) => {
      const all = rowsIn(train).map((other) => distance(row, other))
      expect(found.distances[i]).toBeCloseTo(Math.min(...all), 9)
      expect(found.indices[i]).toBe(all.indexOf(Math.min(...all)))
    })
  })

  it('is the share of pairs in which the fake is nearer', async () => {
    const result = await memorisation(engine, { train, fake, heldOut })
    let nearer = 0
    for (const a of result.fake.distances) for (const b of result.heldOut.distances) nearer += a < b ? 1 : 0
    expect(result.value).toBeCloseTo(nearer / (60 * 80), 12)
    expect(result.n).toEqual({ train: 150, fake: 60, heldOut: 80 })
    expect(await memorisation(engine, { train, fake, heldOut: result.heldOut })).toEqual(result)
  })

  it('is around one half for new samples of the distribution', async () => {
    const { value, deviations } = await memorisation(engine, { train, fake, heldOut })
    expect(value).toBeGreaterThan(0.35)
    expect(value).toBeLessThan(0.65)
    expect(Math.abs(deviations)).toBeLessThan(3)
  })

  it('is 1 for copies, whose distances are exactly 0', async () => {
    const {
      value,
      deviations,
      fake: found,
    } = await memorisation(engine, {
      train,
      fake: firstRows(train, 60),
      heldOut,
    })
    expect(value).toBe(1)
    expect(deviations).toBeGreaterThan(8)
    expect(found.median).toBe(0)
    expect([...found.indices]).toEqual(Array.from({ length: 60 }, (_, i) => i))
  })

  it('does not depend on the size of blocks or the order of samples', async () => {
    const { value } = await memorisation(engine, { train, fake, heldOut })
    for (const block of [1, 9, 1000])
      expect((await memorisation(engine, { train, fake, heldOut }, { block })).value).toBe(value)
    expect(
      (await memorisation(engine, { train: shuffled(train), fake: shuffled(fake), heldOut })).value,
    ).toBe(value)
  })

  it('takes images as they are', async () => {
    const image = ({ data, shape }: Samples): Samples => ({ data, shape: [shape[0]!, 2, 4, 1] })
    const flat = await memorisation(engine, { train, fake, heldOut })
    const shaped = await memorisation(engine, {
      train: image(train),
      fake: image(fake),
      heldOut: image(heldOut),
    })
    expect(shaped.value).toBe(flat.value)
  })

  it('refuses sides of different lengths', async () => {
    await expect(memorisation(engine, { train, fake: gaussian(1, 10, 7), heldOut })).rejects.toThrow(
      'memorisation: train has 8 numbers per sample, fake has 7',
    )
  })
})

describe('duplicateRate', () => {
  const samples = gaussian(4, 90, 6)

  it('is 0 for samples drawn one by one', async () => {
    const { value, n } = await duplicateRate(engine, samples)
    expect(value).toBe(0)
    expect(n).toEqual({ samples: 90 })
  })

  it('is 1 when all are the same', async () => {
    expect((await duplicateRate(engine, constantRows([3, 1, 4.1], 40))).value).toBe(1)
  })

  it('counts both of a pair, wherever they stand', async () => {
    const twice = both(samples, firstRows(samples, 30))
    expect((await duplicateRate(engine, twice)).value).toBe(60 / 120)
    expect((await duplicateRate(engine, shuffled(twice), { block: 7 })).value).toBe(60 / 120)
  })

  it('sees near copies against the scale of real samples', async () => {
    const near = gaussian(5, 40, 6, { mean: 1, deviation: 1e-4 })
    expect((await duplicateRate(engine, near)).value).toBe(0)
    const { value, threshold } = await duplicateRate(engine, near, { scale: samples })
    expect(value).toBe(1)
    expect(threshold).toBeGreaterThan(0.02)
    expect(threshold).toBeLessThan(0.03)
  })

  it('refuses a single sample', async () => {
    await expect(duplicateRate(engine, gaussian(1, 1, 4))).rejects.toThrow(
      'duplicateRate: samples has 1 samples, expected at least 2 to find twins; draw more',
    )
  })
})
