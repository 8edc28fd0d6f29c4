// Finds the images of a folder, loose or in one sub-folder per class, and reads them into one data set.
import { readdir, stat } from 'node:fs/promises'
import { extname, join } from 'node:path'
import sharp, { type OutputInfo } from 'sharp'
import { DataError, messageOf } from '../../util/errors.ts'
import { FILES, IMAGE_PIXELS, MOST_CLASSES } from '../../util/limits.ts'
import { readBytes } from '../../util/node/read-file.ts'
import { coverResizer, type Resizer } from '../cover.ts'
import { createDataset, type Dataset } from '../dataset.ts'
import { channelsWords, copyChannels, formatSize, type ImageForm, roomFor, sizeWords } from '../fit.ts'
import type { ImageSize } from '../image-size.ts'

/** The kinds of images that are read, by the endings of their names; of animations the first frame. */
const READABLE = /^\.(?:png|jpe?g|jpe|jfif|webp|gif|avif|tiff?)$/i
/** Images that people have, but that sharp does not read as it comes. */
const UNREADABLE = /^\.(?:heic|heif|bmp|jxl|jp2|svg|psd|dng|cr2|cr3|nef|arw|raf)$/i
/** The same in words. */
export const READABLE_WORDS = 'PNG, JPEG, WebP, GIF, AVIF or TIFF'

/** How many images are decoded at the same time. */
const AT_ONCE = 8
/** An image more than so many times too large is first reduced to this by sharp, on several cores. */
const REDUCED = 4
/** Seconds between two reports of progress. */
const PACE = 0.2

/** Where the images of a folder are. */
export interface FoundImages {
  readonly files: readonly { readonly path: string; readonly label: number }[]
  /** Names of the sub-folders with images, sorted by character code; none when the images lie loose. */
  readonly classes: readonly string[]
  /** How many files were passed over because images of their kind cannot be read, and the endings of their names. */
  readonly passedOver: { readonly count: number; readonly endings: readonly string[] }
}

/**
 * Looks for images in a folder, or in its sub-folders, which then are classes. Hidden files and folders, and files
 * that are no images, are passed over. Images are ordered by class, then by name.
 *
 * @param classes  the classes in the order of their labels; default: the sub-folders that hold images
 * @throws DataError when there are images both in the folder and in sub-folders, or more than 256 classes
 */
export async function findImages(folder: string, classes?: readonly string[]): Promise<FoundImages> {
  const loose = await imagesIn(folder)
  const subs = await Promise.all(
    (await subFolders(folder)).map(async (name) => ({ name, ...(await imagesIn(join(folder, name))) })),
  )
  const full = subs.filter(({ readable }) => readable.length > 0)
  if (loose.readable.length > 0 && full.length > 0)
    throw new DataError(
      `${folder} has ${loose.readable.length} images beside the folders ${full.map(({ name }) => name).join(', ')}, which have images too; expected all of them loose, or all in one sub-folder per class. Move one or the other elsewhere.`,
    )
  const names = classes ?? full.map(({ name }) => name)
  if (names.length > MOST_CLASSES)
    throw new DataError(`${folder}: expected at most ${MOST_CLASSES} classes, got ${names.length}`)
  const other = [loose, ...subs].flatMap(({ unreadable }) => unreadable)
  return {
    files: [
      ...loose.readable.map((file) => ({ path: join(folder, file), label: 0 })),
      ...names.flatMap((name, label) =>
        (full.find((sub) => sub.name === name)?.readable ?? []).map((file) => ({
          path: join(folder, name, file),
          label,
        })),
      ),
    ],
    classes: full.map(({ name }) => name),
    passedOver: { count: other.length, endings: [...new Set(other.map(endingOf))].sort() },
  }
}

export interface ReadImagesOptions extends ImageForm {
  /** Name of the data set. */
  readonly name: string
  /** Names of the classes; none: the images have no labels. */
  readonly classes: readonly string[]
  /** Called now and then while images are read, and at the end. */
  readonly onImages?: ((progress: ImagesProgress) => void) | undefined
  /** Stops reading. */
  readonly signal?: AbortSignal | undefined
}

