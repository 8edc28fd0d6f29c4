// Data whose modes are known: a ring and a grid of Gaussians, and stacked images.
import { describe, expect, it } from 'vitest'
import { createDataset, type Dataset } from '../../src/data/index.ts'
import { loadData, namedColumns } from '../../src/data/node/index.ts'
import { gaussianModes, gaussians, gridCentres, ringCentres } from '../../src/data/points.ts'
import { stackedImages, stackedModes } from '../../src/data/stacked.ts'
import { ConfigError, DataError } from '../../src/util/errors.ts'

const indices = (count: number): Uint32Array => Uint32Array.from({ length: count }, (_, i) => i)

describe('the grid', () => {
  it('has 25 middles around the origin, as the literature has it', () => {
    const centres = gridCentres(5, 2)
    const line = [-4, -2, 0, 2, 4]
    expect(centres).toEqual(line.flatMap((y) => line.map((x) => [x, y])))
  })

  it('is drawn by its options, with other points held out', async () => {
    const loaded = await namedColumns.grid!.load({
      options: { side: 2, spacing: 10, count: 60, deviation: 0.1 },
    })
    expect([loaded!.train.count, loaded!.test.count, loaded!.modes!.count]).toEqual([60, 10, 4])
    const points = new Float32Array(120)
    loaded!.train.fill('points', indices(60), points)
    expect(points.every((x) => Math.abs(Math.abs(x) - 5) < 1)).toBe(true)
    expect(loaded!.train.hash).not.toBe(loaded!.test.hash)
    await expect(namedColumns.grid!.load({ options: { modes: 3 } })).rejects.toThrow(
      'the data "grid" has no option "modes"; it has count, series, deviation, side, spacing',
    )
  })
})

describe('the modes of Gaussians', () => {
  const points = { centres: ringCentres(8, 1), deviation: 0.01, seed: 3 }

  it('are named by the nearest middle, and of high quality within three deviations', async () => {
    const found = await gaussianModes('ring', points).name(Float32Array.of(1.029, 0, 1.031, 0, -5, 0.1))
    expect([...found.modes]).toEqual([0, 0, 4])
    expect([...found.good]).toEqual([1, 0, 0])
  })

  it('are those of the labels, and 98.9% of real points are of high quality', async () => {
    const count = 4000
    const modes = gaussianModes('ring', points)
    const real = await gaussians({ ...points, count })
    const [values, labels] = [new Float32Array(2 * count), new BigInt64Array(count)]
    real.fill('points', indices(count), values)
    real.fill('labels', indices(count), labels)
    const found = await modes.name(values)
    expect([...found.modes]).toEqual([...labels].map(Number))
    const share = found.good.reduce((sum, one) => sum + one, 0) / count
    expect(Math.abs(share - 0.9889)).toBeLessThan(0.006)
    expect(modes.real(5, 0)).toEqual(modes.real(9, 0).subarray(0, 10))
    expect(modes.real(5, 1)).not.toEqual(modes.real(5, 0))
  })
})

/** Images of 2 x 2 pixels whose brightness is their label, of three classes. */
const digitsLike = (name: string, count: number): Promise<Dataset> =>
  createDataset({
    name,
    count,
    height: 2,
    width: 2,
    channels: 1,
    images: Uint8Array.from({ length: 4 * count }, (_, at) => 100 * (Math.floor(at / 4) % 3)),
    labels: Uint8Array.from({ length: count }, (_, i) => i % 3),
    classes: ['0', '1', '2'],
  })

describe('stacked images', () => {
  it('have an image of their own in each channel, and the label that these spell', async () => {
    const stacked = await stackedImages({ of: await digitsLike('some', 10), count: 1000, seed: 1 })
    expect(stacked.columns.images).toEqual({ shape: [2, 2, 3], dtype: 'float32' })
    expect([stacked.classes.length, stacked.classes[5], stacked.classes[26]]).toEqual([27, '012', '222'])
    const [images, labels] = [new Float32Array(1000 * 12), new BigInt64Array(1000)]
    stacked.fill('images', indices(1000), images)
    stacked.fill('labels', indices(1000), labels)
    for (let i = 0; i < 1000; i++) {
      const pixels = Array.from(images.subarray(12 * i, 12 * i + 12), (x) => Math.round((255 * x) / 100))
      const [a, b, c] = pixels as [number, number, number]
      expect(pixels).toEqual([a, b, c, a, b, c, a, b, c, a, b, c])
      expect(Number(labels[i])).toBe(9 * a + 3 * b + c)
    }
    expect(new Set(labels).size).toBe(27)
    const again = new Float32Array(12)
    stacked.fill('images', Uint32Array.of(700), again)
    expect(again).toEqual(images.subarray(700 * 12, 701 * 12))
  })

  it('have other examples held out, and in another series', async () => {
    const of = await digitsLike('some', 10)
    const hashes = await Promise.all(
      [{ seed: 1 }, { seed: 2 }, { seed: 1, start: 50 }].map(
        async (wanted) => (await stackedImages({ of, count: 50, ...wanted })).hash,
      ),
    )
    expect(new Set(hashes).size).toBe(3)
  })

  it('are named by what a classifier sees in each channel', async () => {
    const [train, test] = [await digitsLike('some', 9), await digitsLike('some', 6)]
    const modes = stackedModes({ train, test }, 1)
    expect([modes.count, modes.classifiedBy!.train]).toEqual([27, train])
    const classify = async (images: Float32Array) => ({
      data: Float32Array.from({ length: (images.length / 4) * 3 }, (_, at) => {
        const seen = Math.round((255 * images[4 * Math.floor(at / 3)]!) / 100)
        const sure = seen === 2 ? 0.98 : 0.995
        return at % 3 === seen ? sure : (1 - sure) / 2
      }),
    })
    const one = (...digits: number[]): number[] =>
      [...digits, ...digits, ...digits, ...digits].map((d) => (100 * d) / 255)
    const found = await modes.name(Float32Array.from([...one(1, 0, 1), ...one(0, 2, 1)]), classify)
    expect([...found.modes]).toEqual([10, 7])
    expect([...found.good]).toEqual([1, 0])
    const real = await modes.name(modes.real(400, 0), classify)
    expect(new Set(real.modes).size).toBe(27)
  })

  it('need grey images with labels', async () => {
    const of = await digitsLike('some', 10)
    const { labels: _, ...unlabelled } = of
    const attempt = (given: Dataset) => stackedImages({ of: given, count: 5, seed: 1 })
    await expect(attempt(unlabelled)).rejects.toThrow(DataError)
    await expect(attempt(unlabelled)).rejects.toThrow('the data "some" has no labels')
    await expect(attempt({ ...of, channels: 3 })).rejects.toThrow('expected grey images of "some"')
    const load = (given: object) => namedColumns['stacked-mnist']!.load(given)
    await expect(load({ channels: 1 })).rejects.toThrow(ConfigError)
    await expect(load({ options: { of: 'cats' } })).rejects.toThrow(/of of the data "stacked-mnist"/)
  })

  it('are composed of drawn digits of the wanted size', async () => {
    const loaded = await namedColumns['stacked-mnist']!.load({
      options: { of: 'digits', count: 12 },
      imageSize: { height: 32, width: 32 },
    })
    expect(loaded!.train.columns.images!.shape).toEqual([32, 32, 3])
    expect([loaded!.train.count, loaded!.test.count, loaded!.modes!.count]).toEqual([12, 2, 1000])
    await expect(loadData('stacked-mnist')).rejects.toThrow(ConfigError)
  })
})
