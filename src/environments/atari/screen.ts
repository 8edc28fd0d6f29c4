// From frames of the Atari 2600 to what agents see: grey, the brighter of two, made smaller by area (Mnih et al. 2015, as Dopamine has it).
import { SCREEN } from './emulator.ts'

const { width: WIDTH, height: HEIGHT } = SCREEN
/** Rows and columns of what is seen. */
export const SIDE = 84
export const GREY_SIZE = WIDTH * HEIGHT

/** Luminance of pixels, rounded, as the Arcade Learning Environment has it. */
export function greyOf(screen: Uint32Array, out: Uint8Array): void {
  // Neighbours are mostly alike, and there are 128 colours at all.
  let [last, grey] = [-1, 0]
  for (let i = 0; i < out.length; i++) {
    const color = screen[i]!
    if (color !== last) {
      last = color
      grey = Math.round(0.2989 * (color & 255) + 0.587 * ((color >> 8) & 255) + 0.114 * ((color >> 16) & 255))
    }
    out[i] = grey
  }
}

/** For each place after it: the first place before it that it covers, and which shares of it and of those that follow. */
function sharesOf(from: number, to: number): { readonly first: number; readonly weights: Float32Array }[] {
  const scale = from / to
  return Array.from({ length: to }, (_, at) => {
    const [start, end] = [at * scale, (at + 1) * scale]
    // Rounding must not make a share of nothing.
    const [first, last] = [Math.floor(start + 1e-9), Math.ceil(end - 1e-9)]
    const covered = (place: number): number => Math.min(end, place + 1) - Math.max(start, place)
    return {
      first,
      weights: Float32Array.from({ length: last - first }, (_, i) => covered(first + i) / scale),
    }
  })
}
const COLUMNS = sharesOf(WIDTH, SIDE)
const ROWS = sharesOf(HEIGHT, SIDE)

/** To the nearest whole number, halves to the even one. */
function rounded(value: number): number {
  const floor = Math.floor(value)
  const rest = value - floor
  return rest > 0.5 || (rest === 0.5 && floor % 2 === 1) ? floor + 1 : floor
}

const narrow = new Float32Array(HEIGHT * SIDE)
const summed = new Float32Array(SIDE)

/** The brighter of two grey frames at each pixel, as 84 x 84 means of the area that each covers; in float32, as OpenCV has it. */
export function seenOf(one: Uint8Array, other: Uint8Array, out: Uint8Array): void {
  for (let y = 0; y < HEIGHT; y++)
    for (let x = 0; x < SIDE; x++) {
      const { first, weights } = COLUMNS[x]!
      let sum = 0
      for (let i = 0; i < weights.length; i++) {
        const at = y * WIDTH + first + i
        const brighter = one[at]! > other[at]! ? one[at]! : other[at]!
        sum = Math.fround(sum + Math.fround(brighter * weights[i]!))
      }
      narrow[y * SIDE + x] = sum
    }
  for (let y = 0; y < SIDE; y++) {
    const { first, weights } = ROWS[y]!
    summed.fill(0)
    for (let i = 0; i < weights.length; i++) {
      const [row, weight] = [(first + i) * SIDE, weights[i]!]
      for (let x = 0; x < SIDE; x++)
        summed[x] = Math.fround(summed[x]! + Math.fround(narrow[row + x]! * weight))
    }
    for (let x = 0; x < SIDE; x++) out[y * SIDE + x] = rounded(summed[x]!)
  }
}
