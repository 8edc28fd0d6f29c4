// Parts that the charts of a run share: themes, axes, the frame of a chart over steps.
import type { EChartsOption, GridComponentOption, YAXisComponentOption } from 'echarts'
import type { EventRow, MetricInfo } from '../runs/index.ts'
import type { Curve } from '../statistics/curve.ts'
import { formatCount } from '../util/format.ts'

/** Colours of everything in a chart but curves of several, which have the same on any page. */
export interface ChartTheme {
  background: string
  /** A curve that is alone. */
  accent: string
  ink: string
  muted: string
  line: string
  severity: Record<EventRow['severity'], string>
}

/** Dark ink on white: for files, which may lie on a page of any colour. */
export const LIGHT: ChartTheme = {
  background: '#ffffff',
  accent: '#5b43d6',
  ink: '#1b1f27',
  muted: '#5b6270',
  line: '#e3e6eb',
  severity: { info: '#8a93a3', warning: '#b26a00', error: '#c21e1e' },
}

/** Light ink on nothing: for a dark page that lends its own background. */
export const DARK: ChartTheme = {
  background: 'transparent',
  accent: '#a99bff',
  ink: '#e8eaee',
  muted: '#a3acba',
  line: '#2c323d',
  severity: { info: '#7d8696', warning: '#ffb000', error: '#ff6b6b' },
}

const coloursOf = ({ severity, accent, ink, muted, line }: ChartTheme): string[] => [
  accent,
  ink,
  muted,
  line,
  ...Object.values(severity),
]
const DARK_OF = new Map(coloursOf(LIGHT).map((colour, i) => [colour, coloursOf(DARK)[i]!]))

/** A chart on nothing with light's colours, as SVG text, with those of the dark: to draw it again would take a hundred times as long. */
export const darkened = (svg: string): string =>
  svg.replace(/#[0-9a-f]{6}\b/g, (colour) => DARK_OF.get(colour) ?? colour)

export interface ChartOptions {
  theme?: ChartTheme
  /** Drawn points per curve. Default 1000 */
  points?: number
  /** For charts narrower than about 600 px: axis names above the axes, fewer ticks. Default false */
  compact?: boolean
}

/** First and last step shown of a chart. */
export type StepRange = readonly [from: number, to: number]

/** No quotes and no spaces in names: this list goes into style attributes. */
export const FONT = 'system-ui,Helvetica,Arial,sans-serif'

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
export interface Side {
  infos: readonly MetricInfo[]
  curves: readonly Curve[]
}

/** A y axis for the metrics of one side. */
export function yAxis(
  side: 'left' | 'right',
  { infos, curves }: Side,
  { theme, compact }: Required<ChartOptions>,
  scale: 'value' | 'log' = 'value',
): YAXisComponentOption {
  const percent = infos.length > 0 && infos.every(({ format }) => format === 'percent')
  // Where every power of ten is as high as the next, spikes flatten nothing.
  const ceiling = percent ? 1 : scale === 'log' ? undefined : ceilingOf(curves)
  const cut = !percent && ceiling !== undefined ? ' (spikes cut)' : ''
  return {
    type: scale,
    show: infos.length > 0,
    position: side,
    name: axisName(infos.map(({ label }) => label)) + cut,
    nameLocation: compact ? 'end' : 'middle',
    nameRotate: compact ? 0 : side === 'left' ? 90 : -90,
    nameGap: compact ? 22 : 46,
    nameTextStyle: { color: theme.ink, fontSize: 13, align: compact ? side : 'center' },
    ...(percent && scale === 'value' ? { min: 0, interval: compact ? 0.25 : 0.2 } : {}),
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

/** Margins around the curves; a legend needs room above them. */
export const plotArea = (compact: boolean, legend: boolean): GridComponentOption => ({
  left: compact ? 44 : 72,
  right: compact ? 48 : 78,
  top: legend ? (compact ? 98 : 52) : compact ? 44 : 20,
  bottom: compact ? 46 : 56,
  outerBoundsMode: 'none',
})

/** Margins of a chart without a legend: the upper one has room for the numbers of events. */
export const barePlotArea = (compact: boolean): GridComponentOption => ({
  ...plotArea(compact, false),
  top: compact ? 48 : 28,
})

/** What all charts over steps share. */
export function overSteps(
  from: number,
  to: number,
  { theme, compact }: Required<ChartOptions>,
): EChartsOption {
  return {
    animation: false,
    backgroundColor: theme.background,
    textStyle: { fontFamily: FONT, color: theme.ink },
    grid: plotArea(compact, true),
    tooltip: { trigger: 'axis' },
    xAxis: {
      type: 'value',
      min: from,
      max: Math.max(to, from + 1),
      minInterval: 1,
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
