// ECharts options for the curves of a run: pure data, the same for SVG files, the report and a live page.
import type { EChartsOption, LineSeriesOption, YAXisComponentOption } from 'echarts'
import type { EventRow, MetricInfo, RunRecord } from '../runs/index.ts'
import { type Curve, curveOf, downsample, smooth } from './curve.ts'
import { formatCount } from './format.ts'
import { formatMetric, stepTimes } from './summary.ts'

/** Colours of everything in a chart but its curves. */
export interface ChartTheme {
  background: string
  ink: string
  muted: string
  line: string
  severity: Record<EventRow['severity'], string>
}

/** Dark ink on white: for files, which may lie on a page of any colour. */
export const LIGHT: ChartTheme = {
  background: '#ffffff',
  ink: '#1b1f27',
  muted: '#5b6270',
  line: '#e3e6eb',
  severity: { info: '#8a93a3', warning: '#b26a00', error: '#c21e1e' },
}

/** Light ink on nothing: for a dark page that lends its own background. */
export const DARK: ChartTheme = {
  background: 'transparent',
  ink: '#e8eaee',
  muted: '#a3acba',
  line: '#2c323d',
  severity: { info: '#7d8696', warning: '#ffb000', error: '#ff6b6b' },
}

export interface ChartOptions {
  theme?: ChartTheme
  /** Drawn points per curve. Default 1000 */
  points?: number
  /** For charts narrower than about 600 px: axis names above the axes, fewer ticks. Default false */
  compact?: boolean
}

/** The IBM colour-blind-safe palette, for metrics without a colour of their own. */
const PALETTE = ['#648fff', '#dc267f', '#fe6100', '#785ef0', '#ffb000']

/** Lengths of dash and gap, in pixels; a dash without a gap is a solid line. */
const DASHES = { solid: [1, 0], dashed: [9, 5], dotted: [2, 4], dashDot: [11, 4, 2, 4] } as const

const dashOf = ({ dash = 'solid' }: MetricInfo): readonly number[] => DASHES[dash]

/** No quotes and no spaces in names: this list goes into style attributes. */
const FONT = 'system-ui,Helvetica,Arial,sans-serif'

/** The window of the strong line when none is given: one fiftieth of the run, but at most 500 steps. */
export const defaultSmoothing = (steps: number): number => Math.min(500, Math.max(1, Math.round(steps / 50)))

/** `Loss` for "Generator loss" and "Discriminator loss": the last word they share, otherwise all labels. */
export function axisName(labels: readonly string[]): string {
  const last = labels.map((label) => label.split(' ').at(-1)!.toLowerCase())
  const name = last.every((word) => word === last[0]) ? (last[0] ?? '') : labels.join(', ')
  return name.charAt(0).toUpperCase() + name.slice(1)
}

/**
 * Upper end of an axis. A spike of a few steps must not flatten everything else: beyond twice what 99.5% of
 * the values stay under, curves are cut at the top.
 */
function ceilingOf(curves: readonly Curve[]): number | undefined {
  const values = curves.flat().map(([, value]) => value)
  if (values.length < 200) return undefined
  const sorted = Float64Array.from(values).sort()
  const usual = sorted[Math.floor(0.995 * (sorted.length - 1))]!
  const highest = sorted[sorted.length - 1]!
  return usual > 0 && highest > 2 * usual ? 2 * usual : undefined
}

/** The metrics of one axis with their curves. */
interface Side {
  infos: readonly MetricInfo[]
  curves: readonly Curve[]
}

function yAxis(
  side: 'left' | 'right',
  { infos, curves }: Side,
  { theme, compact }: Required<ChartOptions>,
): YAXisComponentOption {
  const percent = infos.length > 0 && infos.every(({ format }) => format === 'percent')
  const ceiling = percent ? 1 : ceilingOf(curves)
  const cut = !percent && ceiling !== undefined ? ' (spikes cut)' : ''
  return {
    type: 'value',
    show: infos.length > 0,
    position: side,
    name: axisName(infos.map(({ label }) => label)) + cut,
    nameLocation: compact ? 'end' : 'middle',
    nameRotate: compact ? 0 : side === 'left' ? 90 : -90,
    nameGap: compact ? 22 : 46,
    nameTextStyle: { color: theme.ink, fontSize: 13, align: compact ? side : 'center' },
    ...(percent ? { min: 0, interval: compact ? 0.25 : 0.2 } : {}),
    ...(ceiling === undefined ? {} : { max: ceiling }),
    splitNumber: compact ? 4 : 5,
    axisLabel: {
      color: theme.muted,
      fontSize: 12,
      showMaxLabel: percent || ceiling === undefined,
      formatter: (value) => (percent ? `${Math.round(100 * value)}%` : String(Number(value.toPrecision(6)))),
    },
    axisLine: { show: false },
    axisTick: { show: false },
    // One set of grid lines is enough.
    splitLine: { show: side === 'left', lineStyle: { color: theme.line } },
  }
}

