// Precision, recall, density and coverage against plain loops and known cases; `published.conformance.ts` has the rest.
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { densityCoverage, neighbourhoods, precisionRecall, type Samples } from '../../src/metrics/index.ts'
import type { Engine } from '../../src/runtime/engine.ts'
import { nodeEngine } from '../../src/runtime/node.ts'
import { constantRows, gaussian, plainManifolds, shuffled } from './brute-force.ts'

let engine: Engine
beforeAll(async () => {
  engine = await nodeEngine({ threads: 1 })
})
afterAll(() => engine.close())

/** All four numbers. */
async function manifolds(real: Samples, fake: Samples, options: { k?: number; block?: number } = {}) {
  const { precision, recall } = await precisionRecall(engine, real, fake, options)
  const { density, coverage } = await densityCoverage(engine, real, fake, options)
  return {
    precision: precision.value,
    recall: recall.value,
    density: density.value,
    coverage: coverage.value,
  }
}

describe('precisionRecall and densityCoverage', () => {
  const [real, fake] = [gaussian(1, 70, 3), gaussian(2, 50, 3, { mean: 0.7, deviation: 1.3 })]

  it.each([1, 3, 5])('are what plain loops give, k = %i', async (k) => {
    expect(await manifolds(real, fake, { k })).toEqual(plainManifolds(real, fake, k))
  })

  it.each([1, 3, 16, 50, 1000])('do not depend on the size of blocks: %i', async (block) => {
    expect(await manifolds(real, fake, { k: 3, block })).toEqual(plainManifolds(real, fake, 3))
  })

  it.each([1, 3, 5])('are the same from neighbourhoods searched before, k = %i', async (k) => {
    const [a, b] = [await neighbourhoods(engine, real), await neighbourhoods(engine, fake, { k: 2 })]
    expect(await manifolds(a, b, { k })).toEqual(plainManifolds(real, fake, k))
  })

  it('do not depend on the order of samples', async () => {
    expect(await manifolds(shuffled(real), shuffled(fake), { k: 3 })).toEqual(plainManifolds(real, fake, 3))
  })

  it('hold far from the origin, where distances are small differences of large numbers', async () => {
    const far = ({ data, shape }: Samples): Samples => ({ data: data.map((x) => x + 1000), shape })
    const [a, b] = [far(real), far(fake)]
    expect(await manifolds(a, b, { k: 3 })).toEqual(plainManifolds(a, b, 3))
  })

  // The experiment of `published.conformance.ts`, fifty times smaller: in a thousand dimensions all distances are alike.
  it('are what plain loops give in a thousand dimensions', async () => {
    const [a, b] = [gaussian(1, 200, 1000), gaussian(2, 200, 1000)]
    expect(await manifolds(a, b, { k: 5 })).toEqual(plainManifolds(a, b, 5))
  })

  it('have k = 3 and k = 5 as defaults, and say so', async () => {
    const { precision } = await precisionRecall(engine, real, fake)
    const { density } = await densityCoverage(engine, real, fake)
    expect(precision.estimator).toBe('k-NN balls, k = 3, strict <')
    expect(density.estimator).toBe('k-NN balls, k = 5, strict <')
    expect(precision.n).toEqual({ real: 70, fake: 50 })
  })

  it('are 1 between samples and themselves', async () => {
    expect(await manifolds(real, real, { k: 5 })).toEqual({
      precision: 1,
      recall: 1,
      density: 1,
      coverage: 1,
    })
  })

  it('see a collapse: like the real samples, but without their variety', async () => {
    const centre = gaussian(3, 50, 3, { deviation: 1e-3 })
    const { precision, recall, coverage } = await manifolds(real, centre, { k: 3 })
    expect(precision).toBe(1)
    expect(recall).toBe(0)
    expect(coverage).toBeLessThan(0.4)
  })

  it('give a reason where all samples of a side are the same', async () => {
    const same = constantRows([0.1, 0.2, 0.3], 50)
    const { precision, recall } = await precisionRecall(engine, real, same)
    expect(precision.value).toBe(1)
    expect(recall.value).toBeNull()
    expect(recall.reason).toBe('all samples of fake are the same: their balls have no extent')
    const { density, coverage } = await densityCoverage(engine, same, fake)
    expect([density.value, coverage.value]).toEqual([null, null])
    expect(density.reason).toBe('all samples of real are the same: their balls have no extent')
  })

  it('are 0 for samples far away', async () => {
    const away = gaussian(3, 50, 3, { mean: 100 })
    expect(await manifolds(real, away)).toEqual({ precision: 0, recall: 0, density: 0, coverage: 0 })
  })

  it('refuse sides with too few samples', async () => {
    await expect(precisionRecall(engine, real, gaussian(1, 3, 3))).rejects.toThrow(
      'precisionRecall: fake has 3 samples, expected at least 4 for k = 3 neighbours; draw more',
    )
    await expect(densityCoverage(engine, gaussian(1, 5, 3), fake)).rejects.toThrow(
      'densityCoverage: real has 5 samples, expected at least 6 for k = 5 neighbours; draw more',
    )
    await expect(precisionRecall(engine, real, fake, { k: 0 })).rejects.toThrow(
      'k must be an integer with k >= 1',
    )
  })
})
