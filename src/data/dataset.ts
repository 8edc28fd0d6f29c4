// What a data set is: images as bytes, labels, class names, and a hash that identifies its content.
import { DataError } from '../util/errors.ts'

/** Images of one size with, usually, one label each. */
export interface Dataset {
  readonly name: string
  /** [count, height, width, channels], 0 to 255. */
  readonly images: Uint8Array
  readonly count: number
  readonly height: number
  readonly width: number
  readonly channels: number
  /** [count], indices into `classes`; absent when the images have no labels. */
  readonly labels?: Uint8Array
  /** Names of the classes; empty when there are no labels. */
  readonly classes: readonly string[]
  /** What was done to the images so that they have this shape, in words; absent when nothing was. */
  readonly preparation?: string
  /** SHA-256, hex, over shape, pixels and labels; the name, the classes and the preparation do not count. */
  readonly hash: string
}

/** A data set as it comes: a part to train on and, where there is one, a part kept for testing. */
export interface DataSplits {
  readonly train: Dataset
  readonly test?: Dataset
}

/** SHA-256 of bytes, hex. */
export async function sha256(bytes: Uint8Array): Promise<string> {
  const digest = await globalThis.crypto.subtle.digest('SHA-256', bytes as Uint8Array<ArrayBuffer>)
  return Array.from(new Uint8Array(digest), (byte) => byte.toString(16).padStart(2, '0')).join('')
}

/** Most bytes that are hashed at once: Web Crypto in Node takes less than 2^28. */
const MOST_HASHED = 2 ** 27

/** SHA-256 of bytes, hex; of more than `most` bytes, that of the hashes of their pieces of `most` bytes, joined. */
export async function sha256OfMany(bytes: Uint8Array, most = MOST_HASHED): Promise<string> {
  if (bytes.length <= most) return sha256(bytes)
  const hashes: string[] = []
  for (let at = 0; at < bytes.length; at += most) hashes.push(await sha256(bytes.subarray(at, at + most)))
  return sha256(new TextEncoder().encode(hashes.join()))
}

/**
 * Checks that the parts of a data set fit together and adds the hash.
 *
 * The hash is the SHA-256 of the text `count,height,width,channels,<pixels>,<labels>`, where the last two are
 * themselves SHA-256 in hex (`none` without labels; see `sha256OfMany` for very many pixels), so that large sets need
 * not be copied to be hashed.
 *
 * @throws DataError when there are no images, sizes and lengths differ, or a label has no class
 */
export async function createDataset(parts: Omit<Dataset, 'hash'>): Promise<Dataset> {
  const { name, images, count, height, width, channels, labels, classes } = parts
  const shape = `[${[count, height, width, channels].join(', ')}]`
  if (![count, height, width, channels].every((length) => Number.isSafeInteger(length) && length > 0))
    throw new DataError(`${name}: expected at least one image of at least one pixel, got shape ${shape}`)
  const pixels = count * height * width * channels
  if (images.length !== pixels)
    throw new DataError(`${name}: shape ${shape} expects ${pixels} bytes of pixels, got ${images.length}`)
  if (labels !== undefined) {
    if (labels.length !== count)
      throw new DataError(
        `${name}: expected one label per image, got ${count} images and ${labels.length} labels`,
      )
    const stray = labels.findIndex((label) => label >= classes.length)
    if (stray >= 0)
      throw new DataError(
        `${name}: expected labels below ${classes.length} (the number of classes), got ${labels[stray]} for image ${stray}`,
      )
  }
  const digests = [await sha256OfMany(images), labels === undefined ? 'none' : await sha256(labels)]
  const summary = [count, height, width, channels, ...digests].join(',')
  return { ...parts, hash: await sha256(new TextEncoder().encode(summary)) }
}
