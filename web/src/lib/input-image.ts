// From a drawing to what networks see: made small as it is, or centred as the digits of MNIST were.
import type { ImageShape } from './drawing.ts'

export interface DrawnPixels {
  readonly width: number
  readonly height: number
  readonly channels: number
  /** [height, width, channels], 0 to 255. */
  readonly pixels: ArrayLike<number>
}

/** Of each place along an axis of the small image: what of the large one it covers, as a first pixel and shares. */
function coverOf(start: number, step: number, count: number, limit: number) {
  return Array.from({ length: count }, (_, i) => {
    const from = Math.min(limit, start + i * step)
    const to = Math.min(limit, start + (i + 1) * step)
    const first = Math.floor(from)
    const shares: number[] = []
    for (let at = first; at < to - 1e-9; at++) shares.push((Math.min(to, at + 1) - Math.max(from, at)) / step)
    return { first, shares }
  })
}

/**
 * Part of a drawing with `step` of its pixels to one, each the mean of the area it covers; beyond the drawing is black.
 *
 * @returns [rows, columns, channels], 0 to 255, not rounded
 */
function reduce(
  { width, height, channels, pixels }: DrawnPixels,
  {
    left,
    top,
    step,
    columns,
    rows,
  }: { left: number; top: number; step: number; columns: number; rows: number },
): Float64Array {
  const across = coverOf(left, step, columns, width)
  const down = coverOf(top, step, rows, height)
  const out = new Float64Array(rows * columns * channels)
  down.forEach((line, row) => {
    line.shares.forEach((share, y) => {
      across.forEach(({ first, shares }, column) => {
        for (let x = 0; x < shares.length; x++) {
          const from = ((line.first + y) * width + first + x) * channels
          for (let c = 0; c < channels; c++)
            out[(row * columns + column) * channels + c]! += share * shares[x]! * pixels[from + c]!
        }
      })
    })
  })
  return out
}

/** The drawing as small as an image of the data. */
export function asDrawn(drawing: DrawnPixels, [height, width]: ImageShape): Uint8Array {
  const step = drawing.width / width
  return Uint8Array.from(reduce(drawing, { left: 0, top: 0, step, columns: width, rows: height }), Math.round)
}

/** The smallest rectangle that holds all ink; undefined without any. */
function inkBox({ width, height, channels, pixels }: DrawnPixels) {
  let [left, top, right, bottom] = [width, height, -1, -1]
  for (let y = 0; y < height; y++)
    for (let x = 0; x < width; x++)
      for (let c = 0; c < channels; c++)
        if (pixels[(y * width + x) * channels + c]! > 0) {
          left = Math.min(left, x)
          right = Math.max(right, x)
          top = Math.min(top, y)
          bottom = y
        }
  return right < 0 ? undefined : { left, top, width: right + 1 - left, height: bottom + 1 - top }
}

/** The side of the box that ink fits into, of an image's side: 20 of 28. */
const BOX = 20 / 28

/** How far to move `count` places with these masses, so that their centre comes to the middle of `size`. */
function shiftOf(masses: Float64Array, count: number, size: number): number {
  let [sum, moment] = [0, 0]
  masses.forEach((mass, i) => {
    sum += mass
    moment += mass * (i + 0.5)
  })
  // By whole pixels, and never so far that ink is cut off.
  return Math.min(size - count, Math.max(0, Math.round(size / 2 - moment / sum)))
}

/**
 * The drawing prepared as MNIST was: its ink scaled, with its proportions, until it fits a box of 20 x 20 (of 28 x 28; other
 * sizes alike), grey where a pixel is covered in part, and moved by whole pixels until its centre of mass is in the middle.
 *
 * @source LeCun, Cortes, Burges: the MNIST database, on how the digits were normalised
 */
export function centred(drawing: DrawnPixels, [height, width, channels]: ImageShape): Uint8Array {
  const image = new Uint8Array(height * width * channels)
  const box = inkBox(drawing)
  if (!box) return image
  const scale = Math.min(Math.round(BOX * width) / box.width, Math.round(BOX * height) / box.height)
  // Less a hair, so that 20.000000000000004 is 20.
  const columns = Math.max(1, Math.ceil(box.width * scale - 1e-9))
  const rows = Math.max(1, Math.ceil(box.height * scale - 1e-9))
  const small = reduce(drawing, { left: box.left, top: box.top, step: 1 / scale, columns, rows })
  const byColumn = new Float64Array(columns)
  const byRow = new Float64Array(rows)
  small.forEach((ink, i) => {
    byColumn[Math.floor(i / channels) % columns]! += ink
    byRow[Math.floor(i / channels / columns)]! += ink
  })
  const left = shiftOf(byColumn, columns, width)
  const top = shiftOf(byRow, rows, height)
  for (let row = 0; row < rows; row++)
    for (let i = 0; i < columns * channels; i++)
      image[((top + row) * width + left) * channels + i] = Math.round(small[row * columns * channels + i]!)
  return image
}

/** Bytes as networks take them: numbers in [0, 1]. */
export const networkInput = (pixels: Uint8Array): Float32Array<ArrayBuffer> =>
  Float32Array.from(pixels, (byte) => byte / 255)
