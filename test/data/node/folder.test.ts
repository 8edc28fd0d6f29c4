// Folders as data sets: IDX pairs under their usual names, and images, loose or in one sub-folder per class.
import { mkdir, symlink, writeFile } from 'node:fs/promises'
import { basename, dirname, join } from 'node:path'
import { gzipSync } from 'node:zlib'
import sharp from 'sharp'
import { describe, expect, it } from 'vitest'
import { coverResizer } from '../../../src/data/index.ts'
import { loadFolder } from '../../../src/data/node/index.ts'
import { DataError } from '../../../src/util/errors.ts'
import { onWindows, unless } from '../../support/unless.ts'
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

/** One pixel of a colour, in any format that sharp writes. */
const dot = (colour: string, width = 1, height = 1) =>
  sharp({ create: { width, height, channels: 3, background: colour } })

describe('a folder of images', () => {
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
    expect(train.preparation).toBeUndefined()
    expect(test).toBeUndefined()
  })

  it('has no labels when the images lie loose', async () => {
    const folder = await folderOf({
      '2.png': await png([2], 1),
      '1.png': await png([1], 1),
      '.hidden.png': await png([9], 1),
      'notes/readme.md': new Uint8Array(),
    })
    const { train } = await loadFolder(folder)
    expect(train).toMatchObject({ count: 2, classes: [] })
    expect(train.labels).toBeUndefined()
    expect([...train.images]).toEqual([1, 2])
  })

  unless(onWindows).it('may be linked from elsewhere, files and sub-folders alike', async () => {
    const elsewhere = await folderOf({ 'cats/1.png': await png([1], 1), '2.png': await png([2], 1) })
    const folder = await folderOf({ 'dog/0.png': await png([0], 1) })
    await symlink(join(elsewhere, 'cats'), join(folder, 'cat'), 'dir')
    await symlink(join(elsewhere, '2.png'), join(folder, 'dog', '2.png'), 'file')
    const { train } = await loadFolder(folder)
    expect([train.classes, [...train.images]]).toEqual([
      ['cat', 'dog'],
      [1, 0, 2],
    ])
  })

  it('may hold PNG, JPEG, WebP, GIF, AVIF and TIFF', async () => {
    const colour = '#c86432'
    const animation = [dot(colour), dot('#000000')].map((frame) => frame.png().toBuffer())
    const folder = await folderOf({
      'a.png': await dot(colour).png().toBuffer(),
      'b.jpg': await dot(colour).jpeg({ quality: 100 }).toBuffer(),
      'c.JPEG': await dot(colour).jpeg({ quality: 100 }).toBuffer(),
      'd.webp': await dot(colour).webp({ lossless: true }).toBuffer(),
      'e.gif': await sharp(await Promise.all(animation), { join: { animated: true } })
        .gif()
        .toBuffer(),
      'f.avif': await dot(colour).avif({ quality: 100, chromaSubsampling: '4:4:4' }).toBuffer(),
      'g.tiff': await dot(colour).tiff().toBuffer(),
      'h.tif': await dot(colour).tiff({ compression: 'lzw' }).toBuffer(),
    })
    const { train } = await loadFolder(folder)
    expect(train).toMatchObject({ count: 8, height: 1, width: 1, channels: 3 })
    for (const [i, byte] of train.images.entries())
      expect(Math.abs(byte - [200, 100, 50][i % 3]!), `image ${Math.floor(i / 3)}`).toBeLessThanOrEqual(4)
  })

  it('is grey when every pixel of every image is, whatever the format, and otherwise in colour', async () => {
    const grey = { 'a/1.png': await png([7, 8], 2), 'a/2.png': await png([1, 1, 1, 9, 9, 9], 2, 3) }
    const { train } = await loadFolder(await folderOf(grey))
    expect([train.channels, [...train.images]]).toEqual([1, [7, 8, 1, 9]])
    expect(train.preparation).toBeUndefined()
    const mixed = { ...grey, 'b/3.png': await png([1, 2, 3, 4, 4, 4], 2, 3), 'b/4.png': await png([5, 6], 2) }
    const { train: coloured } = await loadFolder(await folderOf(mixed))
    expect(coloured.channels).toBe(3)
    expect([...coloured.images]).toEqual([
      ...[7, 7, 7, 8, 8, 8],
      ...[1, 1, 1, 9, 9, 9],
      ...[1, 2, 3, 4, 4, 4],
      ...[5, 5, 5, 6, 6, 6],
    ])
    expect(coloured.preparation).toBe('grey written as RGB')
    const asked = await loadFolder(await folderOf(grey), { channels: 3 })
    expect([...asked.train.images.subarray(0, 6)]).toEqual([7, 7, 7, 8, 8, 8])
  })

  it('turns colours into grey when asked, sixteen bits into eight and the transparent into black', async () => {
    const deep = sharp(Uint16Array.of(0, 65_535), { raw: { width: 2, height: 1, channels: 1 } })
    const folder = await folderOf({
      'a/1.png': await png([255, 255, 255, 0, 0, 0], 2, 3),
      'a/2.png': await png([255, 255, 255, 255, 255, 255, 255, 0], 2, 4),
      'a/3.png': await deep.toColourspace('grey16').png().toBuffer(),
      'a/4.png': await png([255, 0, 0, 0, 255, 0], 2, 3),
      'a/5.png': await png([200, 255, 200, 0], 2, 2),
    })
    const { train } = await loadFolder(folder, { channels: 1 })
    expect([...train.images]).toEqual([255, 0, 255, 0, 0, 255, 76, 150, 200, 0])
    expect(train.preparation).toBe('colours turned grey')
  })

  it('turns images upright as their EXIF data say', async () => {
    const lying = sharp(Uint8Array.of(0, 100, 200), { raw: { width: 3, height: 1, channels: 1 } })
    const turned = await lying.withMetadata({ orientation: 6 }).png().toBuffer()
    const { train } = await loadFolder(await folderOf({ '1.png': turned }))
    expect([train.height, train.width, ...train.images]).toEqual([3, 1, 0, 100, 200])
  })

  it('scales images of all sizes to cover one, and keeps the middle', async () => {
    // Three stripes; the middle one is what is left of it.
    const stripes = (width: number, height: number): Promise<Uint8Array> => {
      const third = width / 3
      const pixels = Array.from({ length: width * height }, (_, i) => Math.floor((i % width) / third))
      return png(
        pixels.flatMap(
          (stripe) =>
            [
              [250, 0, 0],
              [0, 250, 0],
              [0, 0, 250],
            ][stripe]!,
        ),
        width,
        3,
      )
    }
    const folder = await folderOf({
      'large.png': await stripes(600, 200), // more than four times too large, so reduced on the way
      'middle.png': await stripes(96, 32),
      'small.png': await stripes(24, 8),
    })
    const { train } = await loadFolder(folder, { imageSize: { height: 16, width: 16 } })
    expect(train).toMatchObject({ count: 3, height: 16, width: 16, channels: 3 })
    expect(train.preparation).toBe(
      '8 x 24 to 200 x 600 scaled to cover 16 x 16 (height x width), cropped to the middle',
    )
    for (const image of [0, 1, 2])
      for (const [x, sides] of [
        [8, 0],
        [4, 0],
        [11, 0],
      ] as const) {
        const at = ((image * 16 + 8) * 16 + x) * 3
        const [red, green, blue] = train.images.subarray(at, at + 3)
        expect(green!, `image ${image} at ${x}`).toBeGreaterThan(240)
        expect(Math.max(red!, blue!)).toBeLessThanOrEqual(sides + 5)
      }
  })

  it('gives the same pixels whether a much larger image was reduced on the way or not', async () => {
    const [width, height] = [500, 380]
    const pixels = Array.from({ length: width * height }, (_, i) => {
      const [x, y] = [i % width, Math.floor(i / width)]
      return Math.round(127 + 60 * Math.sin(x / 40) + 60 * Math.cos(y / 25))
    })
    const to = { height: 20, width: 20 }
    const { train } = await loadFolder(await folderOf({ '1.png': await png(pixels, width) }), {
      imageSize: to,
    })
    const direct = new Uint8Array(400)
    coverResizer({ height, width }, to)(Uint8Array.from(pixels), 1, direct)
    direct.forEach((pixel, i) => {
      expect(Math.abs(pixel - train.images[i]!)).toBeLessThanOrEqual(2)
    })
  })

  it('may be split into train and test, both made alike', async () => {
    const one = await png([1], 1)
    const folder = await folderOf({ 'train/a/1.png': one, 'train/b/1.png': one, 'test/b/1.png': one })
    const { train, test } = await loadFolder(folder)
    expect([...(train.labels ?? [])]).toEqual([0, 1])
    expect([...(test?.labels ?? [])]).toEqual([1])
    expect(test?.classes).toEqual(['a', 'b'])

    const red = await png([250, 0, 0], 1, 3)
    const large = await png([1, 2, 3, 4], 2)
    const loose = await folderOf({ 'train/1.png': red, 'train/2.png': one, 'test/3.png': large })
    const both = await loadFolder(loose, { imageSize: { height: 3, width: 3 } })
    expect(both.train).toMatchObject({ count: 2, height: 3, channels: 3, classes: [] })
    expect(both.test).toMatchObject({ count: 1, height: 3, channels: 3, classes: [] })
    const grey = await folderOf({ 'train/1.png': one, 'test/3.png': red })
    expect([...(await loadFolder(grey)).test!.images]).toEqual([75])
  })

  it('reports how far reading is, and stops when told', async () => {
    const files = Object.fromEntries(
      await Promise.all(Array.from({ length: 30 }, async (_, i) => [`${i}.png`, await png([i], 1)])),
    )
    const folder = await folderOf(files)
    const seen: string[] = []
    await loadFolder(folder, { onImages: ({ done, total }) => seen.push(`${done} of ${total}`) })
    expect(seen.at(-1)).toBe('30 of 30')
    const stop = loadFolder(folder, { signal: AbortSignal.abort(new Error('enough')) })
    await expect(stop).rejects.toThrow('enough')
  })

  it('names images of two sizes and the way out, and an image that is broken', async () => {
    const small = await png([1, 2], 2)
    const large = await png([1, 2, 3], 3)
    expect(await failure(await folderOf({ 'a/1.png': small, 'a/2.png': large, 'b/1.png': large }))).toBe(
      'FOLDER/a/2.png is 1 x 3 pixels (height x width), FOLDER/a/1.png is 1 x 2. Give the size that all images shall be scaled and cropped to: --image-size 64, or --image-size 48x64 for height x width (option imageSize).',
    )
    expect(await failure(await folderOf({ 'a/1.png': small, 'a/2.png': small.subarray(0, 20) }))).toMatch(
      /^FOLDER.a.2\.png cannot be read as an image: .+\. Repair it, or take it out of the folder\.$/,
    )
    expect(await failure(await folderOf({ '1.jpg': new TextEncoder().encode('not an image') }))).toMatch(
      /^FOLDER.1\.jpg cannot be read as an image: /,
    )
    const photo = await sharp({
      create: {
        width: 90,
        height: 90,
        channels: 3,
        background: '#123456',
        noise: { type: 'gaussian', sigma: 30 },
      },
    })
      .jpeg()
      .toBuffer()
    const cut = { '1.jpg': photo, '2.jpg': photo.subarray(0, photo.length / 2) }
    expect(await failure(await folderOf(cut))).toMatch(/^FOLDER.2\.jpg cannot be read as an image: /)
  })

  it('names a test class without training, and test images that do not fit the training', async () => {
    const small = await png([1, 2], 2)
    const large = await png([1, 2, 3], 3)
    expect(await failure(await folderOf({ 'train/a/1.png': small, 'test/b/1.png': small }))).toBe(
      'FOLDER/test/b: expected the classes of FOLDER/train (a), got a folder b',
    )
    expect(await failure(await folderOf({ 'train/1.png': small, 'test/b/1.png': small }))).toBe(
      'FOLDER/test/b: expected loose images as in FOLDER/train, got a folder b',
    )
    expect(await failure(await folderOf({ 'train/a/1.png': small, 'test/1.png': small }))).toBe(
      'FOLDER/test: expected one sub-folder per class as in FOLDER/train, got loose images',
    )
    expect(await failure(await folderOf({ 'train/a/1.png': small, 'test/a/1.png': large }))).toBe(
      "FOLDER: expected test images of the training images' size, 1 x 2 x 1 (height x width x channels), got 1 x 3 x 1",
    )
  })

  it('is refused when there are no images, or loose ones beside classes', async () => {
    expect(await failure(await folderOf({ 'a/readme.md': new Uint8Array() }))).toBe(
      'FOLDER has no images: expected IDX files such as train-images-idx3-ubyte.gz, or images as PNG, JPEG, WebP, GIF, AVIF or TIFF, loose or in one sub-folder per class',
    )
    const one = await png([1], 1)
    expect(
      await failure(await folderOf({ '1.png': one, '2.png': one, 'a/1.png': one, 'b/1.png': one })),
    ).toBe(
      'FOLDER has 2 images beside the folders a, b, which have images too; expected all of them loose, or all in one sub-folder per class. Move one or the other elsewhere.',
    )
    expect(await failure(join(await temporaryFolder(), 'nowhere'))).toMatch(
      /^the folder FOLDER cannot be read: ENOENT/,
    )
  })

  it('says which images it cannot read: alone they are refused, beside others left out', async () => {
    const photos = { 'a/1.HEIC': new Uint8Array(), 'a/2.heic': new Uint8Array(), 'b/3.bmp': new Uint8Array() }
    expect(await failure(await folderOf(photos))).toBe(
      'FOLDER: 3 images are of kinds that cannot be read (.bmp, .heic); convert them to JPEG or PNG. Expected images as PNG, JPEG, WebP, GIF, AVIF or TIFF, loose or in one sub-folder per class.',
    )
    const { train } = await loadFolder(await folderOf({ ...photos, 'a/4.png': await png([1], 1) }))
    expect([train.count, train.preparation]).toEqual([1, '3 files (.bmp, .heic) left out'])
  })
})

describe('a folder of IDX files with a wanted form', () => {
  it('is scaled and coloured as a folder of images is, and its parts need not have one size then', async () => {
    const folder = await folderOf({
      'train-images-idx3-ubyte': smallImages(1, 2, 2),
      't10k-images-idx3-ubyte': smallImages(1, 1, 3),
    })
    const { train, test } = await loadFolder(folder, { imageSize: { height: 1, width: 1 }, channels: 3 })
    expect([train.height, train.channels, test!.height, test!.channels]).toEqual([1, 3, 1, 3])
    expect([...test!.images]).toEqual([1, 1, 1])
  })
})
