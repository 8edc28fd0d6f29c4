// The floor: any measure between halves of real samples.
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { fid, precisionRecall, realFloor, type Samples } from '../../src/metrics/index.ts'
import type { Engine } from '../../src/runtime/engine.ts'
import { nodeEngine } from '../../src/runtime/node.ts'
import { gaussian } from './brute-force.ts'

let engine: Engine
beforeAll(async () => {
  engine = await nodeEngine({ threads: 1 })
})
afterAll(() => engine.close())

describe('realFloor', () => {
  const real = gaussian(1, 401, 4)

  it('gives each measure of disjoint halves, with its spread', async () => {
    const floor = await realFloor(real, async (a, b) => ({
      fid: await fid(engine, a, b),
      ...(await precisionRecall(engine, a, b)),
    }))
    expect(Object.keys(floor)).toEqual(['fid', 'precision', 'recall'])
    expect(floor.fid.value).toBeGreaterThan(0)
    expect(floor.fid.value).toBeLessThan(0.3)
    expect(floor.precision.value).toBeGreaterThan(0.7)
    expect(floor.recall.spread).toBeGreaterThan(0)
    expect(floor.fid.n).toEqual({ real: 200, fake: 200 })
    expect(floor.precision.estimator).toBe('k-NN balls, k = 3, strict <; 3 random halvings')
  })

  it('splits without overlap, and keeps the shape of samples', async () => {
    const marked: Samples = { data: Float32Array.from({ length: 10 }, (_, i) => i), shape: [10, 1, 1] }
    const seen: number[][] = []
    await realFloor(
      marked,
      async (a, b) => {
        expect([a.shape, b.shape]).toEqual([
          [5, 1, 1],
          [5, 1, 1],
        ])
        seen.push([...a.data, ...b.data])
        return { none: { value: 0, n: {}, estimator: '' } }
      },
      { draws: 2 },
    )
    for (const numbers of seen) expect(numbers.toSorted()).toEqual([...marked.data])
    expect(seen[0]).not.toEqual(seen[1])
  })

  it('repeats itself with the same seed', async () => {
    const of = async (seed: number) =>
      (await realFloor(real, async (a, b) => ({ fid: await fid(engine, a, b) }), { draws: 1, seed })).fid
        .value
    expect(await of(1)).toBe(await of(1))
    expect(await of(1)).not.toBe(await of(2))
  })

  it('hands on the reason of a measure without a value', async () => {
    const none = { value: null, reason: 'nothing to see', n: { real: 1 }, estimator: 'none' }
    const { fid: floor } = await realFloor(real, async () => ({ fid: none }))
    expect(floor).toMatchObject({ value: null, reason: 'nothing to see' })
  })

  it('refuses a single sample', async () => {
    await expect(realFloor(gaussian(1, 1, 4), async () => ({}))).rejects.toThrow(
      'realFloor: real has 1 samples, expected at least 2 for two halves; draw more',
    )
  })
})
