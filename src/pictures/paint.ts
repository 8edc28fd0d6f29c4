// Drawing into pixels, for films of thousands of frames: rectangles, lines and letters. SVG takes ten times as long.
import { type Color, fillRect, type GamePicture } from '../environments/index.ts'
import { decodePng, svgToPng } from '../report/node/index.ts'
import { letters, svgDocument } from '../report/svg-parts.ts'

/** Letters that can be written: printable ASCII. */
const [FIRST, LAST] = [32, 126]
/** Pixels of a letter's cell, and the height of letters. */
const [CELL, TALL, SIZE] = [16, 18, 12]

/** Letters as how much of each pixel they cover, with their widths. */
export interface Lettering {
  readonly cover: Uint8Array
  readonly widths: readonly number[]
}

/** Draws all letters once. */
export async function lettering(): Promise<Lettering> {
  const count = LAST - FIRST + 1
  const drawn = Array.from({ length: count }, (_, i) =>
    letters(String.fromCharCode(FIRST + i), i * CELL + 2, 13, { size: SIZE, color: '#000000' }),
  )
  const svg = svgDocument(count * CELL, TALL, 'letters', drawn.join(''))
  const { width, pixels, channels } = await decodePng(await svgToPng(svg, 1))
  const cover = new Uint8Array(count * CELL * TALL)
  const widths: number[] = []
  for (let letter = 0; letter < count; letter++) {
    let last = -1
    for (let y = 0; y < TALL; y++)
      for (let x = 0; x < CELL; x++) {
        const dark = 255 - pixels[channels * (y * width + letter * CELL + x)]!
        cover[(letter * TALL + y) * CELL + x] = dark
        if (dark > 40) last = Math.max(last, x)
      }
    widths.push(last < 0 ? 4 : last)
  }
  return { cover, widths }
}

/** Pixels that a text is wide. */
export const widthOf = (text: string, { widths }: Lettering): number =>
  Array.from(text, (_, i) => widths[text.charCodeAt(i) - FIRST] ?? 8).reduce((a, b) => a + b, 0)

/** Writes a line, its upper left corner at (x, y). */
export function writeText(
  { width, height, pixels }: GamePicture,
  text: string,
  { x, y }: { readonly x: number; readonly y: number },
  color: Color,
  { cover, widths }: Lettering,
): void {
  let left = Math.round(x)
  for (let i = 0; i < text.length; i++) {
    const code = text.charCodeAt(i)
    const letter = (code < FIRST || code > LAST ? '?'.charCodeAt(0) : code) - FIRST
    for (let row = 0; row < TALL; row++)
      for (let column = 0; column < CELL; column++) {
        const share = cover[(letter * TALL + row) * CELL + column]! / 255
        const [px, py] = [left + column - 2, Math.round(y) + row]
        if (share === 0 || px < 0 || px >= width || py < 0 || py >= height) continue
        const at = 3 * (py * width + px)
        for (let c = 0; c < 3; c++)
          pixels[at + c] = Math.round(pixels[at + c]! * (1 - share) + color[c]! * share)
      }
    left += widths[letter]!
  }
}

/** Draws lines from point to point, two pixels wide. */
export function drawLine(
  picture: GamePicture,
  points: readonly (readonly [x: number, y: number])[],
  color: Color,
): void {
  for (const [i, [x, y]] of points.entries()) {
    const [fromX, fromY] = points[Math.max(0, i - 1)]!
    const steps = Math.max(1, Math.ceil(Math.max(Math.abs(x - fromX), Math.abs(y - fromY))))
    for (let k = 0; k <= steps; k++)
      fillRect(
        picture,
        { x: fromX + ((x - fromX) * k) / steps - 1, y: fromY + ((y - fromY) * k) / steps - 1, w: 2, h: 2 },
        color,
      )
  }
}

/** Puts a picture into another. */
export function blit(onto: GamePicture, from: GamePicture, x: number, y: number): void {
  for (let row = 0; row < from.height; row++)
    onto.pixels.set(
      from.pixels.subarray(3 * row * from.width, 3 * (row + 1) * from.width),
      3 * ((y + row) * onto.width + x),
    )
}
