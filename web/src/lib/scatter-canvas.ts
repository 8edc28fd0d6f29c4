// Points of classes on a canvas: discs in colours with a mark in them, so that no class is told by colour alone.
import type { Points } from './feature-map.ts'

export interface ScatterDrawing {
  /** [n, 2], in a square of side 1. */
  readonly places: Points
  /** Class of each; -1 where there is none. */
  readonly labels: readonly number[]
  readonly marks: readonly string[]
  readonly alone: number | undefined
  readonly chosen: number | undefined
  readonly near: readonly number[]
  readonly drawn: readonly [number, number] | undefined
  /** Of the canvas, in CSS pixels. */
  readonly size: number
  /** Pixels of the screen for one of these. */
  readonly ratio: number
  readonly colors: {
    readonly ink: string
    readonly page: string
    readonly faint: string
    of(label: number): string
  }
}

/** Whether black is better read on a colour `#rrggbb` than white is. */
const isBright = (color: string): boolean => {
  const [r, g, b] = [1, 3, 5].map((at) => (Number.parseInt(color.slice(at, at + 2), 16) / 255) ** 2.2)
  return 0.2126 * r! + 0.7152 * g! + 0.0722 * b! > 0.18
}

/** Draws the map over the whole canvas. */
export function drawScatter(
  canvas: HTMLCanvasElement,
  { places, labels, marks, alone, chosen, near, drawn, size, ratio, colors }: ScatterDrawing,
): void {
  canvas.width = Math.round(size * ratio)
  canvas.height = canvas.width
  const ctx = canvas.getContext('2d')!
  ctx.scale(canvas.width / size, canvas.width / size)
  const radius = Math.max(4.5, Math.min(8, size / 80))
  ctx.textAlign = 'center'
  ctx.textBaseline = 'middle'
  const at = (i: number): [number, number] => [places[2 * i]! * size, places[2 * i + 1]! * size]
  const disc = (x: number, y: number, r: number): void => {
    ctx.beginPath()
    ctx.arc(x, y, r, 0, 2 * Math.PI)
  }
  const point = (i: number, r: number, edge: string): void => {
    const label = labels[i]!
    const color = label < 0 ? '#94a4a2' : colors.of(label)
    const mark = marks[label] ?? ''
    const [x, y] = at(i)
    disc(x, y, r)
    ctx.fillStyle = color
    ctx.fill()
    ctx.lineWidth = r > radius ? 2 : 0.7
    ctx.strokeStyle = edge
    ctx.stroke()
    ctx.fillStyle = isBright(color) ? '#000' : '#fff'
    ctx.font = `600 ${mark.length > 1 ? r : 1.5 * r}px system-ui, sans-serif`
    ctx.fillText(mark, x, y + 0.06 * r)
  }
  const isSeen = (i: number): boolean => alone === undefined || labels[i] === alone
  for (let i = 0; i < labels.length; i++) {
    if (isSeen(i)) continue
    disc(...at(i), radius / 2)
    ctx.fillStyle = colors.faint
    ctx.fill()
  }
  for (let i = 0; i < labels.length; i++) if (isSeen(i)) point(i, radius, colors.page)
  const middle = drawn ? ([drawn[0] * size, drawn[1] * size] as const) : undefined
  const start = middle ?? (chosen === undefined ? undefined : at(chosen))
  if (start) {
    ctx.strokeStyle = colors.ink
    ctx.lineWidth = 1
    for (const i of near) {
      ctx.beginPath()
      ctx.moveTo(...start)
      ctx.lineTo(...at(i))
      ctx.stroke()
    }
  }
  for (const i of near) point(i, 1.25 * radius, colors.ink)
  if (chosen !== undefined) point(chosen, 1.7 * radius, colors.ink)
  if (middle) {
    // A diamond: nothing else has corners here.
    const r = 1.9 * radius
    ctx.beginPath()
    ctx.moveTo(middle[0], middle[1] - r)
    for (const [x, y] of [
      [r, 0],
      [0, r],
      [-r, 0],
    ] as const)
      ctx.lineTo(middle[0] + x, middle[1] + y)
    ctx.closePath()
    ctx.fillStyle = colors.ink
    ctx.fill()
    ctx.lineWidth = 2
    ctx.strokeStyle = colors.page
    ctx.stroke()
  }
}
