// The duel on the plane as a figure of the report: a few frames of the training, with one legend.
import type { PlaneRow } from '../runs/plane.ts'
import type { RunRecord } from '../runs/record.ts'
import { formatCount } from '../util/format.ts'
import { LIGHT } from './chart-parts.ts'
import type { ReportFigure } from './extra-figures.ts'
import { evenSelection } from './figures.ts'
import {
  arrowsOf,
  borderOf,
  headOf,
  isInside,
  levelColor,
  PLANE_LIGHT,
  type Place,
  placesOf,
} from './plane-drawing.ts'
import { modesText, planeText } from './plane-words.ts'
import { letters, svgDocument } from './svg-parts.ts'

/** Frames, and frames beside each other. */
const [MOST, COLUMNS] = [6, 3]
/** Pixels of a frame, between frames, of the heading above each. */
const [SIDE, GAP, HEADING, SIZE] = [380, 22, 34, 18]

const tenth = (value: number): number => Math.round(10 * value) / 10

/** A frame's levels in steps of ten, one path for each, by runs along the rows. */
function mapPaths(map: NonNullable<PlaneRow['map']>): string {
  const cell = SIDE / map.side
  const runs = new Map<number, string[]>()
  const band = (row: number, column: number): number =>
    10 * Math.round(map.level[row * map.side + column]! / 10)
  for (let row = 0; row < map.side; row++)
    for (let from = 0; from < map.side; ) {
      const level = band(row, from)
      let to = from + 1
      while (to < map.side && band(row, to) === level) to++
      const [x, y] = [tenth(from * cell), tenth((map.side - 1 - row) * cell)]
      // A hair larger, or gaps would shine through.
      runs.set(level, [
        ...(runs.get(level) ?? []),
        `M${x} ${y}h${tenth((to - from) * cell + 0.2)}v${tenth(cell + 0.2)}H${x}z`,
      ])
      from = to
    }
  return [...runs]
    .map(([level, parts]) => `<path fill="${levelColor(level, PLANE_LIGHT)}" d="${parts.join('')}"/>`)
    .join('\n')
}

const at = ([x, y]: Place): string => `${tenth(SIDE * x)} ${tenth(SIDE * y)}`
const circle = (place: Place, radius: number): string =>
  `<circle cx="${tenth(SIDE * place[0])}" cy="${tenth(SIDE * place[1])}" r="${radius}"/>`

/** One frame, its left upper corner at 0 0. */
function frame(row: PlaneRow): string {
  const { ink, between, real, made, halo } = PLANE_LIGHT
  const lines = row.map ? borderOf(row.map).map(([from, to]) => `M${at(from)}L${at(to)}`) : []
  const arrows = arrowsOf(row).map((arrow) => {
    const [left, right] = headOf(arrow, 0.02)
    return `M${at(arrow[0])}L${at(arrow[1])}M${at(left)}L${at(arrow[1])}L${at(right)}`
  })
  const inside = (points: readonly number[]): Place[] => placesOf(points, row.window).filter(isInside)
  return [
    `<rect width="${SIDE}" height="${SIDE}" fill="${between}"/>`,
    row.map ? mapPaths(row.map) : '',
    lines.length > 0 ? `<path fill="none" stroke="${ink}" stroke-width="1.6" d="${lines.join('')}"/>` : '',
    `<g fill="none" stroke="${real}" stroke-width="1.2">${inside(row.real)
      .map((place) => circle(place, 5.5))
      .join('')}</g>`,
    `<g fill="${made}" stroke="${halo}" stroke-width=".7">${inside(row.made)
      .map((place) => circle(place, 3))
      .join('')}</g>`,
    `<path fill="none" stroke="${ink}" stroke-width="1.3" stroke-linejoin="round" d="${arrows.join('')}"/>`,
  ]
    .filter((part) => part !== '')
    .join('\n')
}

