// PNG files: lossless, and SVG drawn with visible text and square pixels.
import { describe, expect, test } from 'vitest'
import { sheetSvg } from '../../src/report/figures.ts'
import { enlarge, type PixelImage } from '../../src/report/grid.ts'
import { decodePng, encodePng, svgToPng } from '../../src/report/node/png.ts'
import { DataError, ShapeError } from '../../src/util/errors.ts'

const picture = (channels: number): PixelImage => ({
  width: 7,
  height: 5,
  channels,
  pixels: Uint8Array.from({ length: 35 * channels }, (_, index) => (index * 53) % 256),
})

describe('PNG files', () => {
  test.each([1, 3])('of %i channels come back pixel for pixel', async (channels) => {
    expect(await decodePng(await encodePng(picture(channels)))).toEqual(picture(channels))
  })

  test('with transparency come back on white', async () => {
    const pixels = Uint8Array.of(10, 20, 30, 255, 10, 20, 30, 0)
    const decoded = await decodePng(await encodePng({ width: 2, height: 1, channels: 4, pixels }))
    expect(decoded).toEqual({
      width: 2,
      height: 1,
      channels: 3,
      pixels: Uint8Array.of(10, 20, 30, 255, 255, 255),
    })
  })

  test('with the wrong number of bytes or channels are refused', async () => {
    await expect(encodePng({ ...picture(1), width: 8 })).rejects.toThrow(ShapeError)
    await expect(encodePng({ ...picture(1), channels: 2 })).rejects.toThrow(
      'a PNG has 1, 3 or 4 channels, got 2',
    )
    const cut = (await encodePng(picture(1))).subarray(0, 40)
    await expect(decodePng(cut, 'samples/step-000000.png')).rejects.toThrow(DataError)
    await expect(decodePng(cut, 'samples/step-000000.png')).rejects.toThrow(
      'samples/step-000000.png cannot be read',
    )
  })
})

describe('an SVG as PNG', () => {
  test('enlarges the pixels of a sheet without blurring them', async () => {
    const image = picture(1)
    const png = await encodePng(image)
    const drawn = await decodePng(await svgToPng(sheetSvg(png, { ...image, title: 'sheet', scale: 3 }), 1))
    const expected = enlarge(image, 3)
    expect([drawn.width, drawn.height]).toEqual([21, 15])
    expect(drawn.pixels.filter((_, index) => index % drawn.channels === 0)).toEqual(expected.pixels)
  })

  test('has visible letters that differ from each other', async () => {
    const draw = async (letter: string): Promise<PixelImage> =>
      decodePng(
        await svgToPng(
          '<svg xmlns="http://www.w3.org/2000/svg" width="40" height="30"><rect width="40" height="30" fill="#ffffff"/>' +
            `<text x="5" y="25" font-size="24" font-family="system-ui,Helvetica,Arial,sans-serif">${letter}</text></svg>`,
        ),
      )
    const [one, other] = [await draw('l'), await draw('W')]
    expect(one.width).toBe(80)
    expect(Math.min(...one.pixels)).toBeLessThan(120)
    expect(other.pixels).not.toEqual(one.pixels)
  })

  test('that is none is refused', async () => {
    await expect(svgToPng('<svg')).rejects.toThrow(DataError)
  })
})
