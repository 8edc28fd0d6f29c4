// A confusion matrix as SVG: what images of each class are taken for.
import type { Classification } from '../runs/index.ts'
import { formatCount, formatPercent } from '../util/format.ts'
import { LIGHT } from './chart-parts.ts'
import { letters, svgDocument } from './svg-parts.ts'

/** Pixels of a square, of lettering, and around everything. */
const [CELL, SIZE, MARGIN] = [56, 15, 16]
/** Width of a letter, about. */
const LETTER = 0.6 * SIZE
/** Letters of a class name that are shown. */
const MOST_LETTERS = 14
/** Above so many classes the squares are small and have no numbers. */
const MOST_WITH_NUMBERS = 30

/** White to blue for right answers and to orange for wrong ones, both readable under dark ink up to a half. */
const RIGHT = [31, 119, 180] as const
const WRONG = [214, 90, 0] as const

function shade(to: readonly number[], share: number): string {
  const part = (channel: number): string =>
    Math.round(255 + (channel - 255) * share)
      .toString(16)
      .padStart(2, '0')
  return `#${to.map(part).join('')}`
}

const short = (name: string): string =>
  name.length > MOST_LETTERS ? `${name.slice(0, MOST_LETTERS - 1)}…` : name

/**
 * Rows are the classes of images, columns those they are given; a last column holds the share of a row that is right.
 * The colour of a wrong square grows with the square root of its share, up to a fifth of the row: errors are few.
 */
export function confusionMatrix({ classes, confusion, perClass }: Classification): string {
  const numbers = classes.length <= MOST_WITH_NUMBERS
  const cell = numbers ? CELL : Math.max(6, Math.floor(900 / classes.length))
  const size = numbers ? SIZE : Math.min(SIZE, cell)
  const names = classes.map(short)
  const longest = Math.max(...names.map(({ length }) => length))
  const turned = numbers ? longest * LETTER > cell - 6 : true
  const room = Math.ceil(longest * LETTER) + 12
  const left = MARGIN + 1.6 * SIZE + room
  const top = MARGIN + 1.6 * SIZE + (turned ? room : 1.6 * SIZE)
  const side = cell * classes.length
  const middle = (index: number): number => cell * (index + 0.5)
  const title = 'Confusion matrix'
  const squares = confusion.flatMap((row, is) =>
    row.flatMap((n, given) => {
      const share = n / Math.max(1, perClass[is]!.n)
      const strength = is === given ? 0.85 * share : Math.min(1, Math.sqrt(5 * share))
      const [x, y] = [left + cell * given, top + cell * is]
      const fill = n === 0 ? LIGHT.background : shade(is === given ? RIGHT : WRONG, Math.max(0.06, strength))
      const color = is === given && strength > 0.5 ? '#fffffe' : '#1b1f26'
      return [
        `<rect x="${x}" y="${y}" width="${cell}" height="${cell}" fill="${fill}" stroke="${LIGHT.line}"/>`,
        ...(numbers && n > 0
          ? [
              letters(formatCount(n), x + cell / 2, y + cell / 2 + 0.35 * size, {
                size,
                anchor: 'middle',
                color,
              }),
            ]
          : []),
      ]
    }),
  )
  const rows = names.map((name, index) =>
    letters(name, left - 8, top + middle(index) + 0.35 * size, { size, anchor: 'end' }),
  )
  const columns = names.map((name, index) => {
    const x = left + middle(index)
    return turned
      ? letters(name, x + 0.35 * size, top - 8, { size, turn: -90 })
      : letters(name, x, top - 10, { size, anchor: 'middle' })
  })
  const shares = perClass.map(({ accuracy }, index) =>
    letters(
      accuracy === null ? 'none' : formatPercent(accuracy),
      left + side + 12,
      top + middle(index) + 0.35 * size,
      { size, color: LIGHT.muted },
    ),
  )
  const muted = { size: SIZE, color: LIGHT.muted, anchor: 'middle' } as const
  const body = [
    ...squares,
    ...rows,
    ...columns,
    ...shares,
    letters('taken for', left + side / 2, MARGIN + SIZE, muted),
    letters('is', MARGIN + SIZE, top + side / 2, { ...muted, turn: -90 }),
    letters('right', left + side + 12, top - 10, { ...muted, anchor: 'start' }),
  ]
  return svgDocument(left + side + 12 + 5 * SIZE + MARGIN, top + side + MARGIN, title, body.join('\n'))
}
