// One number of a study's groups with their 95% intervals: side by side, over what is not compared, or along a curve.
import type { CustomSeriesOption, EChartsOption, LineSeriesOption } from 'echarts'
import type { RowRecord, StudyCurve, StudyPanel } from '../../runs/study-result.ts'
import { foundText } from '../../statistics/row.ts'
import { type ChartTheme, FONT, LIGHT } from '../chart-parts.ts'
import { colorOf, dashOf, MOST_LINES } from '../compare/overlay.ts'
import { placeText } from './curve-table.ts'
import { type Line, linesOf, type Point, pointOf, rowOf } from './lines.ts'

interface Drawn {
  readonly lines: readonly Line[]
  /** Where values stand on the x axis, and what is written there. */
  readonly places: readonly { readonly x: number; readonly text: string }[]
  readonly axis: string
  /** Whether neighbours are joined: they are values of one number. */
  readonly joined: boolean
  /** How far the lines of neighbouring groups are set apart, so that their intervals do not cover each other. */
  readonly apart: number
}

/** `labels` as `Labels`. */
const capital = (text: string): string => text.charAt(0).toUpperCase() + text.slice(1)

/** Groups side by side; of several panels, over the value in which they differ. */
function sideBySide(panels: readonly StudyPanel[], name: string): Drawn {
  if (panels.length === 1) {
    const [panel] = panels as [StudyPanel]
    return {
      lines: panel.groups.map(({ label }, group) => ({ label, points: pointOf(panel, name, group, group) })),
      places: panel.groups.map(({ label }, x) => ({ x, text: label })),
      axis: '',
      joined: false,
      apart: 0,
    }
  }
  const axes = Object.keys(panels[0]?.at ?? {}).filter(
    (axis) => new Set(panels.map(({ at }) => at[axis])).size > 1,
  )
  const labels = [...new Set(panels.flatMap(({ groups }) => groups.map(({ label }) => label)))]
  const [axis] = axes
  const isOne = axes.length === 1
  return {
    lines: labels.map((label) => ({
      label,
      points: panels.flatMap((panel, x) => {
        const group = panel.groups.findIndex((each) => each.label === label)
        return group < 0 ? [] : pointOf(panel, name, group, x)
      }),
    })),
    places: panels.map(({ at, title }, x) => ({ x, text: isOne ? String(at[axis!]) : title })),
    axis: isOne ? capital(axis!) : '',
    joined: isOne && panels.every(({ at }) => typeof at[axis!] === 'number'),
    apart: APART,
  }
}

/** A line for each group along the logarithm of a number. */
function along(panels: readonly StudyPanel[], name: string, curve: StudyCurve): Drawn {
  const places = curve.places.map(({ value, at }) => ({ x: Math.log10(at), text: placeText(value) }))
  const room = (places.at(-1)!.x - places[0]!.x) / (places.length - 1)
  return {
    lines: linesOf(panels, name, curve).map(({ label, points }) => ({
      label,
      points: points.map((point) => ({ ...point, x: Math.log10(point.x) })),
    })),
    places,
    axis: `${capital(curve.label)} (logarithmic)`,
    joined: true,
    apart: ALONG * room,
  }
}

/** Height of a row of the legend, pixels. */
const LEGEND_ROW = 38
/** What a legend's entry takes beside its text, and about so much for each letter. */
const ENTRY = { beside: 62, letter: 7 } as const

/** Rows that a legend takes. */
function legendRows(labels: readonly string[], width: number): number {
  let rows = 1
  let used = 0
  for (const label of labels) {
    const wide = ENTRY.beside + ENTRY.letter * label.length
    if (used > 0 && used + wide > width) {
      rows++
      used = 0
    }
    used += wide
  }
  return rows
}

/** Room above a chart with a legend of one row. */
const TOP = 62

/** The height of a picture of such a chart: `usual`, and more where its legend takes several rows. */
export const chartHeight = ({ grid }: EChartsOption, usual: number): number =>
  usual + Math.max(0, Number((grid as { top: number }).top) - TOP)

/** Share of the room of a place by which neighbouring series are set apart. */
const APART = 0.08
/** The same along a curve, where lines show what belongs together. */
const ALONG = 0.03

const whisker = (series: Line, color: string): CustomSeriesOption => ({
  type: 'custom',
  silent: true,
  // The axis is to hold both ends.
  encode: { x: 0, y: [1, 2] },
  data: series.points.map(({ x, low, high }) => [x, low, high]),
  renderItem: (_, api) => {
    const [x, low] = api.coord([api.value(0), api.value(1)]) as [number, number]
    const [, high] = api.coord([api.value(0), api.value(2)]) as [number, number]
    const style = { stroke: color, lineWidth: 2 }
    const line = (x1: number, y1: number, x2: number, y2: number) => ({
      type: 'line' as const,
      shape: { x1, y1, x2, y2 },
      style,
    })
    return {
      type: 'group',
      children: [line(x, low, x, high), line(x - 5, low, x + 5, low), line(x - 5, high, x + 5, high)],
    }
  },
})

