// Figures of teams that talk: what agents say as points of a plane, what they choose, and cars on a junction.
import { LIGHT } from './chart-parts.ts'
import { classColor } from './class-colors.ts'
import { axes, axisRoom, letters, svgDocument } from './svg-parts.ts'

const SIZE = 22
const tenth = (value: number): number => Math.round(10 * value) / 10

/** From dark blue to yellow by share 0 to 1, alike for readers who see fewer colours (viridis, five of its colours). */
export function ramp(share: number): string {
  const stops = [
    [68, 1, 84],
    [59, 82, 139],
    [33, 145, 140],
    [94, 201, 98],
    [253, 231, 37],
  ] as const
  const at = Math.min(1, Math.max(0, share)) * (stops.length - 1)
  const [low, rest] = [
    Math.min(stops.length - 2, Math.floor(at)),
    at - Math.min(stops.length - 2, Math.floor(at)),
  ]
  return `#${stops[low]!.map((from, i) =>
    Math.round(from + (stops[low + 1]![i]! - from) * rest)
      .toString(16)
      .padStart(2, '0'),
  ).join('')}`
}

/** Something that was said, as a point. */
export interface Said {
  readonly x: number
  readonly y: number
  /** 0 to 1, for the colour. */
  readonly share: number
}

/** Messages as points of their principal plane, one scale for both axes, coloured by who says them. */
export function messageMap(
  said: readonly Said[],
  {
    title,
    labels,
    ends,
  }: {
    readonly title: string
    readonly labels: readonly [string, string]
    readonly ends: readonly [string, string]
  },
): string {
  const side = 620
  const [xs, ys] = [said.map(({ x }) => x), said.map(({ y }) => y)]
  const range = (all: number[]) => [Math.min(...all), Math.max(...all)] as const
  const [rx, ry] = [range(xs), range(ys)]
  const half = (Math.max(rx[1] - rx[0], ry[1] - ry[0]) / 2) * 1.06 || 1
  const low = [(rx[0] + rx[1]) / 2 - half, (ry[0] + ry[1]) / 2 - half] as const
  // To a hundredth of what is shown: of three values two digits, and none for one that is nearly 0.
  const decimals = Math.min(20, Math.max(0, 2 - Math.floor(Math.log10(2 * half))))
  const tick = (from: number): number[] =>
    [0.1, 0.5, 0.9].map((share) => Number((from + 2 * half * share).toFixed(decimals)))
  const ticks = [tick(low[0]), tick(low[1])] as const
  const [left, top] = [axisRoom(SIZE, ticks[1]), SIZE]
  const place = [
    (value: number) => left + (side * (value - low[0])) / (2 * half),
    (value: number) => top + side - (side * (value - low[1])) / (2 * half),
  ] as const
  const points = said.map(
    ({ x, y, share }) =>
      `<circle cx="${tenth(place[0](x))}" cy="${tenth(place[1](y))}" r="6" fill="${ramp(share)}" fill-opacity="0.85"/>`,
  )
  const below = top + side + axisRoom(SIZE) + SIZE
  const key = Array.from(
    { length: 31 },
    (_, i) => `<rect x="${left + 170 + 9 * i}" y="${below}" width="9.5" height="18" fill="${ramp(i / 30)}"/>`,
  )
  const words = { size: SIZE, color: LIGHT.muted }
  return svgDocument(
    left + side + SIZE,
    below + 2 * SIZE,
    title,
    [
      ...points,
      axes({
        left,
        top,
        width: side,
        height: side,
        labels,
        ticks,
        place,
        size: SIZE,
      }),
      letters(ends[0], left + 160, below + 16, { ...words, anchor: 'end' }),
      ...key,
      letters(ends[1], left + 170 + 9 * 31 + 10, below + 16, words),
    ].join('\n'),
  )
}

/** What the agents of one team choose. */
export interface Choices {
  /** Who acts. */
  readonly names: readonly string[]
  /** Of each agent, the probability of each action. */
  readonly probabilities: readonly (readonly number[])[]
  /** What each did. */
  readonly actions: readonly number[]
}

