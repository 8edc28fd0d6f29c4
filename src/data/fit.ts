// Images made to fit what a model wants: another size, grey or colour.
import { DataError } from '../util/errors.ts'
import { coverResizer } from './cover.ts'
import { createDataset, type DataSplits, type Dataset } from './dataset.ts'
import type { ImageSize } from './image-size.ts'

/** What images shall be like; what is left out stays as it is. */
export interface ImageForm {
  /** They are scaled to cover this, and cropped to the middle; see `coverResizer`. */
  readonly imageSize?: ImageSize | undefined
  /** 1 for grey, 3 for colour (RGB). */
  readonly channels?: 1 | 3 | undefined
  /** Bytes that the images of one part may take; default: as many as can be had. */
  readonly mostBytes?: number | undefined
}

/** `48 x 64`, height first. */
export const formatSize = ({ height, width }: ImageSize): string => `${height} x ${width}`

/**
 * Room for the pixels of a data set.
 *
 * @param most  bytes that they may take
 * @throws DataError when there is not enough memory
 */
export function roomFor(
  name: string,
  count: number,
  { height, width }: ImageSize,
  channels: number,
  most = Number.POSITIVE_INFINITY,
): Uint8Array {
  const bytes = count * height * width * channels
  const gigabytes = (size: number): string => `${(size / 1e9).toFixed(1)} GB`
  let limit = `the ${gigabytes(most)} that they may take on this machine`
  try {
    if (bytes <= most) return new Uint8Array(bytes)
  } catch {
    limit = 'one array can hold'
  }
  throw new DataError(
    `${name}: ${count} images of ${height} x ${width} x ${channels} take ${gigabytes(bytes)}, more than ${limit}; choose a smaller --image-size (option imageSize) or fewer images`,
  )
}

/** Rec. 601 luma of interleaved RGB: 0.299 R + 0.587 G + 0.114 B in whole numbers, so that grey keeps its value. */
function greyOf(colour: Uint8Array, out: Uint8Array): void {
  for (let pixel = 0, at = 0; pixel < out.length; pixel++, at += 3)
    out[pixel] = (19_595 * colour[at]! + 38_470 * colour[at + 1]! + 7_471 * colour[at + 2]! + 32_768) >> 16
}

/** Interleaved RGB of one grey number per pixel. */
function colourOf(grey: Uint8Array, out: Uint8Array): void {
  for (let pixel = 0; pixel < grey.length; pixel++) out.fill(grey[pixel]!, 3 * pixel, 3 * pixel + 3)
}

/**
 * Copies pixels, turning colour into grey (luma) or grey into colour (three times the same).
 *
 * @param from  channels of `pixels`: `to` itself, 1 or 3
 */
export function copyChannels(pixels: Uint8Array, from: number, out: Uint8Array, to: number): void {
  if (from === to) out.set(pixels)
  else if (to === 1) greyOf(pixels, out)
  else colourOf(pixels, out)
}

/** What `preparation` says of a change of channels. */
export const channelsWords = (channels: number): string =>
  channels === 1 ? 'colours turned grey' : 'grey written as RGB'

/** What `preparation` says of a change of size. */
export const sizeWords = (from: string, to: ImageSize): string =>
  `${from} scaled to cover ${formatSize(to)} (height x width), cropped to the middle`

/**
 * A data set with its images in another size or with other channels; itself when they are so already.
 *
 * @throws DataError when it has neither 1 nor 3 channels and others are wanted
 */
export async function fitDataset(
  dataset: Dataset,
  { imageSize, channels, mostBytes }: ImageForm,
): Promise<Dataset> {
  const { name, count, preparation } = dataset
  const size: ImageSize = imageSize ?? dataset
  const wanted = channels ?? dataset.channels
  const resized = size.height !== dataset.height || size.width !== dataset.width
  const recoloured = wanted !== dataset.channels
  if (!resized && !recoloured) return dataset
  if (recoloured && dataset.channels !== 1 && dataset.channels !== 3)
    throw new DataError(
      `${name}: images of ${dataset.channels} channels cannot be turned into ${wanted}; only grey (1) and RGB (3) can be turned into each other`,
    )
  const images = roomFor(name, count, size, wanted, mostBytes)
  const [before, after] = [dataset.images.length / count, images.length / count]
  const resize = coverResizer(dataset, size)
  const scaled = new Uint8Array(size.height * size.width * dataset.channels)
  for (let i = 0; i < count; i++) {
    resize(dataset.images.subarray(i * before, (i + 1) * before), dataset.channels, scaled)
    copyChannels(scaled, dataset.channels, images.subarray(i * after, (i + 1) * after), wanted)
  }
  const words = [
    ...(preparation === undefined ? [] : [preparation]),
    ...(resized ? [sizeWords(formatSize(dataset), size)] : []),
    ...(recoloured ? [channelsWords(wanted)] : []),
  ]
  const { hash: _, ...parts } = dataset
  const { height, width } = size
  return createDataset({ ...parts, images, height, width, channels: wanted, preparation: words.join('; ') })
}

/** Both parts of a data set, fitted. */
export async function fitSplits({ train, test }: DataSplits, form: ImageForm): Promise<DataSplits> {
  return {
    train: await fitDataset(train, form),
    ...(test === undefined ? {} : { test: await fitDataset(test, form) }),
  }
}
