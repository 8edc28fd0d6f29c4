// Sources of columns: which examples a batch holds, and what columns may be.
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { batchIndices } from '../../src/data/source.ts'

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
