// A data set from a folder with one sub-folder of PNG images per class.
import { readdir, stat } from 'node:fs/promises'
import { join } from 'node:path'
import sharp from 'sharp'
import { DataError, messageOf } from '../../util/errors.ts'
import { createDataset, type Dataset } from '../dataset.ts'

/** How many images are decoded at the same time. */
const AT_ONCE = 8

/** Names of the sub-folders that hold PNG images, sorted by character code: the classes. */
export async function imageClasses(folder: string): Promise<string[]> {
  const classes: string[] = []
  for (const name of await subFolders(folder))
    if ((await imagesIn(join(folder, name))).length > 0) classes.push(name)
  return classes
}

/**
 * Reads every PNG image in the sub-folders of a folder; the sub-folder is the class. Colours become grey
 * (luminance), 16 bits become 8, what is transparent becomes black. Images are ordered by class, then by name.
 *
 * @param name     name of the data set
 * @param classes  sub-folders to read, in the order of the labels, see `imageClasses`; they need not all exist
 * @throws DataError when there are more than 256 classes or no images, an image cannot be read, or its size
 *         differs from the first one's
 */
export async function readImageFolder(
  folder: string,
  name: string,
  classes: readonly string[],
): Promise<Dataset> {
  if (classes.length > 256)
    throw new DataError(`${folder}: expected at most 256 classes, got ${classes.length}`)
  const files: { path: string; label: number }[] = []
  const present = await subFolders(folder)
  for (const [label, sub] of classes.entries()) {
    if (!present.includes(sub)) continue
    for (const file of await imagesIn(join(folder, sub))) files.push({ path: join(folder, sub, file), label })
  }
  const [first] = files
  if (first === undefined)
    throw new DataError(`${folder}: expected PNG images in its sub-folders, found none`)
  const { width, height } = await decode(first.path)
  const size = width * height
  const images = new Uint8Array(files.length * size)
  for (let from = 0; from < files.length; from += AT_ONCE) {
    const batch = files.slice(from, from + AT_ONCE)
    const decoded = await Promise.all(batch.map(({ path }) => decode(path)))
    decoded.forEach((image, i) => {
      if (image.width !== width || image.height !== height)
        throw new DataError(
          `${batch[i]!.path} is ${image.width} x ${image.height} pixels, expected ${width} x ${height} like ${first.path}: all images of a data set have one size`,
        )
      images.set(image.pixels, (from + i) * size)
    })
  }
  return createDataset({
    name,
    images,
    count: files.length,
    height,
    width,
    channels: 1,
    labels: Uint8Array.from(files, ({ label }) => label),
    classes,
  })
}

/** One byte of grey per pixel. */
async function decode(path: string): Promise<{ pixels: Uint8Array; width: number; height: number }> {
  try {
    const { data, info } = await sharp(path)
      .flatten({ background: '#000000' })
      .toColourspace('b-w')
      .raw({ depth: 'uchar' })
      .toBuffer({ resolveWithObject: true })
    return { pixels: data, width: info.width, height: info.height }
  } catch (error) {
    throw new DataError(`${path} cannot be read as a PNG image: ${messageOf(error)}`)
  }
}

/** Sub-folders, or links to some, that are not hidden; sorted. */
export async function subFolders(folder: string): Promise<string[]> {
  const names = (await readdir(folder)).filter((name) => !name.startsWith('.')).sort()
  const kinds = await Promise.all(names.map((name) => stat(join(folder, name)).catch(() => undefined)))
  return names.filter((_, i) => kinds[i]?.isDirectory())
}

/** PNG files, or links to some, that are not hidden; sorted. */
export async function imagesIn(folder: string): Promise<string[]> {
  const entries = await readdir(folder, { withFileTypes: true })
  return entries
    .filter((entry) => !entry.isDirectory() && /^[^.].*\.png$/i.test(entry.name))
    .map((entry) => entry.name)
    .sort()
}
