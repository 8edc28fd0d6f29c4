// Batches: pixels scaled into place, and index orders that depend on nothing but seed and step.
import { describe, expect, it } from 'vitest'
import { createDataset, fillImages } from '../../src/data/index.ts'
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
