// A patch as an SVG drawing to be printed: its size is right to the millimetre, and a ruler beside it says so.
import { checkNumber } from '../util/options.ts'
import type { Patch } from './patch.ts'

/** Around the patch, in millimetres. */
const MARGIN = 10
/** The text beside the ruler wants so much. */
const LEAST_WIDTH = 70
/** Below the patch, for ruler and text. */
const FOOT = 14

const byte = (value: number): number => Math.min(255, Math.max(0, Math.round(255 * value)))
const hex = (value: number): string => byte(value).toString(16).padStart(2, '0')

/** The colour of a pixel: grey of one channel, else red, green and blue. */
function colorOf({ pixels, channels }: Patch, pixel: number): string {
  const at = (k: number): string => hex(pixels[pixel * channels + (channels < 3 ? 0 : k)]!)
  return `#${at(0)}${at(1)}${at(2)}`
}

/** At most five digits behind the point: a hundredth of a micrometre. */
const mm = (value: number): string => String(Number(value.toFixed(5)))

/** Marks every 10 mm, as far as the patch is wide; every millimetre for small ones. */
function ruler(size: number, top: number): string {
  const apart = size < 20 ? 1 : 10
  const marks = Array.from({ length: Math.floor(size / apart + 1e-9) + 1 }, (_, i) => {
    const x = mm(MARGIN + i * apart)
    return `M${x} ${mm(top)}v${(i * apart) % 10 === 0 ? 3 : 1.5}`
  })
  const end = Math.floor(size / apart + 1e-9) * apart
  return `<path d="M${MARGIN} ${mm(top)}h${mm(end)}${marks.join('')}" fill="none" stroke="#000" stroke-width="0.2"/>
<text x="${MARGIN}" y="${mm(top + 7)}" font-family="sans-serif" font-size="3">${mm(end)} mm: print at 100%, then hold a ruler to it</text>`
}

/** A hairline just outside of the patch, to cut along: white pixels would not be seen on white paper. */
function outline({ mask }: Patch, size: number): string {
  const line = 'fill="none" stroke="#888" stroke-width="0.1"'
  const [start, side] = [mm(MARGIN - 0.05), mm(size + 0.1)]
  return mask[0]! > 0
    ? `<rect x="${start}" y="${start}" width="${side}" height="${side}" ${line}/>`
    : `<circle cx="${mm(MARGIN + size / 2)}" cy="${mm(MARGIN + size / 2)}" r="${mm(size / 2 + 0.05)}" ${line}/>`
}

/**
 * A page of one patch with margins and a ruler. Its width and height are given in millimetres and its units are millimetres, so
 * every program that prints at 100% prints the patch as large as said.
 *
 * @param options.millimetres  side of the square that the patch fills, 5 to 2000
 * @param options.title        what the drawing is called, for those who cannot see it
 * @throws ConfigError for a size outside of that
 */
export function patchSvg(
  patch: Patch,
  { millimetres, title = 'Adversarial patch' }: { readonly millimetres: number; readonly title?: string },
): string {
  const size = checkNumber('patchSvg', 'millimetres', millimetres, { atLeast: 5, atMost: 2000 })
  const { side, mask } = patch
  const cells: string[] = []
  // One path for each colour, a rectangle for each run of pixels: no seams within a run, and small files.
  const runs = new Map<string, string[]>()
  for (let y = 0; y < side; y++)
    for (let x = 0; x < side; ) {
      const at = y * side + x
      let end = x + 1
      if (mask[at]! > 0) {
        const color = colorOf(patch, at)
        while (end < side && mask[y * side + end]! > 0 && colorOf(patch, y * side + end) === color) end++
        runs.set(color, [...(runs.get(color) ?? []), `M${x} ${y}h${end - x}v1h${x - end}z`])
      }
      x = end
    }
  for (const [color, parts] of runs) cells.push(`<path fill="${color}" d="${parts.join('')}"/>`)
  const escaped = title.replace(/[&<>]/g, (c) => `&#${c.charCodeAt(0)};`)
  const [width, height] = [mm(Math.max(size, LEAST_WIDTH) + 2 * MARGIN), mm(size + MARGIN + FOOT)]
  return `<svg xmlns="http://www.w3.org/2000/svg" width="${width}mm" height="${height}mm" viewBox="0 0 ${width} ${height}">
<title>${escaped}</title>
<svg x="${MARGIN}" y="${MARGIN}" width="${mm(size)}" height="${mm(size)}" viewBox="0 0 ${side} ${side}" shape-rendering="crispEdges">
${cells.join('\n')}
</svg>
${outline(patch, size)}
${ruler(size, size + MARGIN + 3)}
</svg>
`
}
