// The Fréchet distance against closed forms, and what it says about samples without one.
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { fid, type Samples } from '../../src/metrics/index.ts'
import type { Engine } from '../../src/runtime/engine.ts'
import { nodeEngine } from '../../src/runtime/node.ts'
import { constantRows, gaussian, shuffled } from './brute-force.ts'

let engine: Engine
beforeAll(async () => {
  engine = await nodeEngine({ threads: 1 })
})
afterAll(() => engine.close())

/** The corners mean ± offset along each axis: their mean is `mean`, their covariance diagonal and known. */
function corners(mean: readonly number[], offsets: readonly number[]): Samples {
  const d = mean.length
  const rows = offsets.flatMap((offset, axis) =>
    [offset, -offset].map((move) => mean.map((m, j) => (j === axis ? m + move : m))),
  )
  return { data: Float32Array.from(rows.flat()), shape: [2 * d, d] }
}
/** Each variance of `corners`: two of 2 d rows are off the mean, divisor 2 d - 1. */
const varianceOf = (offset: number, d: number): number => (2 * offset ** 2) / (2 * d - 1)

describe('fid', () => {
  it.each([
    ['well spread', gaussian(1, 600, 32, { mean: 3 })],
    [
      'with directions that hardly vary',
      {
        data: gaussian(2, 600, 32).data.map((x, i) => x * 10 ** (-(i % 32) / 4)),
        shape: [600, 32],
      },
    ],
  ])('is 0 between samples and themselves: %s', async (_, x) => {
    const { value } = await fid(engine, x, x)
    const scale = x.data.reduce((sum, v) => sum + v ** 2, 0) / x.shape[0]!
    expect(value).toBeGreaterThanOrEqual(0)
    expect(value! / scale).toBeLessThan(1e-6)
  })

  it('is the closed form for axis-aligned Gaussians of known mean and covariance', async () => {
    const a = { mean: [0, 1, -2, 4], offsets: [1, 2, 3, 4] }
    const b = { mean: [1, 1, 0, 2], offsets: [2, 0.5, 3, 1] }
    const expected = a.mean.reduce((sum, m, j) => {
      const [p, q] = [varianceOf(a.offsets[j]!, 4), varianceOf(b.offsets[j]!, 4)]
      return sum + (m - b.mean[j]!) ** 2 + p + q - 2 * Math.sqrt(p * q)
    }, 0)
    const { value, n } = await fid(engine, corners(a.mean, a.offsets), corners(b.mean, b.offsets))
    expect(value).toBeCloseTo(expected, 9)
    expect(n).toEqual({ real: 8, fake: 8 })
  })

  it('is the closed form for covariances that do not commute', async () => {
    // tr (A B)^½ of two 2 x 2 matrices is sqrt(tr AB + 2 sqrt(det AB)).
    const x = gaussian(3, 500, 2)
    const turn = (p: number, q: number, r: number, s: number): Samples => ({
      data: x.data.map((_, i) => {
        const [u, v] = [x.data[i - (i % 2)]!, x.data[i - (i % 2) + 1]!]
        return i % 2 === 0 ? p * u + q * v : r * u + s * v
      }),
      shape: x.shape,
    })
    const moments = ({ data }: Samples) => {
      const n = data.length / 2
      const mean = [0, 1].map((j) => data.reduce((sum, v, i) => (i % 2 === j ? sum + v : sum), 0) / n)
      const cov = (j: number, k: number): number => {
        let sum = 0
        for (let i = 0; i < n; i++) sum += (data[2 * i + j]! - mean[j]!) * (data[2 * i + k]! - mean[k]!)
        return sum / (n - 1)
      }
      return { mean, cov: [cov(0, 0), cov(0, 1), cov(1, 1)] as const }
    }
    const [a, b] = [turn(2, 0, 1, 1), turn(1, -1, 0.5, 0.2)]
    const { mean: m, cov: p } = moments(a)
    const { mean: o, cov: q } = moments(b)
    const traceOfProduct = p[0] * q[0] + 2 * p[1] * q[1] + p[2] * q[2]
    const determinant = (p[0] * p[2] - p[1] ** 2) * (q[0] * q[2] - q[1] ** 2)
    const root = Math.sqrt(traceOfProduct + 2 * Math.sqrt(determinant))
    const expected = (m[0]! - o[0]!) ** 2 + (m[1]! - o[1]!) ** 2 + p[0] + p[2] + q[0] + q[2] - 2 * root
    expect((await fid(engine, a, b)).value).toBeCloseTo(expected, 9)
  })

  it('comes near the distance of the distributions with many samples', async () => {
    // |m|² + d (s - 1)² for N(0, I) and N(m, s² I).
    const { value } = await fid(
      engine,
      gaussian(4, 20_000, 8),
      gaussian(5, 20_000, 8, { mean: 1, deviation: 2 }),
    )
    expect(value! / (8 + 8)).toBeCloseTo(1, 1)
  })

  it('does not depend on the size of blocks, the order of samples, or which side is which', async () => {
    const [a, b] = [gaussian(6, 130, 8), gaussian(7, 90, 8, { mean: 0.3 })]
    const { value } = await fid(engine, a, b)
    for (const block of [1, 7, 90, 4096])
      expect((await fid(engine, a, b, { block })).value).toBeCloseTo(value!, 10)
    expect((await fid(engine, shuffled(a), shuffled(b))).value).toBeCloseTo(value!, 10)
    expect((await fid(engine, b, a)).value).toBeCloseTo(value!, 10)
  })

  it('gives a reason instead of a number when all samples are equal', async () => {
    const { value, reason, ranks } = await fid(engine, gaussian(8, 50, 3), constantRows([1, 2, 3], 50))
    expect(value).toBeNull()
    expect(reason).toBe('all samples of fake have the same features: their covariance is 0')
    expect(ranks).toEqual({ real: 3, fake: 0 })
  })

  it('gives a reason when the samples lie on a line', async () => {
    const line = { data: gaussian(9, 50, 6).data.map((_, i, all) => all[i - (i % 6)]!), shape: [50, 6] }
    const { value, reason } = await fid(engine, gaussian(8, 50, 6), line)
    expect(value).toBeNull()
    expect(reason).toContain('the covariance of fake is singular: rank 1 of 6, that of real has 6')
  })

  it('gives a number with a caveat when one direction is missing', async () => {
    const flat = { data: gaussian(9, 50, 6).data.map((x, i) => (i % 6 === 2 ? 0 : x)), shape: [50, 6] }
    const { value, caveat } = await fid(engine, gaussian(8, 50, 6), flat)
    expect(value).toBeGreaterThan(0.5)
    expect(caveat).toBe('the covariance of fake is singular: rank 5 of 6, that of real has 6')
  })

  it('takes features that are constant on both sides', async () => {
    const dead = (seed: number): Samples => ({
      data: gaussian(seed, 50, 6).data.map((x, i) => (i % 6 === 2 ? 0 : x)),
      shape: [50, 6],
    })
    const { value, caveat } = await fid(engine, dead(1), dead(2))
    expect(value).toBeGreaterThan(0)
    expect(caveat).toBeUndefined()
  })

  it.each([
    [
      'fewer samples than features',
      gaussian(1, 20, 8),
      gaussian(1, 8, 8),
      'fid: fake has 8 samples, expected at least 9 to fit a Gaussian to 8 features; draw more',
    ],
    [
      'sides of different extractors',
      gaussian(1, 20, 8),
      gaussian(1, 20, 4),
      'fid: real has 8 numbers per sample, fake has 4; take both from one extractor',
    ],
    [
      'NaN',
      gaussian(1, 20, 8),
      { data: gaussian(1, 20, 8).data.fill(Number.NaN, 19, 20), shape: [20, 8] },
      'fid: fake holds NaN in row 2, column 3; expected finite numbers',
    ],
    [
      'a shape without samples',
      { data: new Float32Array(8), shape: [8] },
      gaussian(1, 20, 8),
      'fid: real must hold samples along axis 0, e.g. features [n, d], got [8]',
    ],
    [
      'a shape that the array does not fill',
      { data: new Float32Array(8), shape: [3, 8] },
      gaussian(1, 20, 8),
      'fid: real [3, 8] needs 24 numbers, its array has 8',
    ],
  ])('refuses %s', async (_, real, fake, message) => {
    await expect(fid(engine, real, fake)).rejects.toThrow(message)
  })

  it('refuses options it does not know', async () => {
    const x = gaussian(1, 20, 4)
    await expect(fid(engine, x, x, { blocks: 3 } as object)).rejects.toThrow('did you mean "block"?')
    await expect(fid(engine, x, x, { block: 0 })).rejects.toThrow('block must be an integer with block >= 1')
  })
})