/** What the signs mean, in one line. */
function legend(top: number, hasMap: boolean): string {
  const { real, made, halo } = PLANE_LIGHT
  const sign = {
    real: `<circle cx="10" cy="0" r="6" fill="${halo}" stroke="${real}" stroke-width="2.2"/>`,
    made: `<circle cx="10" cy="0" r="6" fill="${made}"/>`,
    arrow: `<path fill="none" stroke="${LIGHT.ink}" stroke-width="2" d="M0 4L20 -4M12 -6L20 -4L15 3"/>`,
    forReal: `<rect x="0" y="-8" width="20" height="16" fill="${levelColor(100, PLANE_LIGHT)}"/>`,
    forMade: `<rect x="0" y="-8" width="20" height="16" fill="${levelColor(0, PLANE_LIGHT)}"/>`,
    border: `<path stroke="${LIGHT.ink}" stroke-width="2.4" d="M0 0H20"/>`,
  }

  const entries: [sign: string, words: string, width: number][] = [
    [sign.real, 'real', 80],
    [sign.made, 'made', 90],
    [sign.arrow, 'pull on made points', 220],
    ...(hasMap
      ? ([
          [sign.forReal, 'taken for real', 170],
          [sign.forMade, 'taken for made', 175],
          [sign.border, 'the border between', 200],
        ] as [string, string, number][])
      : []),
  ]
  let left = 0
  return entries
    .map(([drawn, words, width]) => {
      const part = `<g transform="translate(${left} ${top})">${drawn}${letters(words, 30, 6, { size: SIZE })}</g>`
      left += 30 + width
      return part
    })
    .join('\n')
}

/** The figure, of a run that has frames; none of others. */
export function planeFigures({ plane }: Pick<RunRecord, 'plane'>): ReportFigure[] {
  const shown = evenSelection(plane, MOST)
  const last = shown.at(-1)
  if (!last) return []
  const columns = Math.min(COLUMNS, shown.length)
  const rows = Math.ceil(shown.length / columns)
  const width = Math.max(columns * (SIDE + GAP) - GAP, 2 * (SIDE + GAP))
  const frames = shown.map((row, i) => {
    const [x, y] = [(i % columns) * (SIDE + GAP), Math.floor(i / columns) * (SIDE + GAP + HEADING)]
    const heading = `Step ${formatCount(row.step)}${row.modes ? `: ${modesText(row.modes)}` : ''}`
    return `<g transform="translate(${x} ${y})">${letters(heading, 0, HEADING - 12, { size: SIZE, bold: true })}
<svg y="${HEADING}" width="${SIDE}" height="${SIDE}" viewBox="0 0 ${SIDE} ${SIDE}">${frame(row)}</svg></g>`
  })
  const bottom = rows * (SIDE + GAP + HEADING)
  const title = 'The duel on the plane'
  const { window } = last
  const shortly = (value: number): string => String(Number(value.toPrecision(3))).replace('-', '−')
  const ends = (middle: number): string =>
    `${shortly(middle - window.half)} to ${shortly(middle + window.half)}`
  return [
    {
      name: 'duel-on-the-plane',
      title,
      caption: `Points of both players and what the discriminator makes of the plane, at ${formatCount(shown.length)} of ${formatCount(plane.length)} steps that were kept; x from ${ends(window.x)}, y from ${ends(window.y)}. Made points come of the same latents each time; arrows show where the generator's loss pulls them, the longest being the strongest of their step.${
        last.map?.unit === 'score'
          ? ' Scores have no scale of their own: nine of ten real points lie above the border.'
          : ''
      } ${planeText(last)}`,
      alt: `${title}. ${planeText(shown[0]!)} ${planeText(last)}`,
      wide: true,
      svg: svgDocument(
        width,
        bottom + 2 * SIZE,
        title,
        `${frames.join('\n')}\n${legend(
          bottom + SIZE / 2,
          shown.some(({ map }) => map !== undefined),
        )}`,
      ),
    },
  ]
}
