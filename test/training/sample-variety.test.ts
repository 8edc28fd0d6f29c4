// How much images differ from each other.
import { describe, expect, it } from 'vitest'
import { pixelDeviation } from '../../src/training/sample-variety.ts'
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