/** How many images have been read. */
export interface ImagesProgress {
  readonly done: number
  readonly total: number
}

/**
 * Reads images as bytes: turned upright as their EXIF data say, in sRGB, what is transparent on black, 16 bits as 8,
 * scaled and cropped to `imageSize` (see `coverResizer`). Without `channels` they are grey when every pixel of every
 * image is, whatever the files' formats, and otherwise RGB.
 *
 * @throws DataError when an image cannot be read, or when no size is wanted and they differ in size
 * @throws the reason of `signal` when it aborts
 */
export async function readImages(
  { files, passedOver }: FoundImages,
  { name, classes, imageSize, channels: wanted, mostBytes, onImages, signal }: ReadImagesOptions,
): Promise<Dataset> {
  const size: ImageSize = imageSize ?? (await decode(files[0]!.path))
  const pixels = size.height * size.width
  let channels: number = wanted ?? 1
  let images = roomFor(name, files.length, size, channels, mostBytes)
  const seen = {
    coloured: false,
    grey: false,
    smallest: undefined as ImageSize | undefined,
    largest: undefined as ImageSize | undefined,
  }
  let recent: { from: ImageSize; resize: Resizer } | undefined
  let done = 0
  let told = performance.now()

  /** Puts a decoded image into its place. Whatever is shared here is safe: nothing in it waits. */
  const place = (index: number, image: Decoded): void => {
    const { original } = image
    if (imageSize === undefined && (image.height !== size.height || image.width !== size.width))
      throw new DataError(
        `${files[index]!.path} is ${formatSize(image)} pixels (height x width), ${files[0]!.path} is ${formatSize(size)}. Give the size that all images shall be scaled and cropped to: --image-size 64, or --image-size 48x64 for height x width (option imageSize).`,
      )
    if (!recent || recent.from.height !== image.height || recent.from.width !== image.width)
      recent = { from: image, resize: coverResizer(image, size) }
    const scaled = new Uint8Array(pixels * image.channels)
    recent.resize(image.pixels, image.channels, scaled)
    const coloured = image.channels === 3 && hasColour(scaled)
    if (coloured && wanted === undefined && channels === 1) {
      // The first image in colour: those before it were grey.
      const grown = roomFor(name, files.length, size, 3, mostBytes)
      copyChannels(images, 1, grown, 3)
      images = grown
      channels = 3
    }
    const length = pixels * channels
    copyChannels(scaled, image.channels, images.subarray(index * length, (index + 1) * length), channels)
    if (coloured) seen.coloured = true
    else seen.grey = true
    const area = ({ height, width }: ImageSize): number => height * width
    if (!seen.smallest || area(original) < area(seen.smallest)) seen.smallest = original
    if (!seen.largest || area(original) > area(seen.largest)) seen.largest = original
    done++
    if (done < files.length && performance.now() - told < 1000 * PACE) return
    told = performance.now()
    onImages?.({ done, total: files.length })
  }

  let next = 0
  const failures: { index: number; error: unknown }[] = []
  const work = async (): Promise<void> => {
    while (next < files.length && failures.length === 0) {
      const index = next++
      try {
        signal?.throwIfAborted()
        place(index, await decode(files[index]!.path, imageSize))
      } catch (error) {
        failures.push({ index, error })
      }
    }
  }
  await Promise.all(Array.from({ length: AT_ONCE }, work))
  // All images before a failed one have been looked at, so the first failure does not depend on the order of reading.
  if (failures.length > 0) throw failures.reduce((a, b) => (a.index < b.index ? a : b)).error

  const { smallest, largest } = seen as { smallest: ImageSize; largest: ImageSize }
  const sizes =
    formatSize(smallest) === formatSize(largest)
      ? formatSize(smallest)
      : `${formatSize(smallest)} to ${formatSize(largest)}`
  const words = [
    ...(sizes === formatSize(size) ? [] : [sizeWords(sizes, size)]),
    ...(seen.coloured && channels === 1 ? [channelsWords(1)] : []),
    ...(seen.grey && channels === 3 ? [channelsWords(3)] : []),
    ...(passedOver.count > 0
      ? [`${passedOver.count} files (${passedOver.endings.join(', ')}) left out`]
      : []),
  ]
  return createDataset({
    name,
    images,
    count: files.length,
    height: size.height,
    width: size.width,
    channels,
    ...(classes.length > 0 ? { labels: Uint8Array.from(files, ({ label }) => label) } : {}),
    classes,
    ...(words.length > 0 ? { preparation: words.join('; ') } : {}),
  })
}

