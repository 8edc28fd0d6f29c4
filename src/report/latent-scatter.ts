// Points of a plane, one per example, coloured by class.
import { format } from 'echarts/dist/echarts.esm.min'
import { movedApart } from './boxes.ts'
import { LIGHT } from './chart-parts.ts'
import { classColor } from './class-colors.ts'
import { axes, axisRoom, letters, svgDocument } from './svg-parts.ts'

/** Examples as points of a plane. */
export interface LabelledPoints {
  /** [n, 2] */
  readonly points: Float32Array | Float64Array
  /** [n], indices into `classes`. Without them all points have one colour. */
  readonly labels?: ArrayLike<number> | undefined
  readonly classes: readonly string[]
}

export interface ScatterOptions {
  readonly labels: readonly [x: string, y: string]
  readonly title: string
  /** Whether names of classes stand at the middle of their points too; default true. */
  readonly tagged?: boolean
  /** Whether classes are drawn one after the other, the last one in front; default: in turns, so that none hides the others. */
  readonly layered?: boolean
}

/** Pixels of the square, and lettering. */
const [SIDE, SIZE] = [840, 26]
/** Points of one class that are drawn before the next class has its turn, so that no class hides the others. */
const TURN = 20
/** Classes in the legend, and their names at the middle of their points. */
const [MOST_IN_LEGEND, MOST_NAMED] = [30, 12]

/** Ticks at multiples of 1, 2 or 5 times a power of ten: about five over the range. */
export function evenTicks(low: number, high: number): number[] {
  const rough = (high - low) / 5
  const power = 10 ** Math.floor(Math.log10(rough))
  const step = [1, 2, 5, 10].map((factor) => factor * power).find((size) => size >= rough * 0.999)!
  const first = Math.ceil(low / step - 1e-9)
  return Array.from({ length: Math.floor(high / step + 1e-9) - first + 1 }, (_, i) => (first + i) * step)
}

const tenth = (value: number): number => Math.round(10 * value) / 10

const median = (values: readonly number[]): number => values.toSorted((a, b) => a - b)[values.length >> 1]!

/** Letters of other scripts are wider than Latin ones; the chart library knows. */
const LETTERS = `${SIZE}px sans-serif`
const shortened = (name: string): string => format.truncateText(name, 8.4 * SIZE, LETTERS, '…')
const widthOf = (text: string): number => format.getTextRect(text, LETTERS).width

/** The finite points per class, as pixels. */
function placed(
  { points, labels, classes }: LabelledPoints,
  place: readonly [(value: number) => number, (value: number) => number],
): [x: number, y: number][][] {
  const groups: [number, number][][] = Array.from({ length: labels ? classes.length : 1 }, () => [])
  for (let i = 0; 2 * i < points.length; i++) {
    const [x, y] = [place[0](points[2 * i]!), place[1](points[2 * i + 1]!)]
    if (Number.isFinite(x) && Number.isFinite(y)) groups[labels?.[i] ?? 0]!.push([tenth(x), tenth(y)])
  }
  return groups
}

/** Names of the classes with their colours, in as many columns as fit. */
function legend(classes: readonly string[], left: number, top: number): { body: string; height: number } {
  const shown = classes.slice(0, MOST_IN_LEGEND).map(shortened)
  const cell = 2.2 * SIZE + 1.05 * Math.max(...shown.map(widthOf))
  const columns = Math.max(1, Math.min(shown.length, Math.floor(SIDE / cell)))
  const width = SIDE / columns
  const line = 1.5 * SIZE
  const body = shown.map((name, index) => {
    const x = tenth(left + (index % columns) * width)
    const y = tenth(top + Math.floor(index / columns) * line)
    return (
      `<circle cx="${tenth(x + 0.5 * SIZE)}" cy="${y}" r="${tenth(0.4 * SIZE)}" fill="${classColor(index)}"/>\n` +
      letters(name, tenth(x + 1.2 * SIZE), tenth(y + 0.35 * SIZE), { size: SIZE })
    )
  })
  let rows = Math.ceil(shown.length / columns)
  if (classes.length > shown.length) {
    const words = `and ${classes.length - shown.length} more`
    body.push(letters(words, left, tenth(top + rows * line + 0.35 * SIZE), { size: SIZE }))
    rows++
  }
  return { body: body.join('\n'), height: Math.round(rows * line) }
}

