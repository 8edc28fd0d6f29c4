// What a training left, for people.

import type { RunResult } from '../measuring/events.ts'
import { standingLines } from '../runs/index.ts'
import { formatBriefMetric, formatClock, formatCount, quoteArgument } from '../util/format.ts'
import { classificationLines } from './classification-text.ts'
import { formatPath } from './format-path.ts'
import type { ShownMetric } from './progress.ts'
import { plainStyle, type Style } from './style.ts'
import { wrapped } from './wrapped.ts'

/** Rows of two columns, the first padded to one width. */
export function columns(rows: readonly (readonly [string, string])[], style: Style = plainStyle): string[] {
  const width = Math.max(0, ...rows.map(([name]) => name.length))
  return rows.map(([name, value]) => `  ${style.faint(name.padEnd(width))}  ${value}`)
}

/** Paths by name, as one block. */
export const fileRows = (files: Readonly<Record<string, string>>, style: Style): string[] =>
  columns(
    Object.entries(files).map(([name, path]) => [name, formatPath(path)]),
    style,
  )

export function resultText(
  result: RunResult,
  metrics: readonly ShownMetric[],
  style: Style = plainStyle,
): string {
  const { outcome, step, steps, seconds, stepsPerSecond, files, folder } = result
  const done = step + 1
  const speed = seconds > 0 ? ` in ${formatClock(seconds)} (${stepsPerSecond.toFixed(1)} steps/s)` : ''
  const head =
    outcome === 'finished'
      ? style.good(`finished ${formatCount(steps)} steps${speed}`)
      : style.warn(`stopped after ${formatCount(done)} of ${formatCount(steps)} steps${speed}`)
  const known = metrics.filter(({ name }) => (result.metrics[name]?.n ?? 0) > 0)
  const rows = known.map(({ name, label, format }) => {
    const { mean, deviation } = result.metrics[name]!
    return [label, `${formatBriefMetric(mean, format)} ± ${formatBriefMetric(deviation, format)}`] as const
  })
  const { validation } = result
  const heldOut = metrics.flatMap(({ name, label, format = 'number' }) => {
    const value = validation?.[name]
    return value === undefined ? [] : [[label, formatBriefMetric(value, format)] as const]
  })
  const alarms = standingLines(result.standings, steps).map((line) =>
    line.startsWith('Warning') ? style.warn(line) : style.faint(line),
  )
  const n = known[0] ? result.metrics[known[0].name]!.n : 0
  const run = quoteArgument(formatPath(folder))
  return [
    head,
    ...(rows.length > 0
      ? ['', `mean and standard deviation over the last ${formatCount(n)} steps:`, ...columns(rows, style)]
      : []),
    ...(validation && heldOut.length > 0
      ? ['', `on the held-out images at step ${formatCount(validation.step)}:`, ...columns(heldOut, style)]
      : []),
    ...(alarms.length > 0 ? ['', ...alarms] : []),
    ...(result.classification ? ['', ...classificationLines(result.classification)] : []),
    ...(result.challenge?.verdict ? ['', ...wrapped(result.challenge.verdict.words, 100)] : []),
    '',
    ...fileRows({ ...files, 'run folder': folder }, style),
    ...(outcome === 'stopped'
      ? ['', `continue with: sparring resume ${run}`]
      : files.grid
        ? ['', `more samples: sparring sample ${run}`]
        : []),
  ].join('\n')
}