interface Decoded extends ImageSize {
  readonly pixels: Uint8Array
  /** 1 for files of grey, otherwise 3. */
  readonly channels: number
  /** The size of the image in its file, turned upright. */
  readonly original: ImageSize
}

let last: Promise<unknown> = Promise.resolve()

/** Does what takes much memory when nothing else of the kind is being done. */
function alone<T>(work: () => Promise<T>): Promise<T> {
  const done = last.then(work)
  last = done.catch(() => {})
  return done
}

/** @param target  the size that it will be scaled to, if any: a much larger image comes in a few times that size */
async function decode(path: string, target?: ImageSize): Promise<Decoded> {
  try {
    const bytes = await readBytes(path, FILES.image)
    const image = sharp(bytes, { failOn: 'error', limitInputPixels: IMAGE_PIXELS.most }).autoOrient()
    const { space, autoOrient: original } = await image.metadata()
    const area = original.height * original.width
    if (area > IMAGE_PIXELS.most)
      throw new Error(
        `expected at most ${IMAGE_PIXELS.most} pixels, got ${formatSize(original)} (height x width); reduce it`,
      )
    const grey = space === 'b-w' || space === 'grey16'
    const excess = target
      ? Math.min(original.height / target.height, original.width / target.width) / REDUCED
      : 0
    if (excess > 1)
      image.resize({
        width: Math.round(original.width / excess),
        height: Math.round(original.height / excess),
        fit: 'fill',
      })
    const pixels = (): Promise<{ data: Buffer; info: OutputInfo }> =>
      image
        .flatten({ background: '#000000' })
        .toColourspace(grey ? 'b-w' : 'srgb')
        .raw({ depth: 'uchar' })
        .toBuffer({ resolveWithObject: true })
    const { data, info } = await (area > IMAGE_PIXELS.together ? alone(pixels) : pixels())
    const { width, height, channels } = info
    if (channels !== 1 && channels !== 3) throw new Error(`it has ${channels} channels`)
    return { pixels: data, width, height, channels, original }
  } catch (error) {
    if (error instanceof DataError) throw error
    throw new DataError(
      `${path} cannot be read as an image: ${messageOf(error)}. Repair it, or take it out of the folder.`,
    )
  }
}

/** Whether any pixel of interleaved RGB is not grey. */
function hasColour(pixels: Uint8Array): boolean {
  for (let at = 0; at < pixels.length; at += 3)
    if (pixels[at] !== pixels[at + 1] || pixels[at] !== pixels[at + 2]) return true
  return false
}

const endingOf = (file: string): string => extname(file).toLowerCase()

/** Sub-folders, or links to some, that are not hidden; sorted. */
async function subFolders(folder: string): Promise<string[]> {
  const entries = await readdir(folder, { withFileTypes: true })
  const names: string[] = []
  for (const entry of entries.filter(({ name }) => !name.startsWith('.')))
    if (entry.isDirectory() || (entry.isSymbolicLink() && (await isFolder(join(folder, entry.name)))))
      names.push(entry.name)
  return names.sort()
}

const isFolder = async (path: string): Promise<boolean> =>
  stat(path).then(
    (found) => found.isDirectory(),
    () => false,
  )

/** Files that are images by their names, or links to some, that are not hidden; sorted. */
async function imagesIn(folder: string): Promise<{ readable: string[]; unreadable: string[] }> {
  const entries = await readdir(folder, { withFileTypes: true })
  const names = entries
    .filter((entry) => !entry.isDirectory() && !entry.name.startsWith('.'))
    .map(({ name }) => name)
    .sort()
  return {
    readable: names.filter((name) => READABLE.test(extname(name))),
    unreadable: names.filter((name) => UNREADABLE.test(extname(name))),
  }
}
