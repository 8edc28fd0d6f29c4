// Batches: pixels scaled into place, and index orders that depend on nothing but seed and step.
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { createDataset, drawWithReplacement, epochOrder, fillImages } from '../../src/data/index.ts'
import { ShapeError } from '../../src/util/errors.ts'

const dataset = await createDataset({
  name: 'three',
  images: Uint8Array.of(0, 255, 51, 102, 153, 204),
  count: 3,
  height: 1,
  width: 2,
  channels: 1,
  classes: [],
})

describe('a batch', () => {
  it('holds the images of its indices, scaled to [0, 1]', () => {
    const out = fillImages(dataset, Uint32Array.of(2, 0, 2), new Float32Array(6))
    const expected = [153 / 255, 204 / 255, 0, 1, 153 / 255, 204 / 255]
    expect([...out]).toEqual([...Float32Array.from(expected)])
  })

  it('is scaled to any other range, both ends exactly', () => {
    const out = fillImages(dataset, Uint32Array.of(0), new Float32Array(2), [-1, 1])
    expect([...out]).toEqual([-1, 1])
  })

  it('refuses an array of another size and an index that is not there', () => {
    expect(() => fillImages(dataset, Uint32Array.of(0), new Float32Array(3))).toThrow(
      new ShapeError('a batch of 1 images of three expects 2 numbers, got 3'),
    )
    expect(() => fillImages(dataset, Uint32Array.of(3), new Float32Array(2))).toThrow(
      new RangeError('three has 3 images, got index 3'),
    )
  })
})

describe('drawing with replacement', () => {
  it('depends on seed and step only', () => {
    expect(drawWithReplacement(1, 5, 8, 100)).toEqual(drawWithReplacement(1, 5, 8, 100))
    expect(drawWithReplacement(1, 5, 8, 100)).not.toEqual(drawWithReplacement(1, 6, 8, 100))
    expect(drawWithReplacement(1, 5, 8, 100)).not.toEqual(drawWithReplacement(2, 5, 8, 100))
  })

  it('draws every image about equally often', () => {
    const hits = new Uint32Array(10)
    for (let step = 0; step < 200; step++)
      for (const index of drawWithReplacement(3, step, 50, 10)) hits[index]!++
    // 1,000 expected of each, standard deviation 30.
    for (const count of hits) expect(Math.abs(count - 1000)).toBeLessThan(150)
  })
})

describe('the order of an epoch', () => {
  it('names every image once', () => {
    fc.assert(
      fc.property(
        fc.integer({ min: 0, max: 2 ** 31 }),
        fc.nat(50),
        fc.integer({ min: 1, max: 200 }),
        (seed, epoch, n) => {
          const order = epochOrder(seed, epoch, n)
          expect([...order].sort((a, b) => a - b)).toEqual(Array.from({ length: n }, (_, i) => i))
        },
      ),
    )
  })

  it('differs from epoch to epoch and is the same each time', () => {
    expect(epochOrder(1, 0, 100)).toEqual(epochOrder(1, 0, 100))
    expect(epochOrder(1, 0, 100)).not.toEqual(epochOrder(1, 1, 100))
  })
})
