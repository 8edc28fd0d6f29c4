// What environments show, as pictures: of each cell of a grid the last thing that is there.
import type { Box, Observation } from '../environments/index.ts'
import type { PixelImage } from '../report/index.ts'

/** Colours of things, told apart by people who see few of them too (IBM's palette and Wong's); after them they repeat. */
const COLORS = [
  [100, 143, 255],
  [220, 38, 127],
  [254, 97, 0],
  [255, 176, 0],
  [120, 94, 240],
  [0, 158, 115],
  [240, 228, 66],
] as const
const NOTHING = [18, 20, 26] as const

/** Whether an observation is a grid of things that can be drawn. */
export const isGrid = ({ shape, high }: Box): boolean => shape.length === 3 && high === 1

/**
 * A grid `[rows, columns, things]` of bits as a picture, each cell `scale` pixels wide with a line of one pixel between. Where several
 * things are in a cell, the last of them is seen.
 */
export function gridPicture(seen: Observation, { shape }: Box, scale: number): PixelImage {
  const [rows, columns, things] = shape as [number, number, number]
  const [height, width] = [rows * scale, columns * scale]
  const pixels = new Uint8Array(height * width * 3)
  for (let y = 0; y < height; y++)
    for (let x = 0; x < width; x++) {
      const cell = (Math.floor(y / scale) * columns + Math.floor(x / scale)) * things
      let color: readonly number[] = NOTHING
      if (scale < 4 || (y % scale > 0 && x % scale > 0))
        for (let thing = 0; thing < things; thing++)
          if (seen[cell + thing]) color = COLORS[thing % COLORS.length]!
      pixels.set(color, 3 * (y * width + x))
    }
  return { height, width, channels: 3, pixels }
}