/** Teams side by side: a row for each agent, a column for each action, darker the more probable; a ring is what was done. */
export function choiceTables(
  tables: readonly Choices[],
  { title, columns = 4 }: { readonly title: string; readonly columns?: number },
): string {
  const cell = 40
  const actions = tables[0]!.probabilities[0]!.length
  const agents = tables[0]!.names.length
  const [width, height] = [cell * actions + 110, cell * agents + 60]
  const parts = tables.flatMap(({ names, probabilities, actions: done }, i) => {
    const [x, y] = [(i % columns) * width + 70, Math.floor(i / columns) * height + 16]
    const distinct = new Set(done).size
    return names.flatMap((name, agent) => [
      letters(name, x - 10, y + cell * agent + 28, { size: 20, anchor: 'end' }),
      ...probabilities[agent]!.flatMap((p, action) => {
        const [left, top] = [x + cell * action, y + cell * agent]
        const box = `<rect x="${left}" y="${top}" width="${cell - 3}" height="${cell - 3}" fill="#3f90da" fill-opacity="${tenth(10 * p) / 10}" stroke="${LIGHT.line}"/>`
        const ring = `<circle cx="${left + (cell - 3) / 2}" cy="${top + (cell - 3) / 2}" r="11" fill="none" stroke="${classColor(6)}" stroke-width="3.5"/>`
        return done[agent] === action ? [box, ring] : [box]
      }),
      ...(agent === 0
        ? [
            letters(`${distinct} of ${agents} levers`, x, y + cell * agents + 22, {
              size: 18,
              color: LIGHT.muted,
            }),
          ]
        : []),
    ])
  })
  const rows = Math.ceil(tables.length / columns)
  return svgDocument(Math.min(columns, tables.length) * width, rows * height + 10, title, parts.join('\n'))
}

/** A car at one step. */
export interface DrawnCar {
  readonly row: number
  readonly column: number
  readonly brakes: boolean
  /** Length of what it says, over the longest of all. */
  readonly loudness: number
  readonly collided: boolean
}

/** A junction at some steps, side by side. */
export function junctionStrip(
  steps: readonly { readonly step: number; readonly cars: readonly DrawnCar[] }[],
  { side, title, columns = 4 }: { readonly side: number; readonly title: string; readonly columns?: number },
): string {
  const cell = 34
  const [width, height] = [cell * side + 26, cell * side + 50]
  const middle = (side - 1) / 2
  const parts = steps.flatMap(({ step, cars }, i) => {
    const [x, y] = [(i % columns) * width + 10, Math.floor(i / columns) * height + 34]
    const road = (left: number, top: number, across: number, down: number): string =>
      `<rect x="${left}" y="${top}" width="${across}" height="${down}" fill="${LIGHT.line}"/>`
    return [
      letters(`step ${step + 1}`, x, y - 8, { size: 18, color: LIGHT.muted }),
      road(x + cell * middle, y, cell, cell * side),
      road(x, y + cell * middle, cell * side, cell),
      ...cars.flatMap(({ row, column, brakes, loudness, collided }) => {
        const [cx, cy] = [x + cell * (column + 0.5), y + cell * (row + 0.5)]
        const dot = `<circle cx="${tenth(cx)}" cy="${tenth(cy)}" r="${tenth(5 + 9 * loudness)}" fill="${classColor(brakes ? 2 : 0)}"/>`
        const ring = `<circle cx="${tenth(cx)}" cy="${tenth(cy)}" r="16" fill="none" stroke="${LIGHT.ink}" stroke-width="3"/>`
        return collided ? [dot, ring] : [dot]
      }),
    ]
  })
  const rows = Math.ceil(steps.length / columns)
  const y = rows * height + 24
  const key = [
    `<circle cx="20" cy="${y - 6}" r="9" fill="${classColor(0)}"/>`,
    letters('goes', 36, y, { size: 18 }),
    `<circle cx="110" cy="${y - 6}" r="9" fill="${classColor(2)}"/>`,
    letters('brakes', 126, y, { size: 18 }),
    `<circle cx="220" cy="${y - 6}" r="9" fill="none" stroke="${LIGHT.ink}" stroke-width="3"/>`,
    letters('has collided', 236, y, { size: 18 }),
  ]
  return svgDocument(
    Math.min(columns, steps.length) * width + 4,
    y + 20,
    title,
    [...parts, ...key].join('\n'),
  )
}
