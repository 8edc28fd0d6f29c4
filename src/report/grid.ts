// Sheets of many small images: put together, and taken apart again.
import { ShapeError } from '../util/errors.ts'

/** A picture: rows of interleaved channels (1 grey, 3 RGB, 4 RGBA), 0 to 255. */
export interface PixelImage {
  width: number
  height: number
  channels: number
  /** [height, width, channels] */
  pixels: Uint8Array
}

/** Images of one size: [count, height, width, channels], 0 to 255. */
export interface ImageBatch {
  count: number
  height: number
  width: number
  channels: number
  pixels: Uint8Array
}

/** How a sheet is laid out. Sheets of samples use the defaults, so that a report can take them apart. */
export interface SheetLayout {
  /** Images per row. Default: as square as possible */
  columns?: number
  /** Pixels between images, before enlargement. Default 2 */
  gap?: number
  /** Every pixel becomes scale x scale pixels. Default 1 */
  scale?: number
  /** Brightness between the images. Default 48: told apart from black and white images on any page */
  background?: number
}

function checkBatch({ count, height, width, channels, pixels }: ImageBatch): void {
  const expected = count * height * width * channels
  if (pixels.length !== expected)
    throw new ShapeError(
      `images [${count}, ${height}, ${width}, ${channels}] hold ${expected} bytes, the array ${pixels.length}`,
    )
}

const squareColumns = (count: number): number => Math.max(1, Math.ceil(Math.sqrt(count)))

/** Every pixel as a square of scale x scale pixels (nearest neighbour). */
export function enlarge({ width, height, channels, pixels }: PixelImage, scale: number): PixelImage {
  if (!Number.isInteger(scale) || scale < 1)
    throw new RangeError(`scale ${scale}: expected a whole number of at least 1`)
  if (scale === 1) return { width, height, channels, pixels }
  const out = new Uint8Array(height * scale * width * scale * channels)
  const rowBytes = width * scale * channels
  for (let y = 0; y < height; y++) {
    const start = y * scale * rowBytes
    for (let x = 0; x < width * scale; x++) {
      const from = (y * width + Math.floor(x / scale)) * channels
      for (let channel = 0; channel < channels; channel++)
        out[start + x * channels + channel] = pixels[from + channel]!
    }
    for (let copy = 1; copy < scale; copy++) out.copyWithin(start + copy * rowBytes, start, start + rowBytes)
  }
  return { width: width * scale, height: height * scale, channels, pixels: out }
}

/**
 * One picture of all images, row by row, with gaps between them but not around them.
 *
 * @throws ShapeError when the array does not hold the images it claims to
 */
export function tileGrid(images: ImageBatch, layout: SheetLayout = {}): PixelImage {
  checkBatch(images)
  const { count, height, width, channels, pixels } = images
  const { columns = squareColumns(count), gap = 2, scale = 1, background = 48 } = layout
  const rows = Math.ceil(count / columns)
  const sheetWidth = Math.max(0, columns * (width + gap) - gap)
  const sheetHeight = Math.max(0, rows * (height + gap) - gap)
  const sheet = new Uint8Array(sheetHeight * sheetWidth * channels).fill(background)
  const rowBytes = width * channels
  for (let index = 0; index < count; index++) {
    const top = Math.floor(index / columns) * (height + gap)
    const left = (index % columns) * (width + gap)
    for (let y = 0; y < height; y++) {
      const from = (index * height + y) * rowBytes
      sheet.set(pixels.subarray(from, from + rowBytes), ((top + y) * sheetWidth + left) * channels)
    }
  }
  return enlarge({ width: sheetWidth, height: sheetHeight, channels, pixels: sheet }, scale)
}

/** Images in a row of a sheet, of its width and that of an image; a whole number where it consists of such images. */
export const columnsOf = (sheet: number, image: number, { gap = 2, scale = 1 } = {}): number =>
  (sheet / scale + gap) / (image + gap)

/**
 * The images of a sheet that `tileGrid` made.
 *
 * @param size  height and width of one image, the sheet's gap and scale, and how many images to take (default:
 *   as many as fit; an unfinished last row then gives blank ones)
 * @throws ShapeError when the sheet's size does not fit such images
 */
export function untileGrid(
  sheet: PixelImage,
  {
    height,
    width,
    gap = 2,
    scale = 1,
    count,
  }: { height: number; width: number; gap?: number; scale?: number; count?: number },
): ImageBatch {
  const columns = columnsOf(sheet.width, width, { gap, scale })
  const rows = columnsOf(sheet.height, height, { gap, scale })
  if (!Number.isInteger(columns) || !Number.isInteger(rows))
    throw new ShapeError(
      `a sheet of ${sheet.width} x ${sheet.height} pixels does not consist of images of ${width} x ${height} ` +
        `with gaps of ${gap}, enlarged ${scale} times`,
    )
  const taken = Math.min(count ?? Number.POSITIVE_INFINITY, rows * columns)
  const { channels } = sheet
  const pixels = new Uint8Array(taken * height * width * channels)
  let at = 0
  for (let index = 0; index < taken; index++) {
    const top = Math.floor(index / columns) * (height + gap)
    const left = (index % columns) * (width + gap)
    for (let y = 0; y < height; y++)
      for (let x = 0; x < width; x++) {
        const from = ((top + y) * scale * sheet.width + (left + x) * scale) * channels
        for (let channel = 0; channel < channels; channel++) pixels[at++] = sheet.pixels[from + channel]!
      }
  }
  return { count: taken, height, width, channels, pixels }
}

/** One image of a batch. */
export function imageAt(images: ImageBatch, index: number): PixelImage {
  const { count, height, width, channels, pixels } = images
  if (index < 0 || index >= count) throw new RangeError(`image ${index} of ${count}`)
  const size = height * width * channels
  return { width, height, channels, pixels: pixels.subarray(index * size, (index + 1) * size) }
}
