// The geometry and colours of a frame of the plane, the same for drawings in files and on the canvas of a page.
import type { PlaneMap, PlaneRow } from '../runs/plane.ts'

export interface PlaneColors {
  /** Where the discriminator takes points for real, for made ones, and where it cannot tell. */
  readonly takenForReal: string
  readonly takenForMade: string
  readonly between: string
  /** The border between the two, and arrows. */
  readonly ink: string
  readonly real: string
  readonly made: string
  /** Around made points, so that they stand out from each other. */
  readonly halo: string
}

/** Blue against orange: the pair that people with any usual kind of colour blindness tell apart. */
export const PLANE_LIGHT: PlaneColors = {
  takenForReal: '#6aa5ee',
  takenForMade: '#f3a04b',
  between: '#f7f5f0',
  ink: '#14171d',
  real: '#0b3578',
  made: '#97004f',
  halo: '#fefefe',
}
export const PLANE_DARK: PlaneColors = {
  takenForReal: '#28589f',
  takenForMade: '#8d480a',
  between: '#1c2027',
  ink: '#f4f6fa',
  real: '#b9d4ff',
  made: '#ff9ccd',
  halo: '#14171d',
}

const channel = (color: string, i: number): number => Number.parseInt(color.slice(1 + 2 * i, 3 + 2 * i), 16)

/** Red, green and blue of a level of the map, 0 to 255. */
export function levelRgb(level: number, colors: PlaneColors): readonly [number, number, number] {
  const share = (level - 50) / 50
  const side = share < 0 ? colors.takenForMade : colors.takenForReal
  // A little more than in proportion: what is just beyond the border must be seen to be so.
  const mixed = Math.abs(share) ** 0.75
  const of = (i: number): number =>
    Math.round(channel(colors.between, i) + mixed * (channel(side, i) - channel(colors.between, i)))
  return [of(0), of(1), of(2)]
}

export const levelColor = (level: number, colors: PlaneColors): string =>
  `#${levelRgb(level, colors)
    .map((value) => value.toString(16).padStart(2, '0'))
    .join('')}`

/** A place as shares of the window, x from the left and y from the top. */
export type Place = readonly [x: number, y: number]

/** Points x and y in turn, as shares of the window. */
export const placesOf = (points: readonly number[], { x, y, half }: PlaneRow['window']): Place[] =>
  Array.from({ length: points.length >> 1 }, (_, i) => [
    (points[2 * i]! - x + half) / (2 * half),
    (y + half - points[2 * i + 1]!) / (2 * half),
  ])

export const isInside = ([x, y]: Place): boolean => x >= 0 && x <= 1 && y >= 0 && y <= 1

/** Corners of a square of four cells that are above the border, in bits (left bottom 1, right bottom 2, right top 4, left top 8), to the sides between which it runs. */
const RUNS: Readonly<Record<number, readonly (readonly [number, number])[]>> = {
  1: [[3, 0]],
  2: [[0, 1]],
  3: [[3, 1]],
  4: [[1, 2]],
  5: [
    [3, 2],
    [0, 1],
  ],
  6: [[0, 2]],
  7: [[3, 2]],
  8: [[2, 3]],
  9: [[2, 0]],
  10: [
    [0, 3],
    [1, 2],
  ],
  11: [[2, 1]],
  12: [[1, 3]],
  13: [[1, 0]],
  14: [[0, 3]],
}

/** The border between what is taken for real and for made, as lines between places: marching squares on the middles of the cells. */
export function borderOf({ side, level }: Pick<PlaneMap, 'side' | 'level'>): (readonly [Place, Place])[] {
  const lines: (readonly [Place, Place])[] = []
  const at = (column: number, row: number): number => level[row * side + column]!
  /** Where the level is crossed between two neighbours. */
  const crossing = (a: readonly [number, number], b: readonly [number, number]): Place => {
    const [from, to] = [at(...a), at(...b)]
    const share = from === to ? 0.5 : (50 - from) / (to - from)
    const mix = (i: 0 | 1): number => (a[i] + share * (b[i] - a[i]) + 0.5) / side
    return [mix(0), 1 - mix(1)]
  }
  for (let row = 0; row + 1 < side; row++)
    for (let column = 0; column + 1 < side; column++) {
      const corners = [
        [column, row],
        [column + 1, row],
        [column + 1, row + 1],
        [column, row + 1],
      ] as const
      const bits = corners.reduce((sum, corner, i) => sum + (at(...corner) >= 50 ? 2 ** i : 0), 0)
      for (const [from, to] of RUNS[bits] ?? [])
        lines.push([
          crossing(corners[from]!, corners[(from + 1) % 4]!),
          crossing(corners[to]!, corners[(to + 1) % 4]!),
        ])
    }
  return lines
}

/** The longest arrow, as a share of the window's width, and the share of that below which there is none. */
const [LONGEST, LEAST] = [0.11, 0.04]

/** Arrows at the first made points, from where to where; their lengths are told by those of nine tenths of this frame. */
export function arrowsOf({ made, pull, window }: PlaneRow): (readonly [Place, Place])[] {
  const places = placesOf(made, window)
  const strengths = Array.from({ length: pull.length >> 1 }, (_, i) =>
    Math.hypot(pull[2 * i]!, pull[2 * i + 1]!),
  )
  const usual = strengths.toSorted((a, b) => a - b)[Math.floor(0.9 * (strengths.length - 1))] ?? 0
  if (!(usual > 0)) return []
  return strengths.flatMap((strength, i): (readonly [Place, Place])[] => {
    const from = places[i]!
    const share = Math.min(1, strength / usual)
    if (share < LEAST || !isInside(from)) return []
    const length = (LONGEST * share) / strength
    return [[from, [from[0] + length * pull[2 * i]!, from[1] - length * pull[2 * i + 1]!]]]
  })
}

/** Both ends of the head of an arrow, back from its tip. */
export function headOf([[x1, y1], [x2, y2]]: readonly [Place, Place], size: number): [Place, Place] {
  const angle = Math.atan2(y2 - y1, x2 - x1)
  const long = Math.min(size, Math.hypot(x2 - x1, y2 - y1))
  const back = (turn: number): Place => [
    x2 - long * Math.cos(angle + turn),
    y2 - long * Math.sin(angle + turn),
  ]
  return [back(0.45), back(-0.45)]
}
