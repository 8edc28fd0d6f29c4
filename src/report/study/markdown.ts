// The tables and sentences of a study as Markdown, for documents.
import type { RowRecord, StudyPanel, StudyResult } from '../../runs/study-result.ts'
import type { Found } from '../../statistics/found.ts'
import { foundText } from '../../statistics/row.ts'
import { CURVE_NOTE, curveTables } from './curve-table.ts'

const line = (cells: readonly string[]): string =>
  `| ${cells.map((cell) => cell.replaceAll('|', '\\|')).join(' | ')} |`
const runs = (jobs: readonly string[]): string => `${jobs.length} ${jobs.length === 1 ? 'run' : 'runs'}`

/** A table of rows, a column per group; the best is bold where it is told apart from every other. */
export function markdownTable(rows: readonly RowRecord[], groups: StudyPanel['groups']): string {
  const floors = rows.some(({ floor }) => floor)
  const head = [
    '',
    ...groups.map(({ label, jobs }) => `${label}, ${runs(jobs)}`),
    ...(floors ? ['real images'] : []),
  ]
  const body = rows.map(({ label, format, values, floor, best }) => {
    const cells = values.map((found, at) => {
      const text = found.value === null ? `– ${found.reason ?? ''}`.trim() : foundText(found as Found, format)
      return at === best ? `**${text}**` : text
    })
    return line([
      label,
      ...cells,
      ...(floors ? [floor ? foundText(floor as { value: number }, format) : ''] : []),
    ])
  })
  return [line(head), line(head.map(() => '---')), ...body].join('\n')
}

/** The curves of a study, each with its picture. */
const curves = (result: StudyResult): string[] =>
  curveTables(result).flatMap(({ row, heads, lines }) => {
    const figure = result.figures.find(({ title }) => title === row.label)
    return [
      `## ${row.label} over ${heads[0]}`,
      ...(figure ? [`![${row.label} over ${heads[0]}](${figure.name})`] : []),
      [line(heads), line(heads.map(() => '---')), ...lines.map(line)].join('\n'),
      CURVE_NOTE,
    ]
  })

/** The curves and all panels of a study. */
export function studyMarkdown(result: StudyResult): string {
  const { title, about, panels, rule } = result
  const parts = panels.map((panel) => {
    const rows = [...panel.measures, ...panel.training]
    return [
      ...(panels.length > 1 ? [`## ${panel.title}`] : []),
      rows.length > 0 ? markdownTable(rows, panel.groups) : 'No numbers.',
      panel.sentences.map(({ text }) => `- ${text}`).join('\n'),
    ]
      .filter((part) => part !== '')
      .join('\n\n')
  })
  return `${[
    `# ${title}`,
    about,
    ...curves(result),
    ...parts,
    `Mean ± standard deviation. Bold: better than every other, where ${rule}.`,
  ]
    .filter((part) => part !== '')
    .join('\n\n')}\n`
}
