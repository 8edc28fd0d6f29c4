// KID against plain loops, around zero between halves, and above it between what differs.
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { digits } from '../../src/data/index.ts'
import { kid, type Samples } from '../../src/metrics/index.ts'
import type { Engine } from '../../src/runtime/engine.ts'
import { nodeEngine } from '../../src/runtime/node.ts'
import { constantRows, gaussian, plainKid, shuffled } from './brute-force.ts'

let engine: Engine
beforeAll(async () => {
  engine = await nodeEngine({ threads: 1 })
})
afterAll(() => engine.close())

describe('kid', () => {
  const [a, b] = [gaussian(1, 40, 6), gaussian(2, 40, 6, { mean: 0.4 })]

  it('is the unbiased estimate that plain loops give', async () => {
    const { value, spread, n } = await kid(engine, a, b, { subsets: 1 })
    expect(value).toBeCloseTo(plainKid(a, b), 5)
    expect(spread).toBeUndefined()
    expect(n).toEqual({ real: 40, fake: 40 })
  })

  it('does not depend on the order of samples when a subset holds all', async () => {
    const { value } = await kid(engine, a, b, { subsets: 1 })
    expect((await kid(engine, shuffled(a), shuffled(b), { subsets: 1 })).value).toBeCloseTo(value!, 5)
  })

  it('is around zero within its spread between two halves of one distribution', async () => {
    const options = { subsets: 30, subsetSize: 200 }
    const { value, spread } = await kid(engine, gaussian(3, 1000, 16), gaussian(4, 1000, 16), options)
    expect(spread).toBeGreaterThan(0)
    expect(Math.abs(value!)).toBeLessThan(spread!)
  })

  it('is around zero within its spread between two halves of real images', async () => {
    const { images } = await digits({ count: 2000 })
    const half = (part: number): Samples => ({
      data: Float32Array.from(
        images.subarray(part * 1000 * 784, (part + 1) * 1000 * 784),
        (byte) => byte / 255,
      ),
      shape: [1000, 28, 28, 1],
    })
    const { value, spread } = await kid(engine, half(0), half(1), { subsets: 30, subsetSize: 300 })
    expect(spread).toBeGreaterThan(0)
    expect(Math.abs(value!)).toBeLessThan(spread!)
  })

  it('is far above its spread between distributions that differ', async () => {
    const options = { subsets: 30, subsetSize: 200 }
    const far = gaussian(4, 1000, 16, { mean: 0.5 })
    const { value, spread } = await kid(engine, gaussian(3, 1000, 16), far, options)
    expect(value).toBeGreaterThan(5 * spread!)
  })

  it('draws the same subsets from the same seed, and others from another', async () => {
    const draw = async (seed: number) => (await kid(engine, a, b, { subsets: 3, subsetSize: 10, seed })).value
    expect(await draw(1)).toBe(await draw(1))
    expect(await draw(1)).not.toBe(await draw(2))
  })

  it('says when all samples of a side are the same', async () => {
    const { value, caveat } = await kid(engine, a, constantRows([1, 2, 3, 4, 5, 6], 40))
    expect(value).toBeGreaterThan(1)
    expect(caveat).toBe('all samples of fake are the same')
  })

  it('keeps its precision for large features', async () => {
    const large = (seed: number, mean: number): Samples => gaussian(seed, 300, 8, { mean, deviation: 5 })
    const [x, y] = [large(5, 20), large(6, 21)]
    const { value } = await kid(engine, x, y, { subsets: 1 })
    const expected = plainKid(x, y)
    expect(Math.abs(value! / expected - 1)).toBeLessThan(1e-4)
  })

  it('says how it was estimated', async () => {
    const { estimator } = await kid(engine, a, b, { subsets: 2, seed: 7 })
    expect(estimator).toBe('unbiased MMD², cubic kernel, 2 subsets of 40, seed 7')
  })

  it('refuses subsets larger than a side', async () => {
    await expect(kid(engine, a, gaussian(1, 30, 6), { subsetSize: 40 })).rejects.toThrow(
      'kid: fake has 30 samples, expected at least 40 for a subset (subsetSize); draw more',
    )
    await expect(kid(engine, gaussian(1, 1, 6), b)).rejects.toThrow(
      'kid: real has 1 samples, expected at least 2',
    )
  })
})
