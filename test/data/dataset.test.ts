// The record of a data set: what is checked, and what its hash depends on.
import { describe, expect, it } from 'vitest'
import { sha256, sha256OfMany } from '../../src/data/dataset.ts'
import { createDataset } from '../../src/data/index.ts'
import { DataError } from '../../src/util/errors.ts'

const parts = {
  name: 'two',
  images: Uint8Array.of(1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12),
  count: 2,
  height: 2,
  width: 3,
  channels: 1,
  labels: Uint8Array.of(0, 1),
  classes: ['a', 'b'],
}
const hashOf = async (changes: Partial<typeof parts>): Promise<string> =>
  (await createDataset({ ...parts, ...changes })).hash
const failure = async (changes: Partial<typeof parts>): Promise<unknown> =>
  createDataset({ ...parts, ...changes }).catch((error: unknown) => error)

describe('a data set', () => {
  it('has a SHA-256 over its shape, pixels and labels', async () => {
    // sha256("2,2,3,1," + sha256(images) + "," + sha256(labels)), computed with sha256sum.
    expect(await hashOf({})).toBe('56c8b91b31e73f33cb3e9671939c6f47100b1fc1022ca67dce01ab9229872c83')
  })

  it('hashes very many pixels in pieces, because Web Crypto takes only so many at once', async () => {
    const bytes = Uint8Array.of(1, 2, 3, 4, 5)
    const pieces = [Uint8Array.of(1, 2), Uint8Array.of(3, 4), Uint8Array.of(5)]
    const joined = (await Promise.all(pieces.map(sha256))).join(',')
    expect(await sha256OfMany(bytes, 2)).toBe(await sha256(new TextEncoder().encode(joined)))
    expect(await sha256OfMany(bytes, 5)).toBe(await sha256(bytes))
  })

  it('keeps its hash under another name and other class names', async () => {
    expect(await hashOf({ name: 'other', classes: ['x', 'y', 'z'] })).toBe(await hashOf({}))
  })

  it('has another hash when a pixel, a label or the shape differs, or the labels are missing', async () => {
    const images = Uint8Array.from(parts.images)
    images[11] = 0
    const { labels: _, ...unlabelled } = parts
    const hashes = [
      await hashOf({}),
      await hashOf({ images }),
      await hashOf({ labels: Uint8Array.of(1, 0) }),
      await hashOf({ height: 3, width: 2 }),
      (await createDataset(unlabelled)).hash,
    ]
    expect(new Set(hashes).size).toBe(5)
  })

  it('needs an image, as many pixels as its shape says, a label per image and a class per label', async () => {
    const cases: [Partial<typeof parts>, string][] = [
      [{ count: 0 }, 'two: expected at least one image of at least one pixel, got shape [0, 2, 3, 1]'],
      [{ width: 4 }, 'two: shape [2, 2, 4, 1] expects 16 bytes of pixels, got 12'],
      [{ labels: Uint8Array.of(0) }, 'two: expected one label per image, got 2 images and 1 labels'],
      [
        { labels: Uint8Array.of(0, 2) },
        'two: expected labels below 2 (the number of classes), got 2 for image 1',
      ],
    ]
    for (const [changes, message] of cases) {
      const error = await failure(changes)
      expect(error).toBeInstanceOf(DataError)
      expect(error).toHaveProperty('message', message)
    }
  })
})
