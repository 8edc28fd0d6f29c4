// One number of several groups in one chart: a colour per group, a line per run.
import type { EChartsOption, LineSeriesOption, XAXisComponentOption } from 'echarts'
import type { MetricInfo } from '../../runs/index.ts'
import { type Curve, downsample } from '../../statistics/curve.ts'
import { formatMetric } from '../../statistics/summary.ts'
import { formatDuration } from '../../util/format.ts'
import { type ChartOptions, LIGHT, overSteps, yAxis } from '../chart-parts.ts'

/**
 * Colours of groups: the IBM colour-blind-safe palette and a green. Of six colours no choice stays apart for everybody,
 * so they come in threes that do, and neighbouring threes differ in their dashes.
 */
const TRIPLES = [
  ['#648fff', '#fe6100', '#009e73'],
  ['#785ef0', '#dc267f', '#ffb000'],
] as const
/** Lengths of dash and gap, in pixels. No dots: those are for what was measured on held-out images. */
const [SOLID, DASHED, DASH_DOT, DASH_DOT_DOT] = [
  [1, 0],
  [8, 5],
  [14, 4, 3, 4],
  [14, 4, 3, 4, 3, 4],
]
/** The dashes of the first three groups, the next three, and so on: colours repeat after six, lines after 24. */
const DASHES = [SOLID, DASHED, DASH_DOT, DASH_DOT_DOT, DASHED, SOLID, DASH_DOT_DOT, DASH_DOT]

/** Groups that have a line of their own. */
export const MOST_LINES = 3 * DASHES.length

export const colorOf = (group: number): string => TRIPLES[Math.floor(group / 3) % 2]![group % 3]!
/** Lengths of dash and gap of a group's line. */
export const dashOf = (group: number): number[] => DASHES[Math.floor(group / 3) % DASHES.length]!

/** The line by which charts, legends and tables know a group, as SVG: long enough to show its dashes. */
export const lineMarkup = (group: number): string =>
  `<svg class="swatch" width="36" height="8" viewBox="0 0 36 8" aria-hidden="true"><line x1="0" y1="4" x2="36" y2="4" stroke="${colorOf(group)}" stroke-width="3" stroke-dasharray="${dashOf(group).join(' ')}"/></svg>`

/** The curves of a group, one per run. */
export interface OverlaidGroup {
  label: string
  curves: Curve[]
}

/**
 * Curves of all groups over steps or seconds.
 *
 * @param info  what is drawn: its name on the axis, and its format
 * @param over  `seconds` when the first number of each point is a time. Default `steps`
 */
export function overlayChart(
  groups: readonly OverlaidGroup[],
  info: Omit<MetricInfo, 'axis'>,
  {
    theme = LIGHT,
    points = 400,
    compact = false,
    over = 'steps',
  }: ChartOptions & { over?: 'steps' | 'seconds' },
): EChartsOption {
  const options = { theme, points, compact }
  const curves = groups.flatMap((group) => group.curves)
  const ends = curves.flatMap((curve) => (curve.length > 0 ? [curve[0]![0], curve.at(-1)![0]] : []))
  const base = overSteps(over === 'seconds' ? 0 : Math.min(...ends), Math.max(...ends), options)
  const series = groups.flatMap(({ label, curves: those }, group): LineSeriesOption[] =>
    those.map((curve) => ({
      type: 'line',
      name: label,
      data: downsample(curve, points),
      // Few points are measurements to be seen one by one.
      symbol: curve.length <= 40 ? 'circle' : 'none',
      symbolSize: 4,
      lineStyle: { color: colorOf(group), width: those.length > 1 ? 1.5 : 2.25, type: dashOf(group) },
      itemStyle: { color: colorOf(group) },
      tooltip: { valueFormatter: (value) => formatMetric({ ...info, axis: 'left' }, Number(value)) },
    })),
  )
  const seconds = {
    name: 'Training time',
    axisLabel: { color: theme.muted, fontSize: 12, hideOverlap: true, formatter: formatDuration },
  }
  return {
    ...base,
    ...(over === 'seconds' ? { xAxis: { ...base.xAxis, ...seconds } as XAXisComponentOption } : {}),
    legend: {
      // A group without a curve has no line to be explained.
      data: groups.filter((group) => group.curves.length > 0).map(({ label }) => label),
      top: 6,
      itemWidth: compact ? 26 : 40,
      itemGap: compact ? 16 : 24,
      textStyle: { color: theme.ink, fontSize: 13 },
      ...(compact ? { left: 0 } : {}),
    },
    yAxis: [{ ...yAxis('left', { infos: [{ ...info, axis: 'left' }], curves }, options), name: info.label }],
    series,
  }
}