/** The name of each class at the median of its points, none above another: colour is not all there is to go by. */
function nameTags(classes: readonly string[], groups: readonly (readonly [number, number])[][]): string[] {
  const present = classes.flatMap((name, index) =>
    groups[index]!.length > 0 ? [{ text: shortened(name), index }] : [],
  )
  const boxes = present.map(({ text, index }) => ({
    x: median(groups[index]!.map(([x]) => x)),
    y: median(groups[index]!.map(([, y]) => y)),
    // Bold is wider.
    width: 0.7 * SIZE + 1.15 * widthOf(text),
    height: 1.25 * SIZE,
  }))
  return movedApart(boxes, 5).map(({ x, y, width, height }, i) => {
    const { text, index } = present[i]!
    return (
      `<rect x="${tenth(x - width / 2)}" y="${tenth(y - height / 2)}" width="${tenth(width)}" ` +
      `height="${tenth(height)}" rx="6" fill="#fdfdfd" stroke="${classColor(index)}" stroke-width="3"/>\n` +
      letters(text, tenth(x), tenth(y + 0.36 * SIZE), {
        size: SIZE,
        anchor: 'middle',
        color: '#101010',
        bold: true,
      })
    )
  })
}

/**
 * Points with one scale for both axes; small and half transparent where there are many. They are drawn as one path for
 * every few points of a class, which keeps ten thousand of them under 200 kB.
 */
export function latentScatter(
  given: LabelledPoints,
  { labels, title, tagged = true, layered = false }: ScatterOptions,
): string {
  const values = [0, 1].map((axis) =>
    Array.from(given.points).filter((value, index) => index % 2 === axis && Number.isFinite(value)),
  ) as [number[], number[]]
  const ends = values.map((numbers) =>
    numbers.reduce(([low, high], value) => [Math.min(low, value), Math.max(high, value)] as const, [
      Number.POSITIVE_INFINITY,
      Number.NEGATIVE_INFINITY,
    ] as const),
  )
  const half = Math.max(...ends.map(([low, high]) => (high - low) / 2)) * 1.04 || 1
  const [low0, low1] = ends.map(([low, high]) => (low + high) / 2 - half) as [number, number]
  const ticks = [evenTicks(low0, low0 + 2 * half), evenTicks(low1, low1 + 2 * half)] as const
  const [left, top] = [axisRoom(SIZE, ticks[1]), SIZE]
  const place = [
    (value: number) => left + (SIDE * (value - low0)) / (2 * half),
    (value: number) => top + SIDE - (SIDE * (value - low1)) / (2 * half),
  ] as const
  const groups = placed(given, place)
  const count = groups.reduce((sum, { length }) => sum + length, 0)
  const width = tenth(Math.min(14, Math.max(4.5, 450 / Math.sqrt(Math.max(1, count)))))
  const opacity = Math.min(0.85, Math.max(0.55, 2000 / Math.max(1, count)))
  const longest = Math.max(...groups.map(({ length }) => length))
  const turn = layered ? Math.max(1, longest) : TURN
  const paths: string[] = []
  for (let first = 0; first < longest; first += turn)
    for (const [index, group] of groups.entries()) {
      const some = group.slice(first, first + turn)
      if (some.length > 0)
        paths.push(
          `<path stroke="${classColor(index)}" d="${some.map(([x, y]) => `M${x} ${y}h0`).join('')}"/>`,
        )
    }
  const named = given.labels !== undefined && given.classes.length > 1
  const tags = named && tagged && given.classes.length <= MOST_NAMED ? nameTags(given.classes, groups) : []
  const below = top + SIDE + axisRoom(SIZE)
  const key = named ? legend(given.classes, left, below + SIZE) : { body: '', height: 0 }
  const body = [
    `<rect x="${left}" y="${top}" width="${SIDE}" height="${SIDE}" fill="${LIGHT.background}"/>`,
    `<g fill="none" stroke-width="${width}" stroke-linecap="round" stroke-opacity="${Math.round(100 * opacity) / 100}">`,
    ...paths,
    '</g>',
    ...tags,
    axes({
      left,
      top,
      width: SIDE,
      height: SIDE,
      labels,
      ticks,
      place,
      size: SIZE,
    }),
    key.body,
  ].filter((part) => part !== '')
  const height = below + (named ? key.height + SIZE : 0)
  return svgDocument(left + SIDE + SIZE, height, title, body.join('\n'))
}
