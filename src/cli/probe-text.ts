// What a probe found, for people.
import type { ProbeResult } from '../lifecycle/probe-run.ts'
import { type Found, intervalOf } from '../statistics/index.ts'
import { formatCount, formatPercent } from '../util/format.ts'
import { plainStyle, type Style } from './style.ts'
import { oneLine } from './visible.ts'

/** `93.12% (92.80 to 93.44)` */
function accuracy(found: Found): string {
  const interval = intervalOf(found)
  const mean = formatPercent(found.value!, 2)
  return interval
    ? `${mean} (${interval.map((end) => (100 * Math.min(1, Math.max(0, end))).toFixed(2)).join(' to ')})`
    : mean
}

const FROM = {
  run: 'features',
  random: 'features of random weights, of each draw others',
  pixels: 'pixels',
} as const

/** A table with a row for each number of labels, and under it how it was made. */
export function probeText(subject: string, result: ProbeResult, style: Style = plainStyle): string {
  const { features, data, draws, rows, step, k } = result
  const table = [
    ['labels', 'linear probe', `${k} nearest`],
    ...rows.map(({ labels, linear, nearest }) => [
      labels === 'all' ? `all ${formatCount(data.count)}` : formatCount(labels),
      accuracy(linear),
      accuracy(nearest),
    ]),
  ]
  const widths = [0, 1].map((column) => Math.max(...table.map((row) => row[column]!.length)))
  const lines = table.map((row, i) => {
    const line = `  ${row.map((cell, column) => cell.padEnd(widths[column] ?? 0)).join('  ')}`.trimEnd()
    return i === 0 ? style.faint(line) : line
  })
  const of =
    features.network === undefined
      ? ''
      : ` of ${oneLine(features.network)} at ${oneLine(features.layer ?? '')}`
  const when = step === undefined ? '' : `, step ${formatCount(step)}`
  const spread =
    draws.length > 1
      ? `means of ${draws.length} draws of labels, equally many of each class, with their 95% intervals`
      : 'one draw of labels, equally many of each class'
  return [
    `${oneLine(subject)} on ${oneLine(data.name)}: ${FROM[features.from]}${of}, ${formatCount(features.size)} numbers${when}`,
    '',
    ...lines,
    '',
    style.faint(`accuracy on ${formatCount(data.heldOut)} held-out images; ${spread}`),
  ].join('\n')
}
