// What `evaluate` found, for people.
import { type Evaluation, type MeasureRecord, measuredOf } from '../runs/index.ts'
import { formatCount, formatPercent } from '../util/format.ts'
import { spreadText } from '../util/spread-text.ts'
import { plainStyle, type Style } from './style.ts'
import { oneLine } from './visible.ts'

const BETTER = {
  lower: 'lower is better',
  higher: 'higher is better',
  floor: 'best as for real images',
} as const

/** `5.12 ± 0.08`, or `none`. */
function amount(
  found: { readonly value: number | null; readonly spread?: number | undefined } | undefined,
  format: MeasureRecord['format'],
): string {
  if (!found) return ''
  if (found.value === null) return 'none'
  return spreadText(found.value, found.spread, format === 'percent' ? { factor: 100, unit: '%' } : {})
}

/** Classes of which each is told; of more the worst. */
const TOLD_CLASSES = 20

/** How often samples of each class are named as asked; of many classes those that are named so least. */
function byClass({ conditional }: Evaluation): string[] {
  if (!conditional) return []
  const { classes, asked, right } = conditional
  const all = classes.flatMap((name, label) =>
    asked[label]! > 0 ? [{ name, share: right[label]! / asked[label]! }] : [],
  )
  const many = all.length > TOLD_CLASSES
  const told = many ? all.toSorted((a, b) => a.share - b.share).slice(0, TOLD_CLASSES) : all
  const each = told.map(({ name, share }) => `${oneLine(name)} ${formatPercent(share, 1)}`)
  return [
    '',
    `  named as asked${many ? `, the least of ${formatCount(all.length)} classes` : ''}: ${each.join(', ')}`,
  ]
}

/** A table of the measures, and under it how they were taken. */
export function evaluationText(run: string, evaluation: Evaluation, style: Style = plainStyle): string {
  const { measures, protocol, extractor, data, step } = evaluation
  const rows = measures.map((measure) => [
    oneLine(measure.label),
    amount(measure, measure.format),
    amount(measure.floor, measure.format),
    BETTER[measure.better],
  ])
  const { what, beside, explained } = measuredOf(evaluation)
  const table = [['', what, beside, ''], ...rows]
  const widths = [0, 1, 2].map((at) => Math.max(...table.map((row) => row[at]!.length)))
  const lines = table.map((row, at) => {
    const [name, value, floor, better] = row.map((cell, column) => cell.padEnd(widths[column] ?? 0)) as [
      string,
      string,
      string,
      string,
    ]
    const line = `  ${name}  ${value}  ${style.faint(`${floor}  ${better}`.trimEnd())}`
    return at === 0 ? style.faint(line) : line
  })
  const notes = measures.flatMap(({ label, reason, caveat }) => {
    const note = reason ?? caveat
    return note === undefined ? [] : [`  ${style.warn(oneLine(label))}: ${oneLine(note)}`]
  })
  const { count, draws, seed, reference } = protocol
  const spread = draws > 1 ? `, ± is the standard deviation over ${draws} draws` : ''
  return [
    `${oneLine(run)} on ${oneLine(data.name)}, step ${formatCount(step)}`,
    '',
    ...lines.map((line) => line.trimEnd()),
    ...byClass(evaluation),
    ...(notes.length > 0 ? ['', ...notes] : []),
    '',
    style.faint(`${formatCount(count)} ${what} against ${reference}${spread}; seed ${seed}`),
    style.faint(explained),
    ...(extractor
      ? [
          style.faint(
            `features: ${extractor.features} of the ${extractor.name} ${extractor.hash.slice(0, 12)}, right on ${formatPercent(extractor.accuracy, 2)} of ${formatCount(extractor.testCount)} held-out images`,
          ),
        ]
      : []),
  ].join('\n')
}