const marks = (series: Line, group: number, joined: boolean): LineSeriesOption => ({
  type: 'line',
  name: series.label,
  data: series.points.map(({ x, value }) => [x, value]),
  symbol: 'circle',
  symbolSize: 8,
  lineStyle: { color: colorOf(group), width: joined ? 2 : 0, type: dashOf(group) },
  itemStyle: { color: colorOf(group) },
})

/**
 * @param name   of the row
 * @param curve  the number along which it is drawn. Default: groups side by side
 * @param width  of the picture, pixels: how many rows a legend needs. Default: that of reports, or of a phone where it is compact
 * @returns undefined where no group has the number
 */
export function measureChart(
  panels: readonly StudyPanel[],
  name: string,
  {
    theme = LIGHT,
    compact = false,
    curve,
    width = compact ? 420 : 900,
  }: {
    readonly theme?: ChartTheme
    readonly compact?: boolean
    readonly width?: number
    readonly curve?: StudyCurve | undefined
  } = {},
): EChartsOption | undefined {
  const row = panels.map((panel) => rowOf(panel, name)).find((found) => found)
  const { places, axis, joined, apart, ...drawn } = curve
    ? along(panels, name, curve)
    : sideBySide(panels, name)
  const lines = drawn.lines.slice(0, MOST_LINES)
  if (!row || lines.every(({ points }) => points.length === 0)) return undefined
  const moved = lines.map(({ label, points }, at) => ({
    label,
    points: points.map((point): Point => ({ ...point, x: point.x + apart * (at - (lines.length - 1) / 2) })),
  }))
  const margin = curve ? 0.12 * (places.at(-1)!.x - places[0]!.x) : 0.5
  const textAt = new Map(places.map(({ x, text: written }) => [x, written] as const))
  const ticks = places.map(({ x }) => x)
  const text = { color: theme.muted, fontSize: compact ? 11 : 12 }
  const isCrowded =
    !curve && (places.length > (compact ? 3 : 8) || places.some((place) => place.text.length > 14))
  const hasLegend = panels.length > 1 && lines.length > 1
  return {
    animation: false,
    backgroundColor: theme.background,
    textStyle: { fontFamily: FONT },
    grid: {
      left: 12,
      right: 24,
      top: hasLegend
        ? TOP +
          LEGEND_ROW *
            (legendRows(
              lines.map(({ label }) => label),
              width,
            ) -
              1)
        : 34,
      bottom: axis ? 40 : 12,
      containLabel: true,
    },
    ...(hasLegend
      ? {
          legend: {
            data: moved.map(({ label }) => label),
            top: 4,
            left: 0,
            type: 'plain' as const,
            itemGap: 26,
            textStyle: { color: theme.ink, fontSize: 12 },
          },
        }
      : {}),
    xAxis: {
      type: 'value',
      name: axis,
      nameLocation: 'middle',
      nameGap: 30,
      nameTextStyle: text,
      min: places[0]!.x - margin,
      max: places.at(-1)!.x + margin,
      axisTick: { show: curve !== undefined, customValues: ticks },
      splitLine: { show: false },
      axisLine: { onZero: false, lineStyle: { color: theme.line } },
      axisLabel: {
        ...text,
        customValues: ticks,
        hideOverlap: curve !== undefined,
        formatter: (x: number) => textAt.get(x) ?? '',
        rotate: isCrowded ? 40 : 0,
        ...(isCrowded ? { width: compact ? 90 : 150, overflow: 'truncate' as const } : {}),
      },
    },
    yAxis: {
      type: 'value',
      scale: true,
      position: 'left',
      name: row.label,
      nameTextStyle: { ...text, align: 'left' },
      axisLabel: { ...text, formatter: (value: number) => foundText({ value }, row.format) },
      axisLine: { show: false, onZero: false },
      axisTick: { show: false },
      splitLine: { lineStyle: { color: theme.line } },
    },
    series: moved.flatMap((each, group) => [whisker(each, colorOf(group)), marks(each, group, joined)]),
  }
}

/** The file of a number's picture in a study's folder, without its ending: letters, digits and dashes of the name. */
export const figureFile = (name: string): string => `figures/${name.replace(/[^a-zA-Z0-9-]+/g, '-')}`

/** What a picture of a number shows, in words. */
export const chartCaption = (
  panels: readonly StudyPanel[],
  row: Pick<RowRecord, 'better' | 'format'>,
): string => {
  const several = panels.some(({ groups }) => groups.some(({ jobs }) => jobs.length > 1))
  const better = {
    lower: 'Lower is better.',
    higher: 'Higher is better.',
    floor: 'Nearer to real images is better.',
  }
  return [
    several
      ? `Means and 95% intervals (Student’s t) over seeds${row.format === 'percent' ? ', cut to what can be' : ''}.`
      : 'One run of each.',
    row.better ? better[row.better] : '',
  ]
    .join(' ')
    .trim()
}
