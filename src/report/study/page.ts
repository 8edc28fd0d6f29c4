// The page of a study: one self-contained HTML file, what the numbers say first.
import type { RowRecord, StudyPanel, StudyResult, StudyTimes } from '../../runs/study-result.ts'
import type { Row } from '../../statistics/row.ts'
import { formatCount } from '../../util/format.ts'
import type { ChartTheme } from '../chart-parts.ts'
import { COMPARE_STYLE } from '../compare/style.ts'
import { numbersTable, stackedTable } from '../compare/tables.ts'
import { escapeMarkup as safe } from '../escape.ts'
import { card, chart } from '../page-parts.ts'
import { pageShell } from '../page-shell.ts'
import { renderSvg } from '../svg.ts'
import { CURVE_NOTE, curveTables } from './curve-table.ts'
import { chartCaption, chartHeight, measureChart } from './measure-chart.ts'

/** Rows of a panel, so that tables of comparisons can show them. */
const asRows = (rows: readonly RowRecord[]): readonly Row[] => rows as readonly Row[]

const heading = (title: string, many: boolean): string => (many ? `<h3>${safe(title)}</h3>\n` : '')

function header({ title, about, jobs, panels }: StudyResult): string {
  const failed = jobs.filter((job) => job.failed !== undefined).length
  return `<header>
<p class="eyebrow">Study of ${formatCount(jobs.length)} ${jobs.length === 1 ? 'job' : 'jobs'} in ${formatCount(new Set(panels.flatMap(({ groups }) => groups.map(({ label }) => label))).size)} groups</p>
<div class="title"><h1>${safe(title)}</h1>${failed > 0 ? `<span class="state failed">${failed} without numbers</span>` : ''}</div>
${about ? `<p class="lead">${safe(about)}</p>` : ''}
</header>`
}

function findings({ panels, rule }: StudyResult, times: StudyTimes): string {
  const many = panels.length > 1
  const parts = panels.flatMap(({ title, sentences }, at) => {
    const said = [...sentences, ...(times[at]?.sentences ?? [])]
    if (said.length === 0) return []
    const texts = said.map(({ text, claims }) => `<p${claims ? '' : ' class="undecided"'}>${safe(text)}</p>`)
    return [`${heading(title, many)}<div class="said-plainly">\n${texts.join('\n')}\n</div>`]
  })
  return card(
    'findings',
    'What the numbers say',
    parts.length > 0
      ? `${parts.join('\n')}\n<p class="note">Means ± standard deviations. ${safe(rule.charAt(0).toUpperCase() + rule.slice(1))}. Of many differences that do not exist, one in twenty will seem to.</p>`
      : '<p class="quiet">There is one group, so there is nothing to compare: the numbers show how much chance decides.</p>',
  )
}

function pictures({ panels, measures, curve }: StudyResult): string {
  const parts = measures.flatMap((name) => {
    const row = panels
      .flatMap(({ measures: a, training: b }) => [...a, ...b])
      .find((each) => each.name === name)
    if (!row || !measureChart(panels, name, { curve })) return []
    const draw = (theme: ChartTheme, compact: boolean): string => {
      const width = compact ? 420 : 640
      const option = measureChart(panels, name, { theme, compact, curve, width })!
      return renderSvg(option, width, chartHeight(option, compact ? 320 : 360))
    }
    return [
      `<figure>${chart(`${row.label} of all groups`, draw)}\n<figcaption>${safe(`${row.label}. ${chartCaption(panels, row)}`)}</figcaption></figure>`,
    ]
  })
  return parts.length === 0
    ? ''
    : card(
        'pictures',
        curve ? 'The curve' : 'Side by side',
        `<div class="grids">\n${parts.join('\n')}\n</div>`,
      )
}

/** The curves as numbers. */
function curves(result: StudyResult): string {
  const parts = curveTables(result).map(
    ({ row, heads, lines }) =>
      `${heading(`${row.label} over ${heads[0]}`, true)}${stackedTable(heads, lines)}`,
  )
  return parts.length === 0
    ? ''
    : card('curves', 'Along the curve', `${parts.join('\n')}\n<p class="note">${CURVE_NOTE}</p>`)
}

function tables(
  id: string,
  title: string,
  parts: readonly { title: string; labels: string[]; rows: readonly RowRecord[] }[],
): string {
  const shown = parts.filter(({ rows }) => rows.length > 0)
  if (shown.length === 0) return ''
  return card(
    id,
    title,
    shown
      .map(
        (part, at) =>
          `${heading(part.title, parts.length > 1)}${numbersTable(asRows(part.rows), part.labels, { name: `${title} ${part.title}`.trim(), id: `${id}-${at}-note` })}`,
      )
      .join('\n'),
  )
}

function jobs({ jobs: all }: StudyResult): string {
  const shown = all.slice(0, MOST_LISTED)
  const rest = all.length - shown.length
  return card(
    'jobs',
    'Jobs',
    `<details><summary>All ${formatCount(all.length)}</summary>\n${stackedTable(
      ['Job', 'Kind', 'Id', ''],
      shown.map(({ name, kind, id, failed }) => [name, kind, id.slice(0, 12), failed ?? '']),
    )}${rest > 0 ? `\n<p class="quiet">and ${formatCount(rest)} more, in study.json</p>` : ''}</details>`,
  )
}
/** Jobs in the list of a page. */
const MOST_LISTED = 500

/**
 * A study as one HTML page that needs no network.
 *
 * @param times  what was measured with a clock; the only part that is not the same twice
 */
export function studyHtml(result: StudyResult, times: StudyTimes): string {
  const labels = result.panels.map(({ groups }) => groups.map(({ label }) => label))
  const of = (rows: (panel: StudyPanel, at: number) => readonly RowRecord[]) =>
    result.panels.map((panel, at) => ({ title: panel.title, labels: labels[at]!, rows: rows(panel, at) }))
  return pageShell({
    title: `${result.title}: study`,
    style: `${COMPARE_STYLE}\n.card h3 { margin-top: 18px; }\n.card h2 + h3 { margin-top: 0; }\n.said-plainly p { margin: 6px 0; }`,
    header: header(result),
    sections: [
      findings(result, times),
      pictures(result),
      curves(result),
      tables(
        'measures',
        'Measures',
        of(({ measures }) => measures),
      ),
      tables(
        'training',
        'Training',
        of(({ training }, at) => [...training, ...(times[at]?.training ?? [])]),
      ),
      jobs(result),
    ],
    footer: `Made by ${safe(result.version)}.`,
  })
}
