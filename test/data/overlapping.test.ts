// Pairs of images over each other: the rules of the official generator, and what is held.
import { describe, expect, it } from 'vitest'
import { createDataset, type Dataset, overlappingImages } from '../../src/data/index.ts'
import { loadData, namedColumns } from '../../src/data/node/index.ts'
import { ConfigError, DataError } from '../../src/util/errors.ts'

const indices = (count: number): Uint32Array => Uint32Array.from({ length: count }, (_, i) => i)

/** Images of 3 x 3 pixels: one bright pixel in the middle, as bright as 100 times the label and one more. */
const dots = (labels: readonly number[], changed: Partial<Dataset> = {}): Promise<Dataset> =>
  createDataset({
    name: 'dots',
    images: Uint8Array.from(labels.flatMap((label) => [0, 0, 0, 0, 100 * label + 1, 0, 0, 0, 0])),
    count: labels.length,
    height: 3,
    width: 3,
    channels: 1,
    labels: Uint8Array.from(labels),
    classes: ['a', 'b', 'c'],
    ...changed,
  })

describe('overlapping images', () => {
  it('are pairs of different classes, each moved by itself and kept by itself, added up to 255', async () => {
    const of = await dots([0, 1, 2, 2])
    const set = await overlappingImages({ of, count: 400, seed: 3, padding: 2, shift: 1 })
    expect(set.columns.images!.shape).toEqual([7, 7, 1])
    const [images, parts] = [new Float32Array(400 * 49), new Float32Array(800 * 49)]
    const labels = new BigInt64Array(800)
    set.fill('images', indices(400), images)
    set.fill('parts', indices(400), parts)
    set.fill('labels', indices(400), labels)
    const places = new Set<number>()
    let overlaps = 0
    for (let i = 0; i < 400; i++) {
      const [a, b] = [Number(labels[2 * i]), Number(labels[2 * i + 1])]
      expect(a).not.toBe(b)
      const sum = new Float32Array(49)
      for (const [k, label] of [a, b].entries()) {
        const part = parts.subarray((2 * i + k) * 49, (2 * i + k + 1) * 49)
        const at = part.findIndex((v) => v > 0)
        places.add(at)
        expect(part[at]).toBe(Math.fround((100 * label + 1) / 255))
        part.forEach((v, p) => {
          sum[p]! += Math.round(v * 255)
        })
      }
      if (sum.filter((v) => v > 0).length === 1) overlaps++
      expect(Array.from(sum, (v) => Math.fround(Math.min(255, v) / 255))).toEqual(
        Array.from(images.subarray(i * 49, (i + 1) * 49)),
      )
    }
    // The middle of 7 x 7 pixels and its eight neighbours.
    expect([...places].sort((a, b) => a - b)).toEqual([16, 17, 18, 23, 24, 25, 30, 31, 32])
    expect(overlaps / 400).toBeCloseTo(1 / 9, 1)
  })

  it('lose what leaves the picture', async () => {
    const of = await dots([0, 2])
    const set = await overlappingImages({ of, count: 200, seed: 1, padding: 0, shift: 3 })
    const parts = new Float32Array(400 * 9)
    set.fill('parts', indices(200), parts)
    const shown = Array.from({ length: 400 }, (_, i) => parts.subarray(9 * i, 9 * i + 9).some((v) => v > 0))
    // Three of seven places, both ways.
    expect(shown.filter(Boolean).length / 400).toBeCloseTo(9 / 49, 1)
  })

  it('follow from seed and number alone', async () => {
    const of = await dots([0, 1, 2])
    const read = async (start: number, which: Uint32Array, seed = 3) => {
      const out = new Float32Array(which.length * 121)
      ;(await overlappingImages({ of, count: 9, seed, start })).fill('images', which, out)
      return out
    }
    const all = await read(0, indices(9))
    expect(await read(5, Uint32Array.of(2))).toEqual(all.subarray(7 * 121, 8 * 121))
    expect(await read(0, indices(9), 4)).not.toEqual(all)
  })

  it('need grey images with labels of two classes', async () => {
    const refused = async (of: Dataset, message: string) => {
      await expect(overlappingImages({ of, count: 2, seed: 1 })).rejects.toThrow(DataError)
      await expect(overlappingImages({ of, count: 2, seed: 1 })).rejects.toThrow(message)
    }
    const { labels: _, hash: __, ...bare } = await dots([0, 1])
    await refused(await createDataset(bare), 'no labels')
    await refused(await dots([1, 1]), 'at least two classes')
    const images = new Uint8Array(54)
    await refused(await dots([0, 1], { images, channels: 3 }), 'grey images')
  })
})

describe('multi-mnist', () => {
  it('is pairs of any set, others held out, and no images that could be held', async () => {
    const found = await namedColumns['multi-mnist']!.load({ options: { of: 'digits', count: 12 } })
    const { train, test } = found!
    expect(train.columns).toEqual({
      images: { shape: [36, 36, 1], dtype: 'float32' },
      labels: { shape: [2], dtype: 'int64' },
      parts: { shape: [2, 36, 36, 1], dtype: 'float32' },
    })
    expect([train.count, test.count, train.classes.length]).toEqual([12, 2, 10])
    expect(train.hash).not.toBe(test.hash)
    const load = namedColumns['multi-mnist']!.load
    await expect(load({ options: { of: 'digits', count: 12 }, channels: 3 })).rejects.toThrow(ConfigError)
    await expect(load({ options: { of: 'photos' } })).rejects.toThrow(ConfigError)
    await expect(loadData('multi-mnist')).rejects.toThrow(ConfigError)
  })
})
