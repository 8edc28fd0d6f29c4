// Batches and feeds: pure functions of seed, name and step.
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import type { ExampleSource } from '../../src/data/examples.ts'
import { sgd } from '../../src/optimizers/index.ts'
import { batchIndices, feedBytes, feeder } from '../../src/training/feeds.ts'
import type { FeedSpec } from '../../src/training/step.ts'
import { DataError } from '../../src/util/errors.ts'
import { randomSource } from './tiny-gan.ts'

const source = randomSource(10, [2])

describe('batches of an epoch', () => {
  it('see each example once before any twice, whatever count, batch size and batches per step', () => {
    fc.assert(
      fc.property(
        fc.integer({ min: 1, max: 40 }),
        fc.integer({ min: 1, max: 50 }),
        fc.integer({ min: 1, max: 3 }),
        (count, batchSize, draws) => {
          const indices = batchIndices({
            seed: 1,
            source: randomSource(count),
            batches: 'epoch',
            batchSize,
            draws,
          })
          const seen = new Array<number>(count).fill(0)
          for (let step = 0; step * draws * batchSize < 4 * count; step++)
            for (let draw = 0; draw < draws; draw++)
              for (const index of indices(step, draw)) {
                seen[index]!++
                const most = Math.max(...seen)
                if (most - Math.min(...seen) > 1) expect.fail(`an example is seen ${most} times: ${seen}`)
              }
        },
      ),
      { numRuns: 100 },
    )
  })

  it('are another order in each pass and for each seed', () => {
    const pass = (seed: number, step: number): string =>
      batchIndices({ seed, source: randomSource(50), batches: 'epoch', batchSize: 50 })(step, 0).join()
    expect(new Set([pass(1, 0), pass(1, 1), pass(1, 2), pass(2, 0)]).size).toBe(4)
  })

  it('do not depend on what was asked before', () => {
    const options = { seed: 3, source, batches: 'epoch', batchSize: 4, draws: 2 } as const
    const forward = batchIndices(options)
    const inOrder = Array.from({ length: 20 }, (_, i) => forward(i >> 1, i % 2))
    const backward = batchIndices(options)
    for (let i = 19; i >= 0; i--) expect(backward(i >> 1, i % 2)).toEqual(inOrder[i])
  })
})

describe('batches with replacement', () => {
  it('draw from all examples alike, and other ones at each step, draw and seed', () => {
    const indices = batchIndices({ seed: 1, source, batches: 'replacement', batchSize: 100 })
    const seen = new Array<number>(10).fill(0)
    for (let step = 0; step < 100; step++) for (const index of indices(step, 0)) seen[index]!++
    for (const count of seen) expect(Math.abs(count - 1000)).toBeLessThan(5 * Math.sqrt(900))
    const other = batchIndices({ seed: 2, source, batches: 'replacement', batchSize: 100 })
    const drawn = [indices(0, 0), indices(1, 0), indices(0, 1), other(0, 0)].map((batch) => batch.join())
    expect(new Set(drawn).size).toBe(4)
  })
})

const specs: readonly FeedSpec[] = [
  { name: 'images', kind: 'images', draw: 0, shape: [3, 2] },
  { name: 'labels', kind: 'labels', draw: 0, shape: [3] },
  { name: 'images-1', kind: 'images', draw: 1, shape: [3, 2] },
  { name: 'labels-1', kind: 'labels', draw: 1, shape: [3] },
  { name: 'mask', kind: 'dropout', rate: 0.25, shape: [3, 7] },
  { name: 'noise', kind: 'uniform', low: -1, high: 3, shape: [3, 4] },
  { name: 'spread', kind: 'normal', mean: 5, deviation: 0.5, shape: [3, 5] },
  {
    name: 'rate',
    kind: 'schedule',
    shape: [],
    optimizer: sgd({ learningRate: (before) => before }),
    entry: 'learningRate',
    perStep: 3,
    position: 2,
  },
]

describe('feeds', () => {
  for (const batches of ['replacement', 'epoch'] as const) {
    const prepare = feeder(specs, { seed: 4, source, batches, batchSize: 3 })

    it(`of many steps are those of the steps one by one (${batches})`, () => {
      const together = prepare(5, 6)
      for (const { name, shape } of specs) {
        expect(together[name]!.shape).toEqual([6, ...shape])
        const single = Array.from({ length: 6 }, (_, i) => Array.from(prepare(5 + i, 1)[name]!.data)).flat()
        expect(Array.from(together[name]!.data), name).toEqual(single)
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
      const all = new Float32Array(20)
      source.fill(
        Uint32Array.from({ length: 10 }, (_, i) => i),
        all,
      )
      const indexOf = (a: number, b: number): number =>
        Array.from({ length: 10 }, (_, i) => i).findIndex((i) => all[2 * i] === a && all[2 * i + 1] === b)
      const feeds = prepare(2, 4)
      for (const suffix of ['', '-1']) {
        const { data } = feeds[`images${suffix}`]!
        const labels = Array.from({ length: 12 }, (_, i) => indexOf(data[2 * i]!, data[2 * i + 1]!) % 3)
        expect(Array.from(feeds[`labels${suffix}`]!.data)).toEqual(labels)
      }
    })
  }

  it('keep the ranges and spreads that were asked for', () => {
    const { noise, spread, mask } = feeder(specs, { seed: 4, source, batches: 'epoch', batchSize: 3 })(0, 500)
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

  it('count updates from the very first step', () => {
    const { rate } = feeder(specs, { seed: 4, source, batches: 'epoch', batchSize: 3 })(10, 3)
    expect(Array.from(rate!.data)).toEqual([32, 35, 38])
  })

  it('of two names or two seeds differ', () => {
    const uniform = (name: string): FeedSpec => ({ name, kind: 'uniform', low: 0, high: 1, shape: [8] })
    const made = [1, 2].map((seed) =>
      feeder([uniform('a'), uniform('b')], { seed, source, batches: 'epoch', batchSize: 3 })(0, 2),
    )
    const arrays = made.flatMap(({ a, b }) => [a, b]).map((feed) => feed!.data)
    const steps = arrays.flatMap((data) => [data.slice(0, 8).join(), data.slice(8).join()])
    expect(new Set(steps).size).toBe(8)
  })

  it('know how many bytes a step takes', () => {
    expect(feedBytes(specs)).toBe(4 * (6 + 3 + 6 + 3 + 12 + 15 + 1) + 21)
    const bytes = Object.values(
      feeder(specs, { seed: 4, source, batches: 'epoch', batchSize: 3 })(0, 2),
    ).reduce((sum, { data }) => sum + data.byteLength, 0)
    expect(bytes).toBe(2 * feedBytes(specs))
  })

  it('without labels in the data are refused before training when the objective asks for them', () => {
    const { count, shape, fill } = source
    const unlabelled: ExampleSource = { count, shape, fill }
    const options = { seed: 4, source: unlabelled, batches: 'epoch', batchSize: 3 } as const
    expect(() => feeder(specs, options)).toThrow(DataError)
    expect(() => feeder(specs, options)).toThrow('needs labels, and the data has none')
    expect(() => feeder([specs[0]!], options)).not.toThrow()
  })
})
