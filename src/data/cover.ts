// Scales an image so that it covers a size, and cuts off what is too much on both sides of the middle.
import type { ImageSize } from './image-size.ts'

/** How much a pixel at a distance counts, zero beyond `reach`. */
interface Kernel {
  readonly reach: number
  weight(distance: number): number
}

const sinc = (x: number): number => (x === 0 ? 1 : Math.sin(Math.PI * x) / (Math.PI * x))

/** For making images smaller: sharp, and without the moiré of skipped pixels. */
const lanczos3: Kernel = { reach: 3, weight: (x) => (Math.abs(x) < 3 ? sinc(x) * sinc(x / 3) : 0) }

/** For making images larger: goes through the pixels that are there, and rings less beside edges. */
const catmullRom: Kernel = {
  reach: 2,
  weight(distance) {
    const x = Math.abs(distance)
    if (x < 1) return (1.5 * x - 2.5) * x * x + 1
    return x < 2 ? ((-0.5 * x + 2.5) * x - 4) * x + 2 : 0
  },
}

/** Of each output pixel along an axis: the first input pixel it takes and the weights of that one and those after it. */
interface Taps {
  readonly first: Int32Array
  /** [output length, most]; zeros where a pixel takes fewer. */
  readonly weights: Float64Array
  readonly most: number
}

/** @param step  input pixels per output pixel; the output's `length` steps lie in the middle of the input */
function tapsOf(inputLength: number, length: number, step: number): Taps {
  const rest = inputLength - length * step
  // Where nothing is scaled pixels stay as they are, so the cut is between two of them.
  const start = step === 1 ? Math.floor(rest / 2) : rest / 2
  const kernel = step > 1 ? lanczos3 : catmullRom
  const stretch = Math.max(1, step)
  const reach = kernel.reach * stretch
  const most = Math.min(inputLength, Math.ceil(2 * reach))
  const first = new Int32Array(length)
  const weights = new Float64Array(length * most)
  for (let i = 0; i < length; i++) {
    const centre = start + (i + 0.5) * step - 0.5
    const from = Math.max(0, Math.floor(centre - reach) + 1)
    const to = Math.min(inputLength - 1, Math.ceil(centre + reach) - 1)
    first[i] = Math.min(from, inputLength - most)
    const place = (at: number): number => i * most + at - first[i]!
    let sum = 0
    for (let at = from; at <= to; at++) {
      const weight = kernel.weight((at - centre) / stretch)
      weights[place(at)] = weight
      sum += weight
    }
    for (let at = from; at <= to; at++) weights[place(at)]! /= sum
  }
  return { first, weights, most }
}

/** Resizes one image [height, width, channels] into `out`, 0 to 255. */
export type Resizer = (pixels: Uint8Array, channels: number, out: Uint8Array) => void

/**
 * Makes the function that turns images of one size into images of another: scaled by one factor, the smallest with
 * which the image covers the new size, so that nothing is distorted; what then stands over on two sides is cut off,
 * the middle stays. Smaller by Lanczos 3, larger by the bicubic kernel of Catmull and Rom; beyond the border the
 * weights are those of the pixels that exist. Works on the bytes as they are (sRGB, not linear light).
 *
 * @source the resampling of Pillow's `resize` with `box`, https://pillow.readthedocs.io
 */
export function coverResizer(from: ImageSize, to: ImageSize): Resizer {
  if (from.height === to.height && from.width === to.width) return (pixels, _, out) => out.set(pixels)
  const step = Math.min(from.height / to.height, from.width / to.width)
  const down = tapsOf(from.height, to.height, step)
  const across = tapsOf(from.width, to.width, step)
  const left = across.first[0]!
  const columns = across.first[to.width - 1]! + across.most - left
  return (pixels, channels, out) => {
    const line = columns * channels
    const low = new Float64Array(line) // one row of the new height, [columns, channels]
    for (let y = 0; y < to.height; y++) {
      low.fill(0)
      for (let tap = 0; tap < down.most; tap++) {
        const weight = down.weights[y * down.most + tap]!
        const start = ((down.first[y]! + tap) * from.width + left) * channels
        for (let i = 0; i < line; i++) low[i]! += weight * pixels[start + i]!
      }
      for (let x = 0; x < to.width; x++)
        for (let channel = 0; channel < channels; channel++) {
          let sum = 0
          let at = (across.first[x]! - left) * channels + channel
          for (let tap = x * across.most, end = tap + across.most; tap < end; tap++) {
            sum += across.weights[tap]! * low[at]!
            at += channels
          }
          // Rounded, by the array's own cutting off of fractions.
          out[(y * to.width + x) * channels + channel] = sum <= 0 ? 0 : sum >= 255 ? 255 : sum + 0.5
        }
    }
  }
}
