// A frame of the plane on a canvas: the chart library draws no arrows over a heat map, and not thirty times a second.
import {
  arrowsOf,
  borderOf,
  headOf,
  isInside,
  levelRgb,
  type Place,
  type PlaneColors,
  placesOf,
} from '../../../src/report/plane-drawing.ts'
import type { PlaneMap, PlaneRow } from '../../../src/runs/plane.ts'

/** What of a frame is drawn. */
export interface PlaneParts {
  readonly map: boolean
  readonly arrows: boolean
  readonly real: boolean
  readonly made: boolean
}

/** The map as a small picture, a pixel for each cell, which is enlarged smoothly. */
function pictureOf({ side, level }: PlaneMap, colors: PlaneColors): HTMLCanvasElement {
  const picture = document.createElement('canvas')
  picture.width = side
  picture.height = side
  const pixels = new ImageData(side, side)
  for (let i = 0; i < level.length; i++) {
    const [column, row] = [i % side, side - 1 - Math.floor(i / side)]
    pixels.data.set([...levelRgb(level[i]!, colors), 255], 4 * (row * side + column))
  }
  picture.getContext('2d')!.putImageData(pixels, 0, 0)
  return picture
}

/**
 * Draws a frame over the whole canvas.
 *
 * @param size   of the canvas, in CSS pixels
 * @param ratio  pixels of the screen for one of these
 */
export function drawPlane(
  canvas: HTMLCanvasElement,
  row: PlaneRow,
  {
    size,
    ratio,
    colors,
    parts,
  }: {
    readonly size: number
    readonly ratio: number
    readonly colors: PlaneColors
    readonly parts: PlaneParts
  },
): void {
  canvas.width = Math.round(size * ratio)
  canvas.height = canvas.width
  const ctx = canvas.getContext('2d')!
  ctx.scale(canvas.width, canvas.width) // The window is 1 wide.
  const pixel = 1 / size
  ctx.fillStyle = colors.between
  ctx.fillRect(0, 0, 1, 1)

  const lines = (some: readonly (readonly Place[])[], width: number): void => {
    ctx.beginPath()
    for (const [first, ...rest] of some) {
      ctx.moveTo(...first!)
      for (const place of rest) ctx.lineTo(...place)
    }
    ctx.strokeStyle = colors.ink
    ctx.lineWidth = width * pixel
    ctx.lineJoin = 'round'
    ctx.stroke()
  }
  const circles = (points: readonly number[], radius: number, draw: () => void): void => {
    for (const [x, y] of placesOf(points, row.window).filter(isInside)) {
      ctx.beginPath()
      ctx.arc(x, y, radius * pixel, 0, 2 * Math.PI)
      draw()
    }
  }
  if (parts.map && row.map) {
    ctx.imageSmoothingEnabled = true
    ctx.imageSmoothingQuality = 'high'
    ctx.drawImage(pictureOf(row.map, colors), 0, 0, 1, 1)
    lines(borderOf(row.map), 1.6)
  }
  if (parts.real) {
    ctx.strokeStyle = colors.real
    ctx.lineWidth = 1.3 * pixel
    circles(row.real, 6.5, () => ctx.stroke())
  }
  if (parts.made) {
    ctx.fillStyle = colors.made
    ctx.strokeStyle = colors.halo
    ctx.lineWidth = 0.8 * pixel
    circles(row.made, 3.2, () => {
      ctx.fill()
      ctx.stroke()
    })
  }
  if (parts.arrows)
    lines(
      arrowsOf(row).flatMap((arrow) => {
        const [left, right] = headOf(arrow, 8 * pixel)
        return [arrow, [left!, arrow[1], right!]]
      }),
      1.3,
    )
}
