// How much images differ from each other.
import { describe, expect, it } from 'vitest'
import type { Examples } from '../../src/data/source.ts'
import { pixelDeviation, realDeviation, sampleDeviation } from '../../src/training/sample-variety.ts'
import { randomStream } from '../../src/util/random.ts'

describe('the deviation of pixels', () => {
  it('is the mean over pixels of the deviation over images', () => {
    // Pixel 0 is 0, 1, 0, 1; pixel 1 is always .5; pixel 2 is 0, 0, 0, 1.
    const images = Float32Array.of(0, 0.5, 0, 1, 0.5, 0, 0, 0.5, 0, 1, 0.5, 1)
    expect(pixelDeviation(images, 4)).toBeCloseTo((0.5 + 0 + Math.sqrt(3) / 4) / 3, 12)
  })

  it('is 0 for equal images and not NaN for rounding', () => {
    const image = randomStream(1, 'image').fillUniform(new Float32Array(100))
    const copies = new Float32Array(300)
    for (const i of [0, 1, 2]) copies.set(image, 100 * i)
    expect(pixelDeviation(copies, 3)).toBeCloseTo(0, 6)
    expect(pixelDeviation(image, 1)).toBe(0)
  })
})

describe('the deviation of samples', () => {
  // Two classes of two images each, one pixel: 0, .2 and .8, 1.
  const values = Float32Array.of(0, 0.2, 0.8, 1)

  it('is that of all of them, and within rows where each row is a class', () => {
    expect(sampleDeviation(values, { count: 4 })).toBeCloseTo(pixelDeviation(values, 4), 12)
    expect(sampleDeviation(values, { count: 4, columns: 2 })).toBeCloseTo(0.1, 6)
    expect(sampleDeviation(Float32Array.of(0, 0, 1, 1), { count: 4, columns: 2 })).toBe(0)
  })

  /** Images of one pixel, and the class of each. */
  const examples = (labels: readonly number[], pixels: readonly number[]): Examples => ({
    count: pixels.length,
    columns: { images: { shape: [1], dtype: 'float32' }, labels: { shape: [], dtype: 'int64' } },
    fill: (column, indices, out) => {
      indices.forEach((index, i) => {
        if (column === 'labels') (out as BigInt64Array)[i] = BigInt(labels[index]!)
        else (out as Float32Array)[i] = pixels[index]!
      })
    },
  })

  it('of real examples is within classes too, of those that have enough', () => {
    const real = examples([0, 1, 0, 1, 2], [0, 0.8, 0.2, 1, 0.5])
    expect(realDeviation(real, 'images', { count: 6, columns: 2 })).toBeCloseTo(0.1, 6)
    expect(realDeviation(real, 'images', { count: 5 })).toBeCloseTo(
      pixelDeviation(Float32Array.of(0, 0.8, 0.2, 1, 0.5), 5),
      6,
    )
    // Where no class has as many, examples from all over stand for them.
    expect(realDeviation(real, 'images', { count: 9, columns: 3 })).toBeGreaterThan(0.3)
  })
})
