// Pictures of games: of each cell of a grid the last thing that is there.
import { ConfigError } from '../util/errors.ts'
import type { Box, Observation } from './spaces.ts'

/** Red, green and blue, row by row. */
export interface GamePicture {
  readonly width: number
  readonly height: number
  readonly channels: 3
  readonly pixels: Uint8Array<ArrayBuffer>
}

export type Color = readonly [red: number, green: number, blue: number]

/** Colours of things, told apart by people who see few of them too (IBM's palette and Wong's); after them they repeat. */
export const COLORS: readonly Color[] = [
  [100, 143, 255],
  [220, 38, 127],
  [254, 97, 0],
  [255, 176, 0],
  [120, 94, 240],
  [0, 158, 115],
  [240, 228, 66],
]
export const NOTHING: Color = [18, 20, 26]
/** Pixels of a cell, with a line of one pixel to the next. */
export const CELL = 16

export function emptyPicture(width: number, height: number, color: Color = NOTHING): GamePicture {
  const pixels = new Uint8Array(width * height * 3)
  for (let i = 0; i < pixels.length; i++) pixels[i] = color[i % 3]!
  return { width, height, channels: 3, pixels }
}

/** Fills a part of a picture; what lies outside of it is left out. */
export function fillRect(
  { width, height, pixels }: GamePicture,
  { x, y, w, h }: { readonly x: number; readonly y: number; readonly w: number; readonly h: number },
  color: Color,
): void {
  const clipped = (at: number, most: number): number => Math.min(most, Math.max(0, Math.round(at)))
  const [left, right] = [clipped(x, width), clipped(x + w, width)]
  const [top, bottom] = [clipped(y, height), clipped(y + h, height)]
  for (let row = top; row < bottom; row++)
    for (let column = left; column < right; column++) pixels.set(color, 3 * (row * width + column))
}

/** Whether an observation is a grid of things that can be drawn. */
export const isGrid = ({ shape, high }: Box): boolean => shape.length === 3 && high === 1

/**
 * A grid `[rows, columns, things]` of bits. Where several things are in a cell, the last of them is seen.
 *
 * @throws ConfigError for an observation that is no grid of bits
 */
export function gridPicture(seen: Observation, box: Box, name: string): GamePicture {
  if (!isGrid(box))
    throw new ConfigError(`${name} shows no grid of things: its rules must say how it is drawn, by render`)
  const [rows, columns, things] = box.shape as [number, number, number]
  const picture = emptyPicture(columns * CELL, rows * CELL)
  for (let cell = 0; cell < rows * columns; cell++)
    for (let thing = things - 1; thing >= 0; thing--) {
      if (!seen[cell * things + thing]) continue
      const [x, y] = [(cell % columns) * CELL + 1, Math.floor(cell / columns) * CELL + 1]
      fillRect(picture, { x, y, w: CELL - 1, h: CELL - 1 }, COLORS[thing % COLORS.length]!)
      break
    }
  return picture
}
