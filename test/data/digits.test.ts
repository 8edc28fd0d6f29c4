// The built-in digits: reproducible, normalised like MNIST, varied, and close enough to real handwriting.
import { describe, expect, it } from 'vitest'
import { glyphs } from '../../src/data/digits/glyphs.ts'
import { type Dataset, DIGIT_SIZE, datasetFromIdx, digits, drawDigit } from '../../src/data/index.ts'
import { readIdxFile } from '../../src/data/node/idx-file.ts'
import { ConfigError } from '../../src/util/errors.ts'
import { unless } from '../support/unless.ts'
import { noRealMnist, realMnist } from './real-mnist.ts'

const PIXELS = DIGIT_SIZE * DIGIT_SIZE
const set = await digits({ seed: 5, count: 2000 })
const imageOf = (dataset: Dataset, index: number): Uint8Array =>
  dataset.images.subarray(index * PIXELS, (index + 1) * PIXELS)

describe('digits', () => {
  it('are the same for the same seed, for ever: runs name their data by this hash', async () => {
    expect((await digits({ seed: 1, count: 100 })).hash).toBe(
      '9150330adc74ecbb0013dcdf64b177bdb79362c673ccb3f3f8334c44844125cb',
    )
  })

  it('do not depend on how many are drawn, nor on which were drawn before', async () => {
    const part = await digits({ seed: 5, count: 3, start: 700 })
    expect(part.images).toEqual(set.images.subarray(700 * PIXELS, 703 * PIXELS))
    expect(part.labels).toEqual(set.labels?.subarray(700, 703))
    const last = new Uint8Array(PIXELS)
    expect(drawDigit(5, 1999, last)).toBe(set.labels?.[1999])
    expect(last).toEqual(imageOf(set, 1999))
  })

  it('differ from each other and from seed to seed', async () => {
    const other = await digits({ seed: 6, count: 2000 })
    const all = [set, other].flatMap((dataset) =>
      Array.from({ length: dataset.count }, (_, i) => imageOf(dataset, i).join()),
    )
    expect(new Set(all).size).toBe(4000)
  })

  it('come from all ten classes about equally often', () => {
    const counts = new Array<number>(10).fill(0)
    for (const label of set.labels ?? []) counts[label]!++
    // 200 expected of each, standard deviation 13.
    for (const count of counts) expect(Math.abs(count - 200)).toBeLessThan(60)
  })

  it('fill a box of 20 pixels and have their centre of mass in the middle of the image', () => {
    for (let i = 0; i < set.count; i++) {
      const image = imageOf(set, i)
      let [mass, sumX, sumY, left, right, top, bottom] = [0, 0, 0, 28, -1, 28, -1]
      image.forEach((ink, at) => {
        const x = at % DIGIT_SIZE
        const y = Math.floor(at / DIGIT_SIZE)
        mass += ink
        sumX += ink * x
        sumY += ink * y
        if (ink < 64) return
        left = Math.min(left, x)
        right = Math.max(right, x)
        top = Math.min(top, y)
        bottom = Math.max(bottom, y)
      })
      const longer = Math.max(right - left, bottom - top) + 1
      expect(longer, `digit ${i}`).toBeGreaterThanOrEqual(18)
      expect(longer, `digit ${i}`).toBeLessThanOrEqual(20)
      expect(Math.abs(sumX / mass - 14), `digit ${i}`).toBeLessThan(0.52)
      expect(Math.abs(sumY / mass - 14), `digit ${i}`).toBeLessThan(0.52)
    }
  })

  it('have as much ink and as many greys as MNIST has', () => {
    const ink = set.images.reduce((sum, value) => sum + value, 0) / set.images.length / 255
    const inked = set.images.filter((value) => value > 0)
    const grey = inked.filter((value) => value < 253).length / inked.length
    // MNIST: 0.131 and 0.70.
    expect(ink).toBeGreaterThan(0.115)
    expect(ink).toBeLessThan(0.147)
    expect(grey).toBeGreaterThan(0.55)
    expect(grey).toBeLessThan(0.8)
  })

  it('refuse a count, seed or start that makes no sense', async () => {
    const cases = [
      [{ count: 0 }, 'digits: count expects a positive integer, got 0'],
      [{ count: 1.5 }, 'digits: count expects a positive integer, got 1.5'],
      [{ seed: -1 }, 'digits: seed expects an integer from 0 on, got -1'],
      [{ start: Number.NaN }, 'digits: start expects an integer from 0 on, got NaN'],
    ] as const
    for (const [options, message] of cases)
      await expect(digits(options)).rejects.toThrow(new ConfigError(message))
  })

  unless(noRealMnist).it(
    'classify real handwriting: a nearest neighbour among 2,000 of them reads MNIST',
    async () => {
      const folder = realMnist()
      const test = await datasetFromIdx({
        name: 'mnist',
        images: await readIdxFile(folder, 't10k-images-idx3-ubyte.gz'),
        labels: await readIdxFile(folder, 't10k-labels-idx1-ubyte.gz'),
      })
      const known = await digits({ seed: 1, count: 2000 })
      let right = 0
      const step = 50
      for (let t = 0; t < test.count; t += step) {
        const image = imageOf(test, t)
        let best = Number.POSITIVE_INFINITY
        let label = -1
        for (let k = 0; k < known.count; k++) {
          const distance = squareDistance(image, known.images, k * PIXELS, best)
          if (distance >= best) continue
          best = distance
          label = known.labels![k]!
        }
        if (label === test.labels![t]) right++
      }
      expect(right / (test.count / step)).toBeGreaterThan(0.8)
    },
  )
})

/** Stops as soon as it exceeds `limit`. */
function squareDistance(a: Uint8Array, b: Uint8Array, offset: number, limit: number): number {
  let sum = 0
  for (let row = 0; row < PIXELS && sum < limit; row += DIGIT_SIZE) {
    for (let i = row; i < row + DIGIT_SIZE; i++) {
      const difference = a[i]! - b[offset + i]!
      sum += difference * difference
    }
  }
  return sum
}

describe('the table of glyphs', () => {
  it('has several ways of writing each digit, with weights that sum to one', () => {
    expect(glyphs).toHaveLength(10)
    glyphs.forEach((ways, digit) => {
      expect(ways.length).toBeGreaterThanOrEqual(3)
      expect(ways.every((glyph) => glyph.label === digit)).toBe(true)
      expect(ways.reduce((sum, glyph) => sum + glyph.weight, 0)).toBeCloseTo(1, 12)
    })
  })

  it('has poses that correspond point by point, inside the box', () => {
    for (const glyph of glyphs.flat()) {
      const [first, ...others] = glyph.poses.map((pose) => pose.map((stroke) => stroke.corners.length))
      for (const other of others) expect(other).toEqual(first)
      for (const stroke of glyph.poses.flat()) {
        expect(stroke.points).toHaveLength(2 * stroke.corners.length)
        for (const value of stroke.points) {
          expect(value).toBeGreaterThanOrEqual(0)
          expect(value).toBeLessThanOrEqual(115)
        }
      }
    }
  })
})
