// Parts of figures that are drawn here and not by the chart library: the document, lettering, pixels, axes.
import { FONT, LIGHT } from './chart-parts.ts'
import { dataUri } from './data-uri.ts'
import { escapeMarkup } from './escape.ts'

/**
 * A PNG as an SVG image whose pixels stay squares when enlarged.
 *
 * @param smooth  for sheets that are usually shown smaller than they are, where squares would lose thin strokes
 */
export function pixelImage(
  png: Uint8Array,
  x: number,
  y: number,
  width: number,
  height: number,
  { smooth = false }: { smooth?: boolean } = {},
): string {
  const rendering = smooth ? '' : 'style="image-rendering:pixelated" '
  return (
    `<image x="${x}" y="${y}" width="${width}" height="${height}" preserveAspectRatio="none" ` +
    `${rendering}href="${dataUri(png, 'image/png')}"/>`
  )
}

/** A whole SVG on white; `title` is what a screen reader says. */
export const svgDocument = (width: number, height: number, title: string, body: string): string =>
  `<svg xmlns="http://www.w3.org/2000/svg" width="${width}" height="${height}" viewBox="0 0 ${width} ${height}" ` +
  `role="img">\n<title>${escapeMarkup(title)}</title>\n` +
  `<rect width="${width}" height="${height}" fill="${LIGHT.background}"/>\n${body}\n</svg>\n`

export interface LetterOptions {
  readonly size: number
  readonly anchor?: 'start' | 'middle' | 'end'
  /** Default: the ink of light pages. */
  readonly color?: string
  /** Degrees, clockwise, about (x, y). */
  readonly turn?: number
  readonly bold?: boolean
}

/** A line of text with its baseline at (x, y). */
export function letters(
  text: string,
  x: number,
  y: number,
  { size, anchor = 'start', color = LIGHT.ink, turn, bold }: LetterOptions,
): string {
  const rotated = turn === undefined ? '' : ` transform="rotate(${turn} ${x} ${y})"`
  return (
    `<text x="${x}" y="${y}"${rotated} text-anchor="${anchor}" font-family="${FONT}" font-size="${size}"` +
    `${bold ? ' font-weight="bold"' : ''} fill="${color}">${escapeMarkup(text)}</text>`
  )
}

/** Where a square of data lies in a figure, and what is written along it. */
export interface SquareAxes {
  readonly left: number
  readonly top: number
  /** Pixels. */
  readonly width: number
  readonly height: number
  readonly labels: readonly [x: string, y: string]
  /** Values with a tick. */
  readonly ticks: readonly [x: readonly number[], y: readonly number[]]
  /** Pixel of a value of z1, and of z2 (upwards). */
  readonly place: readonly [x: (value: number) => number, y: (value: number) => number]
  /** Lettering. */
  readonly size: number
}

/** What letters of numbers take beside each other in DejaVu Sans, as shares of their size; others are digits, or no wider. */
const WIDE: Readonly<Record<string, number>> = { '.': 0.32, '-': 0.37, '−': 0.84, '+': 0.84 }

/** Pixels that a number takes, as it is written. */
export const numberWidth = (text: string, size: number): number =>
  [...text].reduce((sum, letter) => sum + size * (WIDE[letter] ?? 0.64), 0)

const tickText = (value: number): string => String(Number(value.toPrecision(3)))

/** Sizes of lettering that numbers at the left of axes need beyond the room for such as 0.5. */
const moreRoom = (values: readonly number[]): number =>
  Math.max(0, ...values.map((value) => numberWidth(tickText(value), 1) - 1.6))

/**
 * Pixels that lettering of this size takes to the left of axes, whose ticks have these values, and below them.
 *
 * @param values  default: all of them short
 */
export const axisRoom = (size: number, values: readonly number[] = []): number =>
  Math.round((3.9 + moreRoom(values)) * size)

const hundredth = (value: number): number => Math.round(100 * value) / 100

/** A frame with ticks and labels to the left and below. */
export function axes({ left, top, width, height, labels, ticks, place, size }: SquareAxes): string {
  const bottom = top + height
  const tick = size / 3
  const stroke = `stroke="${LIGHT.muted}" stroke-width="1.5"`
  const aside = hundredth(left - (2.8 + moreRoom(ticks[1])) * size)
  const muted = { size, color: LIGHT.muted }
  const parts = [
    `<rect x="${left}" y="${top}" width="${width}" height="${height}" fill="none" ${stroke}/>`,
    ...ticks[0].flatMap((value) => {
      const x = hundredth(place[0](value))
      return [
        `<path d="M${x} ${bottom}v${hundredth(tick)}" ${stroke}/>`,
        letters(tickText(value), x, hundredth(bottom + 1.5 * size), { ...muted, anchor: 'middle' }),
      ]
    }),
    ...ticks[1].flatMap((value) => {
      const y = hundredth(place[1](value))
      return [
        `<path d="M${left} ${y}h${-hundredth(tick)}" ${stroke}/>`,
        letters(tickText(value), hundredth(left - 0.6 * size), hundredth(y + 0.35 * size), {
          ...muted,
          anchor: 'end',
        }),
      ]
    }),
    letters(labels[0], left + width / 2, hundredth(bottom + 3.2 * size), { size, anchor: 'middle' }),
    letters(labels[1], aside, top + height / 2, { size, anchor: 'middle', turn: -90 }),
  ]
  return parts.join('\n')
}
