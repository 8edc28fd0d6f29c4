// The curves of a run that is challenged: what its networks reach as they learn, newcomers against them, and goals as lines.
import type { EChartsOption, LineSeriesOption } from 'echarts'
import type { MetricInfo, RunRecord } from '../runs/index.ts'
import { type Curve, curveOf, downsample, smooth } from '../statistics/curve.ts'
import { formatMetric } from '../statistics/summary.ts'
import { type ChartOptions, LIGHT, overSteps, plotArea, yAxis } from './chart-parts.ts'
import { defaultSmoothing, metricColor } from './charts.ts'

/** What is known of a challenge: numbers of its log, and which of them are to reach what. */
export interface ChallengeForm {
  readonly metrics: readonly MetricInfo[]
  readonly goals: readonly {
    readonly metric: string
    readonly value: number
    readonly is: 'below' | 'atLeast'
  }[]
}

/** Lengths of dash and gap, so that lines are told apart without their colours. */
const DASHES = [
  [1, 0],
  [9, 5],
  [11, 4, 2, 4],
] as const

/** A goal in words: `under 0.05`. */
export const goalText = ({ is, value }: Pick<ChallengeForm['goals'][number], 'is' | 'value'>): string =>
  `${is === 'below' ? 'under' : 'at least'} ${Number(value.toPrecision(3))}`

/**
 * Numbers that the training logs at every step are lines, averaged over the usual window; what only newcomers tell are points, joined. Goals
 * are dotted lines across.
 *
 * @param judges  newcomers after the training: how each fared, drawn at its last step as points of the metric of this name
 */
export function challengeCurves(
  record: Pick<RunRecord, 'config' | 'metrics' | 'challenges'>,
  { metrics, goals }: ChallengeForm,
  {
    theme = LIGHT,
    points = 600,
    compact = false,
    judges,
  }: ChartOptions & { judges?: { readonly metric: string; readonly numbers: readonly number[] } } = {},
): EChartsOption {
  const options = { theme, points, compact }
  const last = record.metrics.at(-1)?.step ?? 1
  const logged = new Set(record.config.metrics.map(({ name }) => name))
  const drawn = metrics.map((info, i) => {
    const isLine = logged.has(info.name)
    const curve: Curve = isLine
      ? smooth(curveOf(record.metrics, info.name), defaultSmoothing(record.metrics.length))
      : curveOf(record.challenges, info.name)
    return { info, curve, isLine, color: metricColor(info, i), dash: DASHES[i % DASHES.length]! }
  })
  const series = drawn.flatMap(({ info, curve, isLine, color, dash }): LineSeriesOption[] => {
    const valueFormatter = (value: unknown): string => formatMetric(info, Number(value))
    const judged = judges?.metric === info.name ? judges.numbers : []
    return [
      {
        type: 'line',
        name: info.label,
        data: downsample(curve, points),
        symbol: isLine ? 'none' : 'circle',
        symbolSize: 7,
        lineStyle: { color, width: 2.25, type: [...dash] },
        itemStyle: { color },
        tooltip: { valueFormatter },
        markLine: {
          silent: true,
          symbol: 'none',
          animation: false,
          data: goals
            .filter(({ metric }) => metric === info.name)
            .map((goal) => ({
              yAxis: goal.value,
              lineStyle: { color, type: [2, 4] as number[], width: 1.75 },
              label: {
                formatter: `${compact ? '' : `${info.label}: `}${goalText(goal)}`,
                // Where curves that reach it are not.
                position: goal.is === 'below' ? ('insideEndTop' as const) : ('insideEndBottom' as const),
                color: theme.ink,
                fontSize: 12,
              },
            })),
        },
      },
      ...(judged.length > 0
        ? [
            {
              type: 'line' as const,
              name: info.label,
              data: judged.map((value) => [last, value]),
              symbol: 'diamond',
              symbolSize: 10,
              lineStyle: { opacity: 0 },
              itemStyle: { color },
              tooltip: { valueFormatter },
            },
          ]
        : []),
    ]
  })
  return {
    ...overSteps(record.metrics[0]?.step ?? 0, last, options),
    grid: { ...plotArea(compact, true), right: compact ? 16 : 28 },
    legend: {
      data: drawn.map(({ info }) => info.label),
      top: 6,
      itemWidth: compact ? 26 : 40,
      itemGap: compact ? 16 : 24,
      textStyle: { color: theme.ink, fontSize: 13 },
      ...(compact ? { left: 0 } : {}),
    },
    yAxis: [
      {
        // Nothing is cut: goals are part of what is to be seen.
        ...yAxis('left', { infos: metrics, curves: [] }, options),
        // The legend says it.
        name: '',
        max: ({ max }) => Math.max(max, ...goals.map(({ value }) => 1.05 * value)),
        axisLabel: { color: theme.muted, fontSize: 12, showMaxLabel: false },
      },
    ],
    series,
  }
}