/** What all charts over steps share. */
function overSteps(from: number, to: number, { theme, compact }: Required<ChartOptions>): EChartsOption {
  return {
    animation: false,
    backgroundColor: theme.background,
    textStyle: { fontFamily: FONT, color: theme.ink },
    grid: {
      left: compact ? 44 : 72,
      right: compact ? 48 : 78,
      top: compact ? 98 : 52,
      bottom: compact ? 46 : 56,
      outerBoundsMode: 'none',
    },
    tooltip: { trigger: 'axis' },
    xAxis: {
      type: 'value',
      min: from,
      max: Math.max(to, from + 1),
      name: 'Step',
      nameLocation: 'middle',
      nameGap: 30,
      nameTextStyle: { color: theme.ink, fontSize: 13 },
      splitNumber: compact ? 3 : 8,
      axisLabel: {
        color: theme.muted,
        fontSize: 12,
        hideOverlap: true,
        showMaxLabel: !compact,
        formatter: formatCount,
      },
      axisLine: { lineStyle: { color: theme.muted } },
      axisTick: { lineStyle: { color: theme.muted } },
      splitLine: { show: false },
    },
  }
}

/**
 * What is written above the line of each event: its number in the report's list, one label for neighbours that
 * lie too close to be told apart.
 */
function eventLabels(events: readonly EventRow[], distance: number): string[] {
  const labels = events.map((_, index) => String(index + 1))
  let first = 0
  events.forEach(({ step }, index) => {
    if (index === 0 || step - events[first]!.step >= distance) first = index
    else {
      labels[first] = `${first + 1}–${index + 1}`
      labels[index] = ''
    }
  })
  return labels
}

/** A vertical line per event. */
function eventMarks(events: readonly EventRow[], length: number, theme: ChartTheme): LineSeriesOption {
  const labels = eventLabels(events, length / 25)
  const data = events.map(({ step, severity }, index) => {
    const color = theme.severity[severity]
    return {
      xAxis: step,
      lineStyle: { color, type: 'dashed' as const, width: 1.25 },
      label: {
        show: labels[index] !== '',
        formatter: labels[index]!,
        color,
        fontSize: 12,
        fontWeight: 'bold' as const,
        distance: 4,
      },
    }
  })
  return {
    type: 'line',
    name: 'events',
    data: [],
    silent: true,
    markLine: { symbol: 'none', silent: true, animation: false, data },
  }
}

/**
 * The learning curves: every metric of the run over its steps, losses on the left axis, ratios on the right;
 * a thin line as recorded, and a strong one smoothed. Events are marked by their number.
 *
 * @param smoothing  steps averaged by the strong line; 1 for none. Default `defaultSmoothing`
 */
export function learningCurves(
  record: RunRecord,
  { smoothing, theme = LIGHT, points = 1000, compact = false }: ChartOptions & { smoothing?: number } = {},
): EChartsOption {
  const options = { theme, points, compact }
  const window = smoothing ?? defaultSmoothing(record.metrics.length)
  const drawn = record.config.metrics.map((info, index) => ({
    info,
    color: info.color ?? PALETTE[index % PALETTE.length]!,
    raw: curveOf(record.metrics, info.name),
  }))
  const sideOf = (axis: MetricInfo['axis']): Side => {
    const those = drawn.filter(({ info }) => info.axis === axis)
    return { infos: those.map(({ info }) => info), curves: those.map(({ raw }) => raw) }
  }
  const strong = drawn.map(
    ({ info, color, raw }): LineSeriesOption => ({
      type: 'line',
      name: info.label,
      yAxisIndex: info.axis === 'left' ? 0 : 1,
      data: downsample(smooth(raw, window), Math.ceil(points / 2)),
      symbol: 'none',
      z: 4,
      lineStyle: { color, width: 2.25, type: [...dashOf(info)] },
      itemStyle: { color },
      tooltip: { valueFormatter: (value) => formatMetric(info, Number(value)) },
    }),
  )
  const thin = drawn.map(
    ({ info, color, raw }): LineSeriesOption => ({
      type: 'line',
      name: info.label,
      yAxisIndex: info.axis === 'left' ? 0 : 1,
      data: downsample(raw, points),
      symbol: 'none',
      silent: true,
      z: 3,
      lineStyle: { color, width: 1, opacity: 0.3 },
      itemStyle: { color },
      tooltip: { show: false },
    }),
  )
  const from = record.metrics[0]?.step ?? 0
  const to = record.metrics.at(-1)?.step ?? 1
  return {
    ...overSteps(from, to, options),
    legend: {
      data: drawn.map(({ info }) => info.label),
      top: 6,
      itemWidth: 40,
      // Lines only: the curves have no symbols.
      itemStyle: { opacity: 0 },
      itemGap: compact ? 12 : 24,
      textStyle: { color: theme.ink, fontSize: 13 },
      ...(compact ? { left: 0 } : {}),
    },
    yAxis: [yAxis('left', sideOf('left'), options), yAxis('right', sideOf('right'), options)],
    series: [...strong, ...(window > 1 ? thin : []), eventMarks(record.events, to - from, theme)],
  }
}

/** Milliseconds per step over the course of the run. */
export function speedCurve(
  record: RunRecord,
  { theme = LIGHT, points = 600, compact = false }: ChartOptions = {},
): EChartsOption {
  const options = { theme, points, compact }
  const curve: Curve = stepTimes(record)
  const info: MetricInfo = { name: 'milliseconds', label: 'Milliseconds per step', axis: 'left' }
  return {
    ...overSteps(record.metrics[0]?.step ?? 0, record.metrics.at(-1)?.step ?? 1, options),
    yAxis: [{ ...yAxis('left', { infos: [info], curves: [curve] }, options), name: 'ms per step' }],
    series: [
      {
        type: 'line',
        name: info.label,
        data: downsample(curve, points),
        symbol: 'none',
        lineStyle: { color: PALETTE[0]!, width: 1.75 },
        itemStyle: { color: PALETTE[0]! },
      },
    ],
  }
}
