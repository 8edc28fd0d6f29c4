// What a study found, or would cost, for people at a terminal.
import type { StudyPanel, StudyResult } from '../runs/study-result.ts'
import type { Row } from '../statistics/index.ts'
import { costWords } from '../studies/node/cost-words.ts'
import type { StudyCost } from '../studies/node/index.ts'
import { formatClock } from '../util/format.ts'
import { notes, paragraph, table } from './compare-text.ts'
import { fileRows } from './result-text.ts'
import type { Style } from './style.ts'
import { oneLine } from './visible.ts'

interface Layout {
  readonly style: Style
  readonly columns: number
}

/** Panels beyond these are in the files. */
const MOST_PANELS = 6
/** Rows of a panel that are shown where the study names none. */
const MOST_ROWS = 12

function panelText(panel: StudyPanel, measures: readonly string[], { style, columns }: Layout): string[] {
  const rows = [...panel.measures, ...panel.training]
  const named = rows.filter(({ name }) => measures.includes(name))
  const shown = (named.length > 0 ? named : rows.slice(0, MOST_ROWS)) as readonly Row[]
  const labels = panel.groups.map(({ label }) => oneLine(label))
  return [
    ...(panel.title ? [style.bold(panel.title)] : []),
    ...(shown.length > 0 ? table(shown as never, { labels, columns, style }) : ['no numbers']),
    ...panel.sentences.filter(({ claims }) => claims).map(({ text }) => `- ${paragraph(text, columns, 2)}`),
    ...notes(shown as never, labels).map((text) => style.faint(paragraph(text, columns))),
    '',
  ]
}

/** @param failures  jobs without a result */
export function studyText(
  result: StudyResult,
  failures: readonly { readonly name: string; readonly message: string }[],
  files: Readonly<Record<string, string>>,
  layout: Layout,
): string {
  const { style, columns } = layout
  const rest = result.panels.length - MOST_PANELS
  const drawn = new Set(result.measures)
  return [
    style.bold(result.title),
    ...(result.about ? [paragraph(result.about, columns)] : []),
    '',
    ...result.panels.slice(0, MOST_PANELS).flatMap((panel) => panelText(panel, [...drawn], layout)),
    ...(rest > 0 ? [style.faint(`and ${rest} more, in the files`), ''] : []),
    ...failures.slice(0, 5).map(({ name, message }) => style.bad(paragraph(`${name}: ${message}`, columns))),
    ...fileRows(files, style),
  ].join('\n')
}

/** What `--dry-run` prints. */
export function costText(
  name: string,
  cost: StudyCost,
  atOnce: number,
  { style }: Pick<Layout, 'style'>,
): string {
  const { jobs, parts, more, time } = costWords(cost, atOnce, formatClock)
  return [
    style.bold(name),
    jobs,
    ...parts.map(
      ({ what, amount, time }) => `  ${[`${oneLine(what)}: ${amount}`, ...(time ? [time] : [])].join(', ')}`,
    ),
    ...(more > 0 ? [`  and ${more} more`] : []),
    time,
  ].join('\n')
}
