// Scaling to cover: identity, exact crops, known kernels, symmetry, and images that stay what they are.
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { coverResizer, type ImageSize } from '../../src/data/index.ts'

const size = (height: number, width: number): ImageSize => ({ height, width })

/** The image as rows of pixels; one channel unless told. */
function cover(rows: readonly (readonly number[])[], to: ImageSize, channels = 1): number[][] {
  const from = size(rows.length, rows[0]!.length / channels)
  const out = new Uint8Array(to.height * to.width * channels)
  coverResizer(from, to)(Uint8Array.from(rows.flat()), channels, out)
  const line = to.width * channels
  return Array.from({ length: to.height }, (_, y) => [...out.subarray(y * line, (y + 1) * line)])
}

/** `height` equal rows. */
const flat = (row: readonly number[], height: number): number[][] =>
  Array.from({ length: height }, () => [...row])

describe('an image that covers the size exactly where it is cropped', () => {
  it('keeps its pixels when it has the size', () => {
    expect(
      cover(
        [
          [1, 2],
          [3, 4],
        ],
        size(2, 2),
      ),
    ).toEqual([
      [1, 2],
      [3, 4],
    ])
  })

  it('loses the same on both sides, the odd pixel after the middle, in either direction', () => {
    const row = [10, 20, 30, 40, 50]
    expect(cover(flat(row, 3), size(3, 3))).toEqual(flat([20, 30, 40], 3))
    expect(cover(flat(row, 2), size(2, 2))).toEqual(flat([20, 30], 2))
    const column = row.map((pixel) => [pixel, pixel, pixel])
    expect(cover(column, size(3, 3))).toEqual([
      [20, 20, 20],
      [30, 30, 30],
      [40, 40, 40],
    ])
  })
})

describe('an enlarged image', () => {
  it('has the values of the Catmull-Rom spline between the pixels', () => {
    // Half-way between pixels that are far from the border: (-1, 9, 9, -1) / 16; a quarter: (-9, 111, 29, -3) / 128.
    const row = [0, 0, 64, 192, 0, 0, 0, 0]
    const [enlarged] = cover(flat(row, 8), size(16, 16))
    const at = (weights: readonly number[], from: number): number =>
      Math.max(0, Math.round(weights.reduce((sum, weight, i) => sum + (weight * row[from + i]!) / 128, 0)))
    // Output pixel 2 k + 1 lies a quarter behind input pixel k, output pixel 2 k + 2 a quarter before k + 1.
    expect(enlarged!.slice(5, 7)).toEqual([at([-9, 111, 29, -3], 1), at([-3, 29, 111, -9], 1)])
    expect(enlarged!.slice(7, 9)).toEqual([at([-9, 111, 29, -3], 2), at([-3, 29, 111, -9], 2)])
  })

  it('goes on evenly where it was even', () => {
    const ramp = Array.from({ length: 10 }, (_, i) => 20 * i)
    const [row] = cover(flat(ramp, 10), size(20, 20))
    for (let i = 4; i < 16; i++) expect(row![i]! - row![i - 1]!).toBe(10)
  })
})

describe('an image made smaller', () => {
  it('has the Lanczos means of the pixels around, weighted by three lobes', () => {
    // Half the size: one bright pixel shows the kernel, sinc(x / 2) sinc(x / 6) at distances 0.5, 1.5, 2.5 ...
    const weight = (x: number): number =>
      (Math.sin((Math.PI * x) / 2) / ((Math.PI * x) / 2)) *
      (Math.sin((Math.PI * x) / 6) / ((Math.PI * x) / 6))
    const distances = [0.5, 1.5, 2.5, 3.5, 4.5, 5.5]
    const sum = 2 * distances.reduce((total, x) => total + weight(x), 0)
    const row = Array.from({ length: 24 }, (_, i) => (i === 12 ? 200 : 100))
    const [half] = cover(flat(row, 24), size(12, 12))
    const expected = (x: number): number => Math.round(100 + (100 * weight(x)) / sum)
    // Output pixel 6 lies between inputs 12 and 13, pixel 5 between 10 and 11, and so on.
    expect(half!.slice(3, 9)).toEqual([5.5, 3.5, 1.5, 0.5, 2.5, 4.5].map((x) => expected(x)).map(Number))
  })

  it('is all of one colour when it was, in every channel, also at its border', () => {
    const image = flat(
      [...Array(37)].flatMap(() => [250, 3, 128]),
      29,
    )
    for (const to of [size(7, 5), size(29, 11), size(64, 64), size(1, 1)])
      for (const row of cover(image, to, 3))
        expect(row).toEqual([...Array(to.width)].flatMap(() => [250, 3, 128]))
  })

  it('is cropped to the middle of the longer side, by parts of a pixel where need be', () => {
    // Of 9 columns at one third, 2 outputs cover 6: half a column more is cut on one side than whole columns would allow.
    const row = [0, 0, 0, 90, 90, 90, 180, 180, 180]
    const [left, right] = cover(flat(row, 6), size(2, 2))[0]!
    expect(180 - right!).toBe(left!)
  })
})

it('a mirrored image gives the mirrored result', () => {
  const images = fc
    .tuple(fc.integer({ min: 1, max: 9 }), fc.integer({ min: 1, max: 9 }))
    .chain(([h, w]) =>
      fc.array(fc.array(fc.nat(255), { minLength: w, maxLength: w }), { minLength: h, maxLength: h }),
    )
  fc.assert(
    fc.property(images, fc.integer({ min: 1, max: 12 }), fc.integer({ min: 1, max: 12 }), (image, h, w) => {
      const step = Math.min(image.length / h, image[0]!.length / w)
      // Where an odd number of whole pixels is cut off, one side loses more.
      fc.pre(step !== 1 || (image[0]!.length - w) % 2 === 0)
      const mirrored = image.map((row) => row.toReversed())
      const [a, b] = [cover(image, size(h, w)), cover(mirrored, size(h, w)).map((row) => row.toReversed())]
      a.forEach((row, y) => {
        row.forEach((pixel, x) => {
          expect(Math.abs(pixel - b[y]![x]!)).toBeLessThanOrEqual(1)
        })
      })
    }),
  )
})

it('an image of one pixel fills any size', () => {
  expect(cover([[77]], size(3, 2))).toEqual(flat([77, 77], 3))
})

it('channels do not mix', () => {
  const grey = [0, 50, 100, 150, 200, 250]
  const [colour] = cover(
    flat(
      grey.flatMap((pixel) => [pixel, 0, 255 - pixel]),
      6,
    ),
    size(4, 4),
    3,
  )
  const [alone] = cover(flat(grey, 6), size(4, 4))
  expect(colour!.filter((_, i) => i % 3 === 0)).toEqual(alone)
  expect(colour!.filter((_, i) => i % 3 === 1)).toEqual([0, 0, 0, 0])
})
