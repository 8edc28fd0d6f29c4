// The sections of the report for logs without a view of their own: a chart of their numbers, or a table.
import { LOGS, type LogTable, logInfo, type RunRecord, rowsOf, stepLogs } from '../runs/index.ts'
import { formatCount } from '../util/format.ts'
import { escapeMarkup as safe } from './escape.ts'
import { type LogRowsTable, logView } from './log-view.ts'
import { card, chart } from './page-parts.ts'
import { renderSvg } from './svg.ts'

function table({ head, rows, count }: LogRowsTable, title: string): string {
  const cell = (text: string, index: number): string =>
    head[index]!.isNumber ? `<td class="count">${safe(text)}</td>` : `<td>${safe(text)}</td>`
  const names = head.map(
    ({ label, isNumber }) => `<th scope="col"${isNumber ? ' class="count"' : ''}>${safe(label)}</th>`,
  )
  const part =
    rows.length < count
      ? `<p class="note">The last ${formatCount(rows.length)} of ${formatCount(count)} lines.</p>\n`
      : ''
  return `${part}<div class="scroll" tabindex="0" role="region" aria-label="${safe(title)}, line by line"><table class="log">
<thead><tr>${names.join('')}</tr></thead>
<tbody>
${rows.map((row) => `<tr>${row.map(cell).join('')}</tr>`).join('\n')}
</tbody></table></div>`
}

/**
 * A section for each log that has rows and no view of its own.
 *
 * @param logs  the table of logs. Default: that of every run
 */
export const plainLogs = (record: RunRecord, logs: LogTable = LOGS): string[] =>
  stepLogs(logs)
    .filter(({ ownView }) => !ownView)
    .flatMap((log) => {
      const rows = rowsOf(record, log)
      if (rows.length === 0) return []
      const info = logInfo(log, record.config)
      const view = logView(info, rows)
      // A chart alone is as wide as the page.
      const width = view.charts.length > 1 ? 640 : 1240
      const charts = view.charts.map(
        ({ label, option }) =>
          `<div>${chart(label, (theme, compact) => renderSvg(option({ theme, compact }), compact ? 420 : width, 280))}</div>`,
      )
      const parts = [
        `<p class="note">${safe(`${info.holds.charAt(0).toUpperCase()}${info.holds.slice(1)}.`)}</p>`,
        ...(charts.length > 0 ? [`<div class="columns">\n${charts.join('\n')}\n</div>`] : []),
        ...(view.table ? [table(view.table, info.title)] : []),
      ]
      return [card(`log-${log.name}`, info.title, parts.join('\n'))]
    })
