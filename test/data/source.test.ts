// Sources of columns: which examples a batch holds, and what columns may be.
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { createDataset } from '../../src/data/dataset.ts'
import { imageExamples } from '../../src/data/examples.ts'
import { batchIndices, type Examples, examplesSource, noData, sourceOf } from '../../src/data/source.ts'

describe('batches of an epoch', () => {
  it('see each example once before any twice, whatever count, batch size and batches per step', () => {
    fc.assert(
      fc.property(
        fc.integer({ min: 1, max: 40 }),
        fc.integer({ min: 1, max: 50 }),
        fc.integer({ min: 1, max: 3 }),
        (count, batchSize, draws) => {
          const indices = batchIndices(count, 'epoch', { seed: 1, batchSize, draws })
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
      batchIndices(50, 'epoch', { seed, batchSize: 50, draws: 1 })(step, 0).join()
    expect(new Set([pass(1, 0), pass(1, 1), pass(1, 2), pass(2, 0)]).size).toBe(4)
  })

  it('do not depend on what was asked before', () => {
    const options = { seed: 3, batchSize: 4, draws: 2 }
    const forward = batchIndices(10, 'epoch', options)
    const inOrder = Array.from({ length: 20 }, (_, i) => forward(i >> 1, i % 2))
    const backward = batchIndices(10, 'epoch', options)
    for (let i = 19; i >= 0; i--) expect(backward(i >> 1, i % 2)).toEqual(inOrder[i])
  })
})

describe('batches with replacement', () => {
  it('draw from all examples alike, and other ones at each step, draw and seed', () => {
    const indices = batchIndices(10, 'replacement', { seed: 1, batchSize: 100, draws: 1 })
    const seen = new Array<number>(10).fill(0)
    for (let step = 0; step < 100; step++) for (const index of indices(step, 0)) seen[index]!++
    for (const count of seen) expect(Math.abs(count - 1000)).toBeLessThan(5 * Math.sqrt(900))
    const other = batchIndices(10, 'replacement', { seed: 2, batchSize: 100, draws: 1 })
    const drawn = [indices(0, 0), indices(1, 0), indices(0, 1), other(0, 0)].map((batch) => batch.join())
    expect(new Set(drawn).size).toBe(4)
  })
})

describe('a set of examples as a source', () => {
  const seen: (readonly [column: string, indices: readonly number[]])[] = []
  const examples: Examples = {
    count: 6,
    columns: { x: { shape: [2], dtype: 'float32' }, y: { shape: [], dtype: 'int64' } },
    fill(column, indices, out) {
      seen.push([column, [...indices]])
      indices.forEach((index, i) => {
        if (column === 'y') out[i] = BigInt(10 * index)
        else (out as Float32Array).set([index, -index], 2 * i)
      })
    },
  }
  const options = { seed: 3, batchSize: 3, draws: 1 }

  it('fills the columns that are asked for with the same examples, and keeps no state', () => {
    seen.length = 0
    const opened = examplesSource(examples, 'replacement').open(options)
    const [x, y] = [new Float32Array(6), new BigInt64Array(3)]
    opened.fill(4, 0, { x, y })
    const indices = [...batchIndices(6, 'replacement', options)(4, 0)]
    expect(seen).toEqual([
      ['x', indices],
      ['y', indices],
    ])
    expect([...x]).toEqual(indices.flatMap((index) => [index, -index]))
    expect([...y]).toEqual(indices.map((index) => BigInt(10 * index)))
    for (const part of ['ahead', 'take', 'save', 'restore'] as const) expect(opened[part]).toBeUndefined()
    opened.fill(5, 0, { y })
    expect(seen.at(-1)![0]).toBe('y')
    expect(seen).toHaveLength(3)
  })

  it('gives every example once before any twice, unless it is told otherwise', () => {
    for (const given of [sourceOf(examples, undefined), examplesSource(examples)]) {
      seen.length = 0
      const opened = given.open(options)
      for (const step of [0, 1]) opened.fill(step, 0, { y: new BigInt64Array(3) })
      expect(seen.flatMap(([, indices]) => indices).sort()).toEqual([0, 1, 2, 3, 4, 5])
    }
  })

  it('is opened only where it is no source already', () => {
    const source = examplesSource(examples)
    expect(sourceOf(source, 'replacement')).toBe(source)
    expect(sourceOf(examples, undefined).columns).toBe(examples.columns)
    expect(noData.columns).toEqual({})
  })
})

describe('images as examples', () => {
  it('have a column of numbers in [0, 1], and one of labels where there are some', async () => {
    const parts = { name: 'two', count: 2, height: 1, width: 3, channels: 1 }
    const images = Uint8Array.of(0, 51, 255, 102, 0, 0)
    const labelled = await createDataset({
      ...parts,
      images,
      labels: Uint8Array.of(1, 0),
      classes: ['a', 'b'],
    })
    const examples = imageExamples(labelled)
    expect(examples.columns).toEqual({
      images: { shape: [1, 3, 1], dtype: 'float32' },
      labels: { shape: [], dtype: 'int64' },
    })
    const [pixels, labels] = [new Float32Array(9), new BigInt64Array(3)]
    examples.fill('images', Uint32Array.of(1, 0, 1), pixels)
    examples.fill('labels', Uint32Array.of(1, 0, 1), labels)
    expect(pixels).toEqual(Float32Array.of(0.4, 0, 0, 0, 0.2, 1, 0.4, 0, 0))
    expect(labels).toEqual(BigInt64Array.of(0n, 1n, 0n))
    const bare = imageExamples(await createDataset({ ...parts, images, classes: [] }))
    expect(Object.keys(bare.columns)).toEqual(['images'])
  })
})
