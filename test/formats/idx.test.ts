// IDX bytes: a round trip for every array, and a clear message for every way a file can be broken.
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { datasetFromIdx, type NamedBytes, parseIdx, writeIdx } from '../../src/data/index.ts'
import { DataError } from '../../src/util/errors.ts'
import { sizeOf } from '../../src/util/shape.ts'
import { smallImages, smallLabels } from '../data/small-idx.ts'

const arrays = fc
  .array(fc.nat(5), { minLength: 1, maxLength: 4 })
  .chain((shape) =>
    fc
      .uint8Array({ minLength: sizeOf(shape), maxLength: sizeOf(shape) })
      .map((data) => ({ shape, data: Uint8Array.from(data) })),
  )

const messageOf = (action: () => unknown): string => {
  try {
    action()
  } catch (error) {
    if (error instanceof DataError) return error.message
    throw error
  }
  throw new Error('expected a DataError')
}

describe('IDX bytes', () => {
  it('give back the array they were written from', () => {
    fc.assert(
      fc.property(arrays, (array) => {
        const { shape, data } = parseIdx(writeIdx(array))
        expect(shape).toEqual(array.shape)
        expect(Uint8Array.from(data)).toEqual(array.data)
      }),
    )
  })

  it('have the layout of the format', () => {
    expect([...writeIdx({ shape: [2, 1], data: Uint8Array.of(7, 9) })]).toEqual([
      0, 0, 8, 2, 0, 0, 0, 2, 0, 0, 0, 1, 7, 9,
    ])
  })

  it('are read at any place of a larger buffer', () => {
    const bytes = Uint8Array.of(255, 255, 255, ...smallLabels(4, 5, 6), 255)
    expect([...parseIdx(bytes.subarray(3, bytes.length - 1)).data]).toEqual([4, 5, 6])
  })

  it('are refused when cut anywhere', () => {
    const bytes = smallImages(3)
    for (let length = 0; length < bytes.length; length++)
      expect(messageOf(() => parseIdx(bytes.subarray(0, length), 'cut.idx'))).toMatch(/^cut\.idx/)
  })

  it('are refused with the reason', () => {
    const images = smallImages(3)
    const cases: [string, () => unknown][] = [
      [
        'a is truncated: shape [3, 2, 3] expects 34 bytes, got 33',
        () => parseIdx(images.subarray(0, 33), 'a'),
      ],
      [
        'a is truncated: expected a header of 16 bytes, got 9 bytes',
        () => parseIdx(images.subarray(0, 9), 'a'),
      ],
      [
        'a: expected an IDX file, which begins with 4 bytes, got 2 bytes',
        () => parseIdx(images.subarray(0, 2), 'a'),
      ],
      [
        'a has bytes after its end: shape [3, 2, 3] expects 34 bytes, got 35',
        () => parseIdx(Uint8Array.of(...images, 0), 'a'),
      ],
      [
        'a: expected an IDX file, whose first bytes are 00 00 08 and the rank, got 3c 68 74 6d',
        () => parseIdx(new TextEncoder().encode('<html>'), 'a'),
      ],
      [
        'a: expected unsigned bytes (IDX type 8), got 32-bit floats',
        () => parseIdx(Uint8Array.of(0, 0, 13, 1, 0, 0, 0, 0), 'a'),
      ],
      ['a: expected 1 axis, got 3', () => parseIdx(images, 'a', 1)],
      ['a: expected 3 axes, got 1', () => parseIdx(smallLabels(1), 'a', 3)],
    ]
    for (const [message, action] of cases) expect(messageOf(action)).toBe(message)
  })

  it('are not written from data that do not fit', () => {
    const data = Uint8Array.of(1, 2)
    expect(messageOf(() => writeIdx({ shape: [3], data }))).toBe('shape [3] expects 3 bytes, got 2')
    expect(messageOf(() => writeIdx({ shape: [], data }))).toBe('an IDX file has 1 to 255 axes, got 0')
    expect(messageOf(() => writeIdx({ shape: [0.5], data }))).toContain('got [0.5]')
  })
})

describe('a data set from IDX bytes', () => {
  const named = (name: string, bytes: Uint8Array): NamedBytes => ({ name, bytes })
  const failure = (images: Uint8Array, labels?: Uint8Array, classes?: string[]): Promise<string> =>
    datasetFromIdx({
      name: 'set',
      images: named('i', images),
      ...(labels && { labels: named('l', labels) }),
      ...(classes && { classes }),
    }).then(
      () => 'no error',
      (error: unknown) => (error instanceof DataError ? error.message : String(error)),
    )

  it('has the images, the labels and a class for every label up to the highest', async () => {
    const set = await datasetFromIdx({
      name: 'set',
      images: named('i', smallImages(2)),
      labels: named('l', smallLabels(2, 0)),
    })
    expect(set).toMatchObject({ name: 'set', count: 2, height: 2, width: 3, channels: 1 })
    expect(set.classes).toEqual(['0', '1', '2'])
    expect([...set.images]).toEqual([0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11])
    expect([...(set.labels ?? [])]).toEqual([2, 0])
  })

  it('may have channels and no labels', async () => {
    const bytes = writeIdx({ shape: [1, 2, 2, 3], data: new Uint8Array(12) })
    const set = await datasetFromIdx({ name: 'set', images: named('i', bytes) })
    expect(set).toMatchObject({ count: 1, height: 2, width: 2, channels: 3, classes: [] })
    expect(set.labels).toBeUndefined()
  })

  it('is refused with the reason', async () => {
    expect(await failure(smallImages(0), smallLabels())).toBe('i: expected at least one image, got 0')
    expect(await failure(smallLabels(1))).toBe(
      'i: expected images with 3 axes (count, height, width) or 4 (and channels), got 1',
    )
    expect(await failure(smallImages(2), smallLabels(1))).toBe(
      'expected one label per image, got 2 images in i and 1 labels in l',
    )
    expect(await failure(smallImages(2), smallImages(2))).toBe('l: expected 1 axis, got 3')
    expect(await failure(smallImages(2), smallLabels(0, 5), ['a', 'b'])).toBe(
      'l: expected labels below 2, got 5 for image 1',
    )
  })
})
