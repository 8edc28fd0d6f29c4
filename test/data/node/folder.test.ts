// Folders as data sets: IDX pairs under their usual names, and PNG images in one sub-folder per class.
import { mkdir, writeFile } from 'node:fs/promises'
import { basename, dirname, join } from 'node:path'
import { gzipSync } from 'node:zlib'
import sharp from 'sharp'
import { describe, expect, it } from 'vitest'
import { loadFolder } from '../../../src/data/node/index.ts'
import { DataError } from '../../../src/util/errors.ts'
import { smallImages, smallLabels } from '../small-idx.ts'
import { temporaryFolder } from './temporary-folder.ts'

/** A folder with these files. */
async function folderOf(files: Record<string, Uint8Array>): Promise<string> {
  const folder = await temporaryFolder()
  for (const [name, bytes] of Object.entries(files)) {
    await mkdir(dirname(join(folder, name)), { recursive: true })
    await writeFile(join(folder, name), bytes)
  }
  return folder
}

const failure = async (folder: string): Promise<string> => {
  const error = await loadFolder(folder).then(
    () => 'no error',
    (thrown: unknown) => thrown,
  )
  expect(error).toBeInstanceOf(DataError)
  return (error as DataError).message.replaceAll(folder, 'FOLDER')
}

const png = (pixels: number[], width: number, channels: 1 | 2 | 3 | 4 = 1): Promise<Uint8Array> =>
  sharp(Uint8Array.from(pixels), { raw: { width, height: pixels.length / width / channels, channels } })
    .png()
    .toBuffer()

