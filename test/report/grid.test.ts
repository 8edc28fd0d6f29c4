// Sheets of images: laid out as described, taken apart without loss.
import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { enlarge, type ImageBatch, imageAt, tileGrid, untileGrid } from '../../src/report/grid.ts'
import { ShapeError } from '../../src/util/errors.ts'

const batch = (count: number, height: number, width: number, channels: number): ImageBatch => ({
  count,
  height,
  width,
  channels,
  pixels: Uint8Array.from(
    { length: count * height * width * channels },
    (_, index) => (index * 37 + 11) % 256,
  ),
})

describe('a sheet of images', () => {
  test('has them row by row with gaps between, not around', () => {
    const images = { count: 3, height: 1, width: 2, channels: 1, pixels: Uint8Array.of(1, 2, 3, 4, 5, 6) }
    expect(tileGrid(images, { columns: 2, gap: 1, background: 9 })).toEqual({
      width: 5,
      height: 3,
      channels: 1,
      // biome-ignore format: rows of the picture
      pixels: Uint8Array.of(
        1, 2, 9, 3, 4,
        9, 9, 9, 9, 9,
        5, 6, 9, 9, 9,
      ),
    })
  })

  test('enlarged turns every pixel into a square, channels kept together', () => {
    const image = { width: 2, height: 1, channels: 3, pixels: Uint8Array.of(1, 2, 3, 4, 5, 6) }
    expect([...enlarge(image, 2).pixels]).toEqual([
      1, 2, 3, 1, 2, 3, 4, 5, 6, 4, 5, 6, 1, 2, 3, 1, 2, 3, 4, 5, 6, 4, 5, 6,
    ])
    expect(() => enlarge(image, 1.5)).toThrow('scale 1.5: expected a whole number of at least 1')
  })

  test('taken apart gives the same images, whatever the layout', () => {
    const layout = fc.record({
      count: fc.integer({ min: 1, max: 12 }),
      height: fc.integer({ min: 1, max: 5 }),
      width: fc.integer({ min: 1, max: 5 }),
      channels: fc.constantFrom(1, 3),
      columns: fc.integer({ min: 1, max: 6 }),
      gap: fc.integer({ min: 0, max: 3 }),
      scale: fc.integer({ min: 1, max: 3 }),
    })
    fc.assert(
      fc.property(layout, ({ count, height, width, channels, columns, gap, scale }) => {
        const images = batch(count, height, width, channels)
        const sheet = tileGrid(images, { columns, gap, scale })
        expect(untileGrid(sheet, { height, width, gap, scale, count })).toEqual(images)
      }),
    )
  })

  test('of another size is refused with both sizes', () => {
    const sheet = tileGrid(batch(4, 3, 3, 1))
    expect(() => untileGrid(sheet, { height: 4, width: 4 })).toThrow(ShapeError)
    expect(() => untileGrid(sheet, { height: 4, width: 4 })).toThrow(
      'a sheet of 8 x 8 pixels does not consist of',
    )
    expect(() => tileGrid({ ...batch(4, 3, 3, 1), count: 5 })).toThrow(
      'images [5, 3, 3, 1] hold 45 bytes, the array 36',
    )
  })

  test('gives single images back, and none beyond its end', () => {
    const images = batch(3, 2, 2, 1)
    expect([...imageAt(images, 1).pixels]).toEqual([...images.pixels.subarray(4, 8)])
    expect(() => imageAt(images, 3)).toThrow(RangeError)
  })
})
