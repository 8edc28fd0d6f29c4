// The curves of an audit: accuracy over the size of the change, success over questions.
import type { EChartsOption } from 'echarts'
import { formatCount } from '../../util/format.ts'
import { type ChartOptions, FONT, LIGHT, plotArea } from '../chart-parts.ts'

type Point = readonly [x: number, share: number]

/**
 * A share, from 0 to 100%, over something else.
 *
 * @param mark  a place on the x axis that is pointed out, with its words
 */
export function shareCurve(
  points: readonly Point[],
  name: string,
  shareName: string,
  { theme = LIGHT, compact = false }: Pick<ChartOptions, 'theme' | 'compact'>,
  mark?: { readonly at: number; readonly words: string },
): EChartsOption {
  const color = theme.accent
  return {
    animation: false,
    backgroundColor: theme.background,
    textStyle: { fontFamily: FONT, color: theme.ink },
    grid: { ...plotArea(compact, false), right: compact ? 20 : 36, top: compact ? 44 : 28 },
    xAxis: {
      type: 'value',
      min: 0,
      name,
      nameLocation: 'middle',
      nameGap: 30,
      nameTextStyle: { color: theme.ink, fontSize: 13 },
      splitNumber: compact ? 4 : 8,
      axisLabel: {
        color: theme.muted,
        fontSize: 12,
        hideOverlap: true,
        formatter: (value: number) =>
          Number.isInteger(value) ? formatCount(value) : String(Number(value.toPrecision(3))),
      },
      axisLine: { lineStyle: { color: theme.muted } },
      axisTick: { lineStyle: { color: theme.muted } },
      splitLine: { show: false },
    },
    yAxis: {
      type: 'value',
      min: 0,
      max: 1,
      interval: 0.25,
      name: shareName,
      nameLocation: compact ? 'end' : 'middle',
      nameRotate: compact ? 0 : 90,
      nameGap: compact ? 18 : 46,
      nameTextStyle: { color: theme.ink, fontSize: 13, align: compact ? 'left' : 'center' },
      axisLabel: {
        color: theme.muted,
        fontSize: 12,
        formatter: (value: number) => `${Math.round(100 * value)}%`,
      },
      axisLine: { show: false },
      axisTick: { show: false },
      splitLine: { lineStyle: { color: theme.line } },
    },
    series: [
      {
        type: 'line',
        data: points.map(([x, share]) => [x, share]),
        lineStyle: { color, width: 2.5 },
        itemStyle: { color },
        symbol: 'circle',
        symbolSize: points.length > 30 ? 0 : 7,
        ...(mark
          ? {
              markLine: {
                silent: true,
                symbol: 'none',
                lineStyle: { color: theme.muted, type: 'dashed' },
                label: { formatter: mark.words, color: theme.ink, position: 'insideStartTop', fontSize: 12 },
                data: [{ xAxis: mark.at }],
              },
            }
          : {}),
      },
    ],
  }
}
