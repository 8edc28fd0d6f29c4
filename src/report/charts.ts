// ECharts options for the curves of a run: pure data, the same for SVG files, the report and a live page.
import type { EChartsOption, LineSeriesOption } from 'echarts'
import type { EventRow, MetricInfo, RunRecord } from '../runs/index.ts'
import { type Curve, curveOf, cut, downsample, smooth } from '../statistics/curve.ts'
import { formatMetric, stepTimes, validationLabel } from '../statistics/summary.ts'
import {
  barePlotArea,
  type ChartOptions,
  type ChartTheme,
  LIGHT,
  overSteps,
  plotArea,
  type Side,
  type StepRange,
  yAxis,
} from './chart-parts.ts'

/** The IBM colour-blind-safe palette, for metrics without a colour of their own. */
const PALETTE = ['#648fff', '#dc267f', '#fe6100', '#785ef0', '#ffb000']

/** Lengths of dash and gap, in pixels; a dash without a gap is a solid line. */
const DASHES = {
  solid: [1, 0],
  dashed: [9, 5],
  dashDot: [11, 4, 2, 4],
  dashDotDot: [11, 4, 2, 4, 2, 4],
} as const
/** The line of what was measured on held-out images, and no other. */
const HELD_OUT = [2, 4]

/** Lengths of dash and gap of a metric's curve, in pixels. */
export const dashOf = ({ dash = 'solid' }: MetricInfo): readonly number[] => DASHES[dash]

/** The window of the strong line when none is given: one fiftieth of the run, but at most 500 steps. */
export const defaultSmoothing = (steps: number): number => Math.min(500, Math.max(1, Math.round(steps / 50)))

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

/** Choices of whoever looks at the learning curves. */
export interface CurveChoices {
  /** Steps averaged by the strong line; 1 for none. Default `defaultSmoothing` */
  smoothing?: number
  /** Steps shown; a part is drawn with as many points as the whole. Default all */
  range?: StepRange | undefined
  /** A logarithmic left axis, without what is not above 0. Default false */
  logarithmic?: boolean
  /** Names of metrics that are left out. Default none */
  hidden?: ReadonlySet<string>
  /** Whether there is a legend; without one, the page has its own. Default true */
  legend?: boolean
  /**
   * The curve of a metric averaged over a window, 1 for as recorded, for callers that keep curves from one drawing to
   * the next. Default: made from the rows
   */
  curveOf?: (name: string, window: number) => Curve
}

/** The colour of a metric's curve: its own, or one of the palette by its place in the config. */
export const metricColor = ({ color }: MetricInfo, index: number): string =>
  color ?? PALETTE[index % PALETTE.length]!

/**
 * The learning curves: every metric of the run over its steps, losses on the left axis, ratios on the right;
 * a thin line as recorded, and a strong one smoothed. What was measured on held-out images is a dotted line, of
 * the first metric, the one that is minimized. Events are marked by their number.
 */
export function learningCurves(
  record: RunRecord,
  {
    smoothing,
    range,
    logarithmic = false,
    hidden,
    legend = true,
    curveOf: averaged = (name, window) => smooth(curveOf(record.metrics, name), window),
    theme = LIGHT,
    points = 1000,
    compact = false,
  }: ChartOptions & CurveChoices = {},
): EChartsOption {
  const options = { theme, points, compact }
  const window = smoothing ?? defaultSmoothing(record.metrics.length)
  const scale = logarithmic ? 'log' : 'value'
  /** What can be shown of a curve. */
  const shown = (curve: Curve, { axis }: MetricInfo): Curve => {
    const part = range ? cut(curve, range) : curve
    return logarithmic && axis === 'left' ? part.filter(([, value]) => value > 0) : part
  }
  const drawn = record.config.metrics
    .map((info, index) => ({ info, color: metricColor(info, index) }))
    .filter(({ info }) => !hidden?.has(info.name))
    .map((metric) => ({ ...metric, raw: shown(averaged(metric.info.name, 1), metric.info) }))
  const sideOf = (axis: MetricInfo['axis']): Side => {
    const those = drawn.filter(({ info }) => info.axis === axis)
    return { infos: those.map(({ info }) => info), curves: those.map(({ raw }) => raw) }
  }
  const strong = drawn.map(
    ({ info, color }): LineSeriesOption => ({
      type: 'line',
      name: info.label,
      yAxisIndex: info.axis === 'left' ? 0 : 1,
      data: downsample(shown(averaged(info.name, window), info), Math.ceil(points / 2)),
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
  const heldOut = drawn.slice(0, 1).flatMap(({ info }): LineSeriesOption[] => {
    const data = shown(curveOf(record.validation, info.name), info)
    if (data.length === 0) return []
    return [
      {
        type: 'line',
        name: validationLabel(info),
        yAxisIndex: info.axis === 'left' ? 0 : 1,
        data: downsample(data, Math.ceil(points / 2)),
        symbol: 'none',
        z: 5,
        lineStyle: { color: theme.ink, width: 1.75, type: HELD_OUT },
        itemStyle: { color: theme.ink },
        tooltip: { valueFormatter: (value) => formatMetric(info, Number(value)) },
      },
    ]
  })
  const from = record.metrics[0]?.step ?? 0
  const to = record.metrics.at(-1)?.step ?? 1
  return {
    ...overSteps(from, to, options),
    ...(legend ? {} : { grid: barePlotArea(compact) }),
    legend: {
      show: legend,
      data: [...drawn.map(({ info }) => info.label), ...heldOut.map(({ name }) => String(name))],
      top: 6,
      itemWidth: compact ? 26 : 40,
      // Lines only: the curves have no symbols.
      itemStyle: { opacity: 0 },
      itemGap: compact ? 16 : 24,
      textStyle: { color: theme.ink, fontSize: 13 },
      ...(compact ? { left: 0 } : {}),
    },
    yAxis: [yAxis('left', sideOf('left'), options, scale), yAxis('right', sideOf('right'), options)],
    series: [
      ...strong,
      ...heldOut,
      ...(window > 1 ? thin : []),
      eventMarks(record.events, range ? range[1] - range[0] : to - from, theme),
    ],
  }
}

/**
 * One measure of samples over the steps of the run, on the step axis of the learning curves. Values that were not
 * finite are left out.
 *
 * @param info  the column of the evaluations, and how it is called and written
 */
export function measureCurve(
  record: RunRecord,
  info: MetricInfo,
  { range, theme = LIGHT, points = 600, compact = false }: ChartOptions & Pick<CurveChoices, 'range'> = {},
): EChartsOption {
  const options = { theme, points, compact }
  const whole = curveOf(record.evaluations, info.name)
  const curve = range ? cut(whole, range) : whole
  const color = metricColor(info, 0)
  return {
    ...overSteps(record.metrics[0]?.step ?? 0, record.metrics.at(-1)?.step ?? 1, options),
    grid: barePlotArea(compact),
    yAxis: [{ ...yAxis('left', { infos: [info], curves: [curve] }, options), name: info.label }],
    series: [
      {
        type: 'line',
        name: info.label,
        data: downsample(curve, points),
        symbol: 'circle',
        symbolSize: 6,
        lineStyle: { color, width: 2 },
        itemStyle: { color },
        tooltip: { valueFormatter: (value) => formatMetric(info, Number(value)) },
      },
    ],
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
    grid: plotArea(options.compact, false),
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
