// Feeds: pure functions of seed, name and step.
import { describe, expect, it } from 'vitest'
import { examplesSource } from '../../src/data/source.ts'
import type { FeedData } from '../../src/runtime/engine.ts'
import { drawsOf, feedBytes, feeder } from '../../src/training/feeds.ts'
import type { FeedSpec } from '../../src/training/inputs.ts'
import { imagesOf, randomSource } from './tiny-gan.ts'

const examples = randomSource(10, [2])

/** Feeds of these, from a set of examples. */
const feederOf = (
  specs: readonly FeedSpec[],
  { seed = 4, batches = 'epoch' }: { seed?: number; batches?: 'epoch' | 'replacement' } = {},
) =>
  feeder(specs, {
    seed,
    source: examplesSource(examples, batches).open({ seed, batchSize: 3, draws: drawsOf(specs) }),
  })

const specs: readonly FeedSpec[] = [
  { name: 'images', kind: 'column', column: 'images', dtype: 'float32', draw: 0, shape: [3, 2] },
  { name: 'labels', kind: 'column', column: 'labels', dtype: 'int64', draw: 0, shape: [3] },
  { name: 'images-1', kind: 'column', column: 'images', dtype: 'float32', draw: 1, shape: [3, 2] },
  { name: 'labels-1', kind: 'column', column: 'labels', dtype: 'int64', draw: 1, shape: [3] },
  { name: 'mask', kind: 'dropout', rate: 0.25, shape: [3, 7] },
  { name: 'noise', kind: 'uniform', low: -1, high: 3, shape: [3, 4] },
  { name: 'spread', kind: 'normal', mean: 5, deviation: 0.5, shape: [3, 5] },
  { name: 'rate', kind: 'number', shape: [], at: (step) => 3 * step + 2 },
]

const numbersOf = ({ data }: { data: FeedData }) => Array.from(data as ArrayLike<number | bigint>)

describe('feeds', () => {
  for (const batches of ['replacement', 'epoch'] as const) {
    const prepare = feederOf(specs, { batches })

    it(`of many steps are those of the steps one by one (${batches})`, () => {
      const together = prepare(5, 6)
      for (const { name, shape } of specs) {
        expect(together[name]!.shape).toEqual([6, ...shape])
        const single = Array.from({ length: 6 }, (_, i) => numbersOf(prepare(5 + i, 1)[name]!)).flat()
        expect(numbersOf(together[name]!), name).toEqual(single)
      }
    })

    it(`are the same in memory that was used before, larger or smaller (${batches})`, () => {
      const expected = prepare(9, 3)
      for (const steps of [5, 3, 1]) {
        const used = prepare(0, steps)
        const buffers = new Set(Object.values(used).map(({ data }) => data.buffer))
        const reused = prepare(9, 3, used)
        expect(reused).toEqual(expected)
        for (const { data } of Object.values(reused)) expect(buffers.has(data.buffer)).toBe(steps >= 3)
      }
    })

    it(`pair labels with their examples (${batches})`, () => {
      // Pixels tell examples apart: find each row's index again.
      const all = imagesOf(examples)
      const indexOf = (a: number, b: number): number =>
        Array.from({ length: 10 }, (_, i) => i).findIndex((i) => all[2 * i] === a && all[2 * i + 1] === b)
      const feeds = prepare(2, 4)
      for (const suffix of ['', '-1']) {
        const data = feeds[`images${suffix}`]!.data as Float32Array
        const labels = Array.from({ length: 12 }, (_, i) => indexOf(data[2 * i]!, data[2 * i + 1]!) % 3)
        expect(feeds[`labels${suffix}`]!.data).toEqual(BigInt64Array.from(labels, BigInt))
      }
    })
  }

  it('keep the ranges and spreads that were asked for', () => {
    const { noise, spread, mask } = feederOf(specs)(0, 500) as Record<string, { data: Float32Array }>
    const mean = (data: ArrayLike<number>): number =>
      Array.from(data).reduce((sum, x) => sum + x, 0) / data.length
    expect(noise!.data.every((x) => x >= -1 && x < 3)).toBe(true)
    expect(Math.abs(mean(noise!.data) - 1)).toBeLessThan((5 * 4) / Math.sqrt(12 * noise!.data.length))
    expect(Math.abs(mean(spread!.data) - 5)).toBeLessThan((5 * 0.5) / Math.sqrt(spread!.data.length))
    const variance = mean(spread!.data.map((x) => (x - 5) ** 2))
    expect(Math.abs(variance / 0.25 - 1)).toBeLessThan(5 * Math.sqrt(2 / spread!.data.length))
    expect(new Set(mask!.data)).toEqual(new Set([0, 1]))
    expect(mask!.data).toBeInstanceOf(Uint8Array)
  })

  it('count from the very first step', () => {
    const { rate } = feederOf(specs)(10, 3)
    expect(Array.from(rate!.data as Float32Array)).toEqual([32, 35, 38])
  })

  it('of two names or two seeds differ', () => {
    const uniform = (name: string): FeedSpec => ({ name, kind: 'uniform', low: 0, high: 1, shape: [8] })
    const made = [1, 2].map((seed) => feederOf([uniform('a'), uniform('b')], { seed })(0, 2))
    const arrays = made.flatMap(({ a, b }) => [a, b]).map((feed) => feed!.data)
    const steps = arrays.flatMap((data) => [data.slice(0, 8).join(), data.slice(8).join()])
    expect(new Set(steps).size).toBe(8)
  })

  it('know how many bytes a step takes', () => {
    expect(feedBytes(specs)).toBe(4 * (6 + 6 + 12 + 15 + 1) + 8 * (3 + 3) + 21)
    const bytes = Object.values(feederOf(specs)(0, 2)).reduce((sum, { data }) => sum + data.byteLength, 0)
    expect(bytes).toBe(2 * feedBytes(specs))
  })
})
