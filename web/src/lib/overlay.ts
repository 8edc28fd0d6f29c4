// The chart of one number of several runs: what the report draws, with a scale, a part of the steps, and a tooltip of all runs.
import type { EChartsOption, YAXisComponentOption } from 'echarts'
import { type ChartTheme, DARK, LIGHT } from '../../../src/report/chart-parts.ts'
import { lineMarkup, overlayChart } from '../../../src/report/compare/overlay.ts'
import { escapeMarkup as safe } from '../../../src/report/escape.ts'
import type { RunRecord } from '../../../src/runs/record.ts'
import { type Curve, downsample, smooth } from '../../../src/statistics/curve.ts'
import { secondsAt } from '../../../src/statistics/quality.ts'
import { formatMetric } from '../../../src/statistics/summary.ts'
import { formatCount, formatDuration } from '../../../src/util/format.ts'
import type { SharedMetric } from './shared-metrics.ts'

export interface OverlaidRun {
  readonly name: string
  /** Which colour it has, from 0. */
  readonly slot: number
  readonly record: RunRecord
}

export interface OverlayOptions {
  /** Steps averaged; 1 for none. */
  readonly smoothing: number
  readonly over: 'steps' | 'seconds'
  readonly isLog: boolean
  /** The part that is shown, as shares of the whole. */
  readonly from: number
  readonly to: number
  readonly isDark: boolean
  /** For charts narrower than about 600 px. */
  readonly compact: boolean
}

/** Points drawn per curve. */
const POINTS = 600

/** The point nearest to `x` of a curve in order of x; undefined for none. */
export function nearest(curve: Curve, x: number): Curve[number] | undefined {
  let [low, high] = [0, curve.length - 1]
  while (low < high) {
    const middle = (low + high) >> 1
    if (curve[middle]![0] < x) low = middle + 1
    else high = middle
  }
  const [after, before] = [curve[low], curve[low - 1]]
  return before && after && x - before[0] < after[0] - x ? before : after
}

/** The curve of a run as it is drawn: averaged, its part, thinned out, over steps or seconds. */
function drawn(
  { record }: OverlaidRun,
  metric: SharedMetric,
  { smoothing, over, isLog }: OverlayOptions,
  [first, last]: readonly [number, number],
): Curve {
  const raw = metric.curve(record)
  const averaged = metric.wobbles ? smooth(raw, smoothing) : raw
  const timed: Curve =
    over === 'steps'
      ? averaged
      : downsample(averaged, 4 * POINTS).flatMap(([step, value]): Curve => {
          const seconds = secondsAt(record, step)
          return seconds === undefined ? [] : [[seconds, value]]
        })
  const inside = timed.filter(([x, value]) => x >= first && x <= last && (!isLog || value > 0))
  return downsample(inside, POINTS)
}

/** The last step, or second, of any run. */
function endOf(runs: readonly OverlaidRun[], metric: SharedMetric, over: OverlayOptions['over']): number {
  const ends = runs.map(({ record }) =>
    over === 'steps'
      ? (metric.curve(record).at(-1)?.[0] ?? 0)
      : record.timings.reduce((sum, { seconds }) => sum + seconds, 0),
  )
  return Math.max(1, ...ends)
}

/** All runs at one place of the x axis, as markup. */
function tooltipOf(
  curves: readonly { name: string; slot: number; curve: Curve }[],
  metric: SharedMetric,
  over: OverlayOptions['over'],
) {
  return (params: unknown): string => {
    const [first] = params as { axisValue: number }[]
    if (!first) return ''
    const place = over === 'steps' ? `Step ${formatCount(first.axisValue)}` : formatDuration(first.axisValue)
    const lines = curves.flatMap(({ name, slot, curve }) => {
      const point = nearest(curve, first.axisValue)
      if (!point) return []
      const value = formatMetric({ ...metric.info, axis: 'left' }, point[1])
      return [
        `<div style="display:flex;gap:8px;align-items:center">${lineMarkup(slot)}${safe(name)}<b style="margin-left:auto;padding-left:12px">${safe(value)}</b></div>`,
      ]
    })
    return `<b>${place}</b>${lines.join('')}`
  }
}

/** @param runs  those that have the number */
export function overlayOption(
  runs: readonly OverlaidRun[],
  metric: SharedMetric,
  options: OverlayOptions,
): EChartsOption {
  const { over, isLog, from, to, isDark, compact } = options
  const theme: ChartTheme = { ...(isDark ? DARK : LIGHT), background: 'transparent' }
  const end = endOf(runs, metric, over)
  const part = [from * end, to * end] as const
  const curves = runs.map((run) => ({ ...run, curve: drawn(run, metric, options, part) }))
  // A place per colour: where a run was taken out, the others keep theirs.
  const places = Array.from({ length: Math.max(...runs.map(({ slot }) => slot)) + 1 }, (_, slot) => {
    const here = curves.find((run) => run.slot === slot)
    return { label: here?.name ?? '', curves: here && here.curve.length > 0 ? [here.curve] : [] }
  })
  const { legend: _, ...base } = overlayChart(places, metric.info, { theme, compact, points: POINTS, over })
  const [left] = base.yAxis as YAXisComponentOption[]
  const { min: __, max: ___, interval: ____, ...free } = left as Record<string, unknown>
  return {
    ...base,
    grid: {
      left: compact ? 48 : 72,
      right: compact ? 14 : 24,
      top: compact ? 40 : 22,
      bottom: compact ? 46 : 56,
    },
    xAxis: { ...base.xAxis, min: part[0], max: part[1] } as NonNullable<EChartsOption['xAxis']>,
    yAxis: [isLog ? ({ ...free, type: 'log' } as YAXisComponentOption) : left!],
    tooltip: {
      trigger: 'axis',
      confine: true,
      backgroundColor: isDark ? '#232833' : '#ffffff',
      borderColor: theme.line,
      textStyle: { color: theme.ink, fontSize: 13 },
      formatter: tooltipOf(curves, metric, over),
    },
  }
}
