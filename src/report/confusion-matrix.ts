// A confusion matrix as SVG: what images of each class are taken for.
import type { EChartsOption } from 'echarts'
import { format } from 'echarts/dist/echarts.esm.min'
import type { Classification } from '../runs/index.ts'
import { formatCount, formatPercent } from '../util/format.ts'
import { FONT, LIGHT } from './chart-parts.ts'
import { renderSvg } from './svg.ts'

/** Pixels of a square, of lettering, around everything, and of the longest name that is shown whole. */
const [CELL, SIZE, MARGIN, LONGEST] = [56, 15, 16, 126]
/** Room for the word beside an axis, and for the shares on the right. */
const [WORD, SHARES] = [1.6 * SIZE, 5 * SIZE]
/** Above so many classes the squares are small and have no numbers. */
const MOST_WITH_NUMBERS = 30

/** White to blue for right answers and to orange for wrong ones, both readable under dark ink up to a half. */
const COLORS = ['#d65a00', LIGHT.background, '#1f77b4']

/** Where a square lies on the scale of colours: right ones from 0 to 1, wrong ones from 0 to -1. */
function strengthOf(n: number, total: number, isRight: boolean): number {
  if (n === 0) return 0
  const share = n / Math.max(1, total)
  return isRight ? Math.max(0.06, 0.85 * share) : -Math.max(0.06, Math.min(1, Math.sqrt(5 * share)))
}

/**
 * Rows are the classes of images, columns those they are given; a last column holds the share of a row that is right.
 * The colour of a wrong square grows with the square root of its share, up to a fifth of the row: errors are few.
 */
export function confusionMatrix({ classes, confusion, perClass }: Classification): string {
  const numbers = classes.length <= MOST_WITH_NUMBERS
  const cell = numbers ? CELL : Math.max(6, Math.floor(900 / classes.length))
  const fontSize = numbers ? SIZE : Math.min(SIZE, cell)
  // Letters of other scripts are wider than Latin ones; the chart library knows.
  const widths = classes.map((name) => format.getTextRect(name, `${fontSize}px sans-serif`).width)
  const longest = Math.min(LONGEST, Math.max(...widths))
  const turned = !numbers || longest > cell - 6
  const room = Math.ceil(longest) + 12
  const [left, top] = [MARGIN + WORD + room, MARGIN + WORD + (turned ? room : WORD)]
  const side = cell * classes.length
  const names = {
    color: LIGHT.ink,
    fontSize,
    interval: 0,
    width: LONGEST,
    overflow: 'truncate',
    ellipsis: '…',
  } as const
  const word = { nameLocation: 'middle', nameTextStyle: { color: LIGHT.muted, fontSize: SIZE } } as const
  const bare = { type: 'category', axisLine: { show: false }, axisTick: { show: false } } as const
  const option: EChartsOption = {
    animation: false,
    backgroundColor: LIGHT.background,
    textStyle: { fontFamily: FONT },
    grid: { left, top, width: side, height: side, outerBoundsMode: 'none' },
    xAxis: {
      ...bare,
      ...word,
      position: 'top',
      data: [...classes],
      name: 'taken for',
      nameGap: top - MARGIN - SIZE,
      axisLabel: { ...names, rotate: turned ? -90 : 0, margin: 8 },
    },
    yAxis: [
      {
        ...bare,
        ...word,
        inverse: true,
        data: [...classes],
        name: 'is',
        nameGap: left - MARGIN - SIZE,
        axisLabel: { ...names, margin: 8 },
      },
      {
        ...bare,
        inverse: true,
        position: 'right',
        data: perClass.map(({ accuracy }) => (accuracy === null ? 'none' : formatPercent(accuracy))),
        name: 'right',
        nameLocation: 'start',
        nameGap: 10,
        nameTextStyle: { color: LIGHT.muted, fontSize: SIZE, align: 'left', padding: [0, 0, 0, 12] },
        axisLabel: { color: LIGHT.muted, fontSize, interval: 0, margin: 12 },
      },
    ],
    visualMap: { type: 'continuous', show: false, min: -1, max: 1, dimension: 2, inRange: { color: COLORS } },
    series: [
      {
        type: 'heatmap',
        silent: true,
        itemStyle: { borderColor: LIGHT.line, borderWidth: 1 },
        data: confusion.flatMap((row, is) =>
          row.map((n, given) => {
            const strength = strengthOf(n, perClass[is]!.n, is === given)
            const color = strength > 0.5 ? '#fffffe' : LIGHT.ink
            return {
              value: [given, is, strength],
              label: { show: numbers && n > 0, formatter: formatCount(n), color, fontSize },
            }
          }),
        ),
      },
    ],
  }
  return renderSvg(option, left + side + 12 + SHARES + MARGIN, top + side + MARGIN, 'Confusion matrix')
}
