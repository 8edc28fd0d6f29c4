// One number of a study's groups with their 95% intervals: side by side, or over what is not compared.
import type { CustomSeriesOption, EChartsOption, LineSeriesOption } from 'echarts'
import type { RowRecord, StudyPanel } from '../../runs/study-result.ts'
import { foundText, type Row } from '../../statistics/row.ts'
import { intervalOf } from '../../statistics/told-apart.ts'
import { type ChartTheme, FONT, LIGHT } from '../chart-parts.ts'
import { colorOf, dashOf, MOST_LINES } from '../compare/overlay.ts'

/** A mean at a place of the x axis, with its interval where one is known. */
interface Point {
  readonly x: number
  readonly value: number
  readonly low: number
  readonly high: number
}

interface Series {
  readonly label: string
  readonly points: readonly Point[]
}

interface Drawn {
  readonly series: readonly Series[]
  /** What stands below the places of the x axis. */
  readonly places: readonly string[]
  readonly axis: string
  /** Whether neighbours are joined: they are values of one number. */
  readonly joined: boolean
}

const rowOf = ({ measures, training }: StudyPanel, name: string): Row | undefined =>
  [...measures, ...training].find((row) => row.name === name) as Row | undefined

/** `labels` as `Labels`. */
const capital = (text: string): string => text.charAt(0).toUpperCase() + text.slice(1)

/** Panels over the x axis where they differ in one value; else the groups of the only one. */
function drawnOf(panels: readonly StudyPanel[], name: string): Drawn {
  const axes = Object.keys(panels[0]?.at ?? {}).filter(
    (axis) => new Set(panels.map(({ at }) => at[axis])).size > 1,
  )
  const point = (panel: StudyPanel, group: number, x: number): Point[] => {
    const found = rowOf(panel, name)?.values[group]
    if (!found || found.value === null) return []
    const [low, high] = intervalOf(found) ?? [found.value, found.value]
    return [{ x, value: found.value, low, high }]
  }
  if (panels.length === 1) {
    const [panel] = panels as [StudyPanel]
    return {
      series: panel.groups.map(({ label }, group) => ({ label, points: point(panel, group, group) })),
      places: panel.groups.map(({ label }) => label),
      axis: '',
      joined: false,
    }
  }
  const labels = [...new Set(panels.flatMap(({ groups }) => groups.map(({ label }) => label)))]
  const [axis] = axes
  const isOne = axes.length === 1
  return {
    series: labels.slice(0, MOST_LINES).map((label) => ({
      label,
      points: panels.flatMap((panel, x) => {
        const group = panel.groups.findIndex((each) => each.label === label)
        return group < 0 ? [] : point(panel, group, x)
      }),
    })),
    places: panels.map(({ at, title }) => (isOne ? String(at[axis!]) : title)),
    axis: isOne ? capital(axis!) : '',
    joined: isOne && panels.every(({ at }) => typeof at[axis!] === 'number'),
  }
}

/** Rows that a legend takes, about: a letter has some 7 pixels, a mark and the gap after it 58. */
function legendRows(labels: readonly string[], width: number): number {
  let rows = 1
  let taken = 0
  for (const label of labels) {
    const own = 7 * label.length + 58
    if (taken > 0 && taken + own > width) {
      rows++
      taken = 0
    }
    taken += own
  }
  return rows
}

/** Share of the room of a place by which neighbouring series are set apart. */
const APART = 0.08

const whisker = (series: Series, color: string): CustomSeriesOption => ({
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

const marks = (series: Series, group: number, joined: boolean): LineSeriesOption => ({
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
 * @param width  of the picture, about: how many rows a legend needs. Default: that of reports
 * @returns undefined where no group has the number
 */
export function measureChart(
  panels: readonly StudyPanel[],
  name: string,
  {
    theme = LIGHT,
    compact = false,
    width = compact ? 420 : 640,
  }: { readonly theme?: ChartTheme; readonly compact?: boolean; readonly width?: number } = {},
): EChartsOption | undefined {
  const row = panels.map((panel) => rowOf(panel, name)).find((found) => found)
  const { series, places, axis, joined } = drawnOf(panels, name)
  if (!row || series.every(({ points }) => points.length === 0)) return undefined
  const apart = panels.length === 1 ? 0 : APART
  const moved = series.map(({ label, points }, at) => ({
    label,
    points: points.map((point) => ({ ...point, x: point.x + apart * (at - (series.length - 1) / 2) })),
  }))
  const text = { color: theme.muted, fontSize: compact ? 11 : 12 }
  const isCrowded = places.length > (compact ? 3 : 8) || places.some((place) => place.length > 14)
  const hasLegend = panels.length > 1 && series.length > 1
  const rows = legendRows(
    series.map(({ label }) => label),
    width - 60,
  )
  return {
    animation: false,
    backgroundColor: theme.background,
    textStyle: { fontFamily: FONT },
    grid: {
      left: 12,
      right: 24,
      top: hasLegend ? 38 + 24 * rows : 34,
      bottom: axis ? 34 : 12,
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
      min: -0.5,
      max: places.length - 0.5,
      interval: 0.5,
      axisTick: { show: false },
      splitLine: { show: false },
      axisLine: { onZero: false, lineStyle: { color: theme.line } },
      axisLabel: {
        ...text,
        formatter: (x: number) => (Number.isInteger(x) ? (places[x] ?? '') : ''),
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
export const chartCaption = (panels: readonly StudyPanel[], row: RowRecord): string => {
  const several = panels.some(({ groups }) => groups.some(({ jobs }) => jobs.length > 1))
  const better = {
    lower: 'Lower is better.',
    higher: 'Higher is better.',
    floor: 'Nearer to real images is better.',
  }
  return [
    several ? 'Means and 95% intervals (Student’s t) over seeds.' : 'One run of each.',
    row.better ? better[row.better] : '',
  ]
    .join(' ')
    .trim()
}
