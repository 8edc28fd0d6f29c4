// Data sets fitted to a wanted size and to grey or colour, with labels, hash and a note of what was done.
import { describe, expect, it } from 'vitest'
import { createDataset, digits, fitDataset } from '../../src/data/index.ts'
import { DataError } from '../../src/util/errors.ts'

const two = (channels: number, images: readonly number[]) =>
  createDataset({
    name: 'two',
    images: Uint8Array.from(images),
    count: 2,
    height: 1,
    width: images.length / channels / 2,
    channels,
    labels: Uint8Array.of(1, 0),
    classes: ['a', 'b'],
  })
const grey = await two(1, [0, 10, 20, 30, 40, 50, 60, 70])
const colour = await two(3, [255, 0, 0, 0, 255, 0, 0, 0, 255, 9, 9, 9])

describe('fitDataset', () => {
  it('leaves a data set alone that is already as wanted', async () => {
    expect(await fitDataset(grey, {})).toBe(grey)
    expect(await fitDataset(grey, { imageSize: { height: 1, width: 4 }, channels: 1 })).toBe(grey)
  })

  it('crops and scales every image, keeps labels and classes, and says what was done', async () => {
    const fitted = await fitDataset(grey, { imageSize: { height: 1, width: 2 } })
    expect(fitted).toMatchObject({
      name: 'two',
      count: 2,
      height: 1,
      width: 2,
      channels: 1,
      classes: ['a', 'b'],
    })
    expect([...fitted.images]).toEqual([10, 20, 50, 60])
    expect([...fitted.labels!]).toEqual([1, 0])
    expect(fitted.preparation).toBe('1 x 4 scaled to cover 1 x 2 (height x width), cropped to the middle')
    expect(fitted.hash).not.toBe(grey.hash)
    expect((await fitDataset(grey, { imageSize: { height: 1, width: 2 } })).hash).toBe(fitted.hash)
  })

  it('turns grey into colour and colour into its luma, so that grey comes back', async () => {
    const coloured = await fitDataset(grey, { channels: 3 })
    expect([...coloured.images.subarray(0, 6)]).toEqual([0, 0, 0, 10, 10, 10])
    expect(coloured.preparation).toBe('grey written as RGB')
    expect([...(await fitDataset(coloured, { channels: 1 })).images]).toEqual([...grey.images])
    const luma = await fitDataset(colour, { channels: 1 })
    expect([...luma.images]).toEqual([76, 150, 29, 9])
    expect(luma.preparation).toBe('colours turned grey')
  })

  it('keeps every level of grey', async () => {
    const all = await createDataset({
      name: 'all',
      images: Uint8Array.from({ length: 768 }, (_, i) => Math.floor(i / 3)),
      count: 256,
      height: 1,
      width: 1,
      channels: 3,
      classes: [],
    })
    const { images } = await fitDataset(all, { channels: 1 })
    expect([...images]).toEqual(Array.from({ length: 256 }, (_, i) => i))
  })

  it('puts digits of 28 x 28 into 64 x 64 with the same ink', async () => {
    const small = await digits({ count: 20 })
    const large = await fitDataset(small, { imageSize: { height: 64, width: 64 } })
    const ink = (bytes: Uint8Array): number => bytes.reduce((sum, byte) => sum + byte, 0) / bytes.length
    for (let i = 0; i < 20; i++) {
      const [a, b] = [
        small.images.subarray(i * 784, (i + 1) * 784),
        large.images.subarray(i * 4096, (i + 1) * 4096),
      ]
      expect(ink(b) / ink(a)).toBeGreaterThan(0.97)
      expect(ink(b) / ink(a)).toBeLessThan(1.05)
    }
  })

  it('refuses to turn other channels into grey or colour', async () => {
    const alpha = await two(2, [1, 2, 3, 4])
    await expect(fitDataset(alpha, { channels: 3 })).rejects.toThrow(
      new DataError(
        'two: images of 2 channels cannot be turned into 3; only grey (1) and RGB (3) can be turned into each other',
      ),
    )
    expect((await fitDataset(alpha, { imageSize: { height: 2, width: 2 } })).channels).toBe(2)
  })

  it('says what does not fit into memory, and what to do', async () => {
    const many = { ...grey, count: 2 ** 40 }
    await expect(fitDataset(many, { imageSize: { height: 64, width: 64 } })).rejects.toThrow(
      /^two: 1099511627776 images of 64 x 64 x 1 take 4503599\.6 GB, more than one array can hold; choose a smaller --image-size/,
    )
  })
})