describe('a folder of IDX files', () => {
  it('has a part for training and one for testing, under the names that MNIST and Fashion-MNIST use', async () => {
    const folder = await folderOf({
      'train-images-idx3-ubyte.gz': gzipSync(smallImages(3)),
      'train-labels-idx1-ubyte.gz': gzipSync(smallLabels(0, 2, 1)),
      't10k-images-idx3-ubyte': smallImages(2),
      't10k-labels-idx1-ubyte': smallLabels(1, 0),
      'README.txt': new Uint8Array(),
    })
    const { train, test } = await loadFolder(folder)
    expect(train).toMatchObject({
      name: basename(folder),
      count: 3,
      height: 2,
      width: 3,
      classes: ['0', '1', '2'],
    })
    expect(test).toMatchObject({ count: 2, classes: ['0', '1', '2'] })
  })

  it('may be a single pair of any name, with a dot for the dash', async () => {
    const { train, test } = await loadFolder(
      await folderOf({
        'kanji-images.idx3-ubyte': smallImages(2),
        'kanji-labels.idx1-ubyte': smallLabels(0, 1),
      }),
    )
    expect(train.labels).toEqual(Uint8Array.of(0, 1))
    expect(test).toBeUndefined()
  })

  it('may have no labels', async () => {
    const { train } = await loadFolder(await folderOf({ 'images-idx3-ubyte': smallImages(2) }))
    expect([train.count, train.labels, train.classes]).toEqual([2, undefined, []])
  })

  it('is refused when a file is broken, the counts differ, or it is not clear what to train on', async () => {
    const images = gzipSync(smallImages(300))
    images.fill(0, 30, 60)
    expect(await failure(await folderOf({ 'train-images-idx3-ubyte.gz': images }))).toMatch(
      /^FOLDER.train-images-idx3-ubyte\.gz is a corrupt gzip file \(/,
    )
    const counts = { 'train-images-idx3-ubyte': smallImages(3), 'train-labels-idx1-ubyte': smallLabels(1) }
    expect(await failure(await folderOf(counts))).toMatch(
      /got 3 images in FOLDER.train-images.* and 1 labels in FOLDER/,
    )
    const two = { 'a-images-idx3-ubyte': smallImages(1), 'b-images-idx3-ubyte': smallImages(1) }
    expect(await failure(await folderOf(two))).toMatch(/found a-images, b-images$/)
    const sizes = {
      'train-images-idx3-ubyte': smallImages(1),
      't10k-images-idx3-ubyte': smallImages(1, 3, 3),
    }
    expect(await failure(await folderOf(sizes))).toBe(
      "FOLDER: expected test images of the training images' size, 2 x 3 x 1 (height x width x channels), got 3 x 3 x 1",
    )
  })
})

describe('a folder of PNG images', () => {
  it('has a class per sub-folder, sorted by name', async () => {
    const folder = await folderOf({
      'dog/b.png': await png([9, 10, 11, 12, 13, 14], 3),
      'dog/a.PNG': await png([3, 4, 5, 6, 7, 8], 3),
      'cat/x.png': await png([0, 1, 2, 3, 4, 5], 3),
      'cat/notes.txt': new Uint8Array(),
      '.hidden/x.png': await png([0], 1),
      'empty/readme.md': new Uint8Array(),
    })
    const { train, test } = await loadFolder(folder)
    expect(train).toMatchObject({ count: 3, height: 2, width: 3, channels: 1, classes: ['cat', 'dog'] })
    expect([...train.images]).toEqual([0, 1, 2, 3, 4, 5, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14])
    expect([...(train.labels ?? [])]).toEqual([0, 1, 1])
    expect(test).toBeUndefined()
  })

  it('turns colours into grey, sixteen bits into eight and the transparent into black', async () => {
    const deep = sharp(Uint16Array.of(0, 65_535), { raw: { width: 2, height: 1, channels: 1 } })
    const folder = await folderOf({
      'a/1.png': await png([255, 255, 255, 0, 0, 0], 2, 3),
      'a/2.png': await png([255, 255, 255, 255, 255, 255, 255, 0], 2, 4),
      'a/3.png': await deep.toColourspace('grey16').png().toBuffer(),
      'a/4.png': await png([255, 0, 0, 0, 255, 0], 2, 3),
      'a/5.png': await png([200, 255, 200, 0], 2, 2),
    })
    const { train } = await loadFolder(folder)
    expect([...train.images.subarray(0, 6)]).toEqual([255, 0, 255, 0, 0, 255])
    const [red, green] = train.images.subarray(6, 8)
    expect(green).toBeGreaterThan(red!)
    expect(red).toBeGreaterThan(0)
    expect([...train.images.subarray(8)]).toEqual([200, 0])
  })

  it('may be split into train and test', async () => {
    const one = await png([1], 1)
    const folder = await folderOf({ 'train/a/1.png': one, 'train/b/1.png': one, 'test/b/1.png': one })
    const { train, test } = await loadFolder(folder)
    expect([...(train.labels ?? [])]).toEqual([0, 1])
    expect([...(test?.labels ?? [])]).toEqual([1])
    expect(test?.classes).toEqual(['a', 'b'])
  })

  it('names the first image of another size, an image that is none, and a test class without training', async () => {
    const small = await png([1, 2], 2)
    const large = await png([1, 2, 3], 3)
    expect(await failure(await folderOf({ 'a/1.png': small, 'a/2.png': large, 'b/1.png': large }))).toBe(
      'FOLDER/a/2.png is 3 x 1 pixels, expected 2 x 1 like FOLDER/a/1.png: all images of a data set have one size',
    )
    expect(await failure(await folderOf({ 'a/1.png': small, 'a/2.png': small.subarray(0, 20) }))).toMatch(
      /^FOLDER.a.2\.png cannot be read as a PNG image: /,
    )
    expect(await failure(await folderOf({ 'train/a/1.png': small, 'test/b/1.png': small }))).toBe(
      'FOLDER/test/b: expected the classes of FOLDER/train (a), got b',
    )
  })

  it('is refused when there are no images, or when they lie beside each other', async () => {
    expect(await failure(await folderOf({ 'a/readme.md': new Uint8Array() }))).toBe(
      'FOLDER has no images: expected IDX files such as train-images-idx3-ubyte.gz, or one sub-folder of PNG images per class',
    )
    expect(await failure(await folderOf({ '1.png': await png([1], 1) }))).toMatch(
      /^FOLDER: found 1 PNG images beside each other; expected one sub-folder per class/,
    )
    expect(await failure(join(await temporaryFolder(), 'nowhere'))).toMatch(
      /^the folder FOLDER cannot be read: ENOENT/,
    )
  })
})
