// A comparison for the terminal: remarks, sentences, and tables that fit its width.

import type { CompareResult } from '../lifecycle/compare-runs.ts'
import { foundText } from '../statistics/index.ts'
import { formatBriefMetric, formatClock, formatCount } from '../util/format.ts'
import { fileRows } from './result-text.ts'
import { plainStyle, type Style } from './style.ts'
import { oneLine } from './visible.ts'

type Data = CompareResult['data']
type Row = Data['measures'][number]
type Shown = { value: number | null; deviation?: number }

const GAP = 2
const NONE = '–'
/** Room for the names of rows. */
const MOST_NAME = 26

const duration = (seconds: number): string => (seconds < 10 ? `${seconds.toFixed(1)}s` : formatClock(seconds))

/** `5.10 ± 0.20`. */
const numberText = (found: Shown, format: Row['format']): string => foundText(found, format, duration)

/** Text in lines of at most so many characters, broken at spaces; a longer word keeps a line of its own. */
export function wrap(text: string, width: number): string[] {
  const lines: string[] = []
  let line = ''
  for (const word of oneLine(text).split(' ')) {
    if (line !== '' && line.length + 1 + word.length > width) {
      lines.push(line)
      line = word
    } else line = line === '' ? word : `${line} ${word}`
  }
  return [...lines, line]
}

/** The same, every line after the first set in by `indent`. */
export const paragraph = (text: string, columns: number, indent = 0): string =>
  wrap(text, columns - indent).join(`\n${' '.repeat(indent)}`)

/** The cells of a row: one per group, and real images. */
function cells({ values, floor, format, best }: Row, hasFloor: boolean): string[] {
  const texts = values.map((found, group) => numberText(found, format) + (group === best ? ' *' : ''))
  return hasFloor ? [...texts, floor ? numberText(floor, format) : NONE] : texts
}

interface Layout {
  readonly labels: readonly string[]
  readonly columns: number
  readonly style: Style
}

/** Rows of numbers as lines: a table, or, where it would be wider than the terminal, row by row. */
export function table(rows: readonly Row[], { labels, columns, style }: Layout): string[] {
  const hasFloor = rows.some(({ floor }) => floor !== undefined)
  const heads = hasFloor ? [...labels, 'real images'] : [...labels]
  const body = rows.map((row) => cells(row, hasFloor))
  const names = rows.map(({ label }) => label)
  const first = Math.min(MOST_NAME, Math.max(...names.map((name) => name.length)))
  const widths = heads.map((head, at) => Math.max(head.length, ...body.map((row) => row[at]!.length)))
  const width = first + widths.reduce((sum, each) => sum + each + GAP, 0)
  const bold = (text: string, isBest: boolean): string => (isBest ? style.good(text) : text)
  if (width <= columns) {
    const line = (name: string, texts: readonly string[], best?: number): string =>
      [name.padEnd(first), ...texts.map((text, at) => bold(text.padEnd(widths[at]!), at === best))]
        .join(' '.repeat(GAP))
        .trimEnd()
    return [style.faint(line('', heads)), ...rows.map((row, at) => line(names[at]!, body[at]!, row.best))]
  }
  const longest = Math.max(...heads.map((head) => head.length))
  return rows.flatMap((row, at) => [
    style.bold(row.label),
    ...heads.map(
      (head, column) =>
        `  ${style.faint(head.padEnd(longest))}  ${bold(body[at]![column]!, column === row.best)}`,
    ),
  ])
}

/** Why numbers are missing or limited, each reason once. */
export function notes(rows: readonly Row[], labels: readonly string[]): string[] {
  const about = new Map<string, string[]>()
  for (const { label, note, values } of rows) {
    if (note !== undefined) about.set(note, [...(about.get(note) ?? []), label])
    values.forEach(({ reason, caveats }, group) => {
      for (const text of [...(reason === undefined ? [] : [reason]), ...caveats])
        about.set(text, [...(about.get(text) ?? []), `${label} of ${labels[group]}`])
    })
  }
  return [...about].map(([text, those]) => {
    const shown =
      those.length > 3 ? `${those.slice(0, 2).join(', ')} and ${those.length - 2} more` : those.join(', ')
    return `${shown}: ${text}`
  })
}

/**
 * What `sparring compare` prints.
 *
 * @param columns  of the terminal; default 80
 */
export function compareText(
  { data, files }: Pick<CompareResult, 'data' | 'files'>,
  { style = plainStyle, columns = 80 }: { style?: Style; columns?: number } = {},
): string {
  const labels = data.groups.map(({ label }) => oneLine(label))
  const layout = { labels, columns, style }
  const runs = data.groups.map(
    ({ label, runs }) => `${label}: ${runs.map(({ folder, seed }) => `${folder} (seed ${seed})`).join(', ')}`,
  )
  const { protocol, measures, training, sentences } = data
  const section = (title: string, lines: readonly string[]): string[] =>
    lines.length > 0 ? ['', style.bold(title), ...lines] : []
  const list = (texts: readonly string[]): string[] => texts.map((text) => `- ${paragraph(text, columns, 2)}`)
  const how = protocol
    ? `mean ± standard deviation; ${protocol.draws} ${protocol.draws === 1 ? 'draw' : 'draws'} of ${formatCount(protocol.count)} samples against ${protocol.reference}${protocol.extractor ? `; features of ${protocol.extractor.name} ${protocol.extractor.hash.slice(0, 12)} (${formatBriefMetric(protocol.extractor.accuracy, 'percent')} right)` : ''}`
    : ''
  const starred = [...measures, ...training].some(({ best }) => best !== undefined)
  return [
    ...runs.map((line) => paragraph(line, columns, 2)),
    ...data.remarks.map((remark) => style.warn(paragraph(remark, columns))),
    ...section('What the numbers say', list(sentences.map(({ text }) => text))),
    ...section('Measures of samples', measures.length > 0 ? table(measures, layout) : []),
    ...(how ? [style.faint(paragraph(how, columns))] : []),
    ...section('Training', table(training, layout)),
    ...(starred
      ? [style.faint(paragraph(`* best: told apart from every other; ${data.rule}`, columns))]
      : []),
    ...section('Notes', list(notes([...measures, ...training], labels))),
    '',
    ...fileRows(files, style),
  ].join('\n')
}
