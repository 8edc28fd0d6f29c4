// A map of what a decoder makes: images over an even grid of a plane of latents.
import type { EncodePng } from './figures.ts'
import { type ImageBatch, tileGrid } from './grid.ts'
import { axes, axisRoom, pixelImage, svgDocument } from './svg-parts.ts'

/** Images per side of the map, and the pixels that a side may take at their own size. */
const [MOST_PER_SIDE, MOST_PIXELS] = [30, 1680]

/** Images per side of the map: 30, fewer for large images, at least 5. */
export const manifoldSide = ({ height, width }: { height: number; width: number }): number =>
  Math.max(5, Math.min(MOST_PER_SIDE, Math.floor(MOST_PIXELS / Math.max(height, width))))

/**
 * The points of an even grid over a plane, [side * side, 2], in the order in which images are put together: the first
 * row of them has the largest second number, so that it grows upwards.
 *
 * @param side   points per side, at least 2
 * @param range  both numbers run from -range to range, ends included
 */
export function planeGrid(side: number, range: number): Float64Array {
  const out = new Float64Array(side * side * 2)
  const at = (index: number): number => (2 * range * index) / (side - 1) - range
  for (let row = 0; row < side; row++)
    for (let column = 0; column < side; column++)
      out.set([at(column), at(side - 1 - row)], 2 * (row * side + column))
  return out
}

export interface ManifoldOptions {
  readonly encode: EncodePng
  /** As given to `planeGrid`. */
  readonly range: number
  readonly labels: readonly [x: string, y: string]
  readonly title: string
}

/** Width of the map at which lettering is 26 pixels high. */
const WIDTH = 840

/**
 * Images of the points of `planeGrid`, put together, with axes. Images smaller than 28 pixels are enlarged by whole
 * numbers.
 *
 * @param images  [side * side, height, width, channels]
 */
export async function latentManifold(
  images: ImageBatch,
  { encode, range, labels, title }: ManifoldOptions,
): Promise<string> {
  const side = Math.round(Math.sqrt(images.count))
  const sheet = tileGrid(images, { columns: side, gap: 0 })
  const scale = Math.max(1, Math.floor(WIDTH / Math.max(sheet.width, sheet.height)))
  const [width, height] = [scale * sheet.width, scale * sheet.height]
  const size = Math.round((26 * Math.max(width, height)) / WIDTH)
  const ticks = [-1, -0.5, 0, 0.5, 1].map((part) => part * range)
  const [left, top] = [axisRoom(size, ticks), size]
  // A point lies in the middle of its image.
  const share = (value: number): number => (((value + range) / (2 * range)) * (side - 1) + 0.5) / side
  const body = [
    pixelImage(await encode(sheet), left, top, width, height, { smooth: scale === 1 }),
    axes({
      left,
      top,
      width,
      height,
      labels,
      ticks: [ticks, ticks],
      place: [(value) => left + width * share(value), (value) => top + height * (1 - share(value))],
      size,
    }),
  ]
  return svgDocument(left + width + size, top + height + axisRoom(size), title, body.join('\n'))
}
