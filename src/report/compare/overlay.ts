// One number of several groups in one chart: a colour per group, a line per run.
import type { EChartsOption, LineSeriesOption, XAXisComponentOption } from 'echarts'
import type { MetricInfo } from '../../runs/index.ts'
import { type ChartOptions, LIGHT, overSteps, yAxis } from '../chart-parts.ts'
import { type Curve, downsample } from '../curve.ts'
import { formatDuration } from '../format.ts'
import { formatMetric } from '../summary.ts'

/** Colours of groups, in their order: the IBM colour-blind-safe palette, blue and orange first. */
const PALETTE = ['#648fff', '#fe6100', '#785ef0', '#dc267f', '#ffb000', '#009e73']
/** Beyond six groups colours repeat, but lines are dashed. */
const DASHES = [
  [1, 0],
  [8, 5],
  [2, 4],
]

export const colorOf = (group: number): string => PALETTE[group % PALETTE.length]!
const dashOf = (group: number): number[] => DASHES[Math.floor(group / PALETTE.length) % DASHES.length]!

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
