// What was measured of a run's samples: the last evaluation as a table, and the course of measures while it trained.
import type { Evaluation, RunRecord } from '../runs/index.ts'
import { type Curve, curveOf } from '../statistics/curve.ts'
import type { Group } from '../statistics/entry.ts'
import { estimatorsOf, measureRows, protocolOf } from '../statistics/measures.ts'
import { formatCount } from '../util/format.ts'
import type { ChartTheme } from './chart-parts.ts'
import { overlayChart } from './compare/overlay.ts'
import { protocolText } from './compare/page-sections.ts'
import { numbersTable } from './compare/tables.ts'
import { escapeMarkup as safe } from './escape.ts'
import { card, chart } from './page-parts.ts'
import { renderSvg } from './svg.ts'

/** Measures drawn over steps: one chart each row, all lines of a chart on one axis. */
const COURSES = [
  { label: 'Modes', format: 'number', lines: { modes: 'modes' } },
  { label: 'KL', format: 'number', lines: { 'KL(samples ‖ uniform)': 'kl' } },
  { label: 'FID', format: 'number', lines: { FID: 'fid' } },
  {
    label: 'Share',
    format: 'percent',
    lines: {
      'high quality': 'highQuality',
      precision: 'precision',
      recall: 'recall',
      coverage: 'coverage',
    },
  },
] as const

/** Lines below this number of points show nothing. */
const LEAST_POINTS = 2

function course({ evaluations }: RunRecord): string {
  const charts = COURSES.flatMap(({ label, format, lines }) => {
    const drawn = Object.entries(lines)
      .map(([name, key]): { label: string; curves: Curve[] } => ({
        label: name,
        curves: [curveOf(evaluations, key)],
      }))
      .filter(({ curves: [curve] }) => curve!.length >= LEAST_POINTS)
    if (drawn.length === 0) return []
    const draw = (theme: ChartTheme, compact: boolean): string =>
      renderSvg(
        overlayChart(drawn, { name: label, label, format }, { theme, compact }),
        compact ? 420 : 640,
        300,
      )
    const names = drawn.map((line) => line.label).join(', ')
    return [`<div>${chart(`${names} of samples over ${evaluations.length} measurements`, draw)}</div>`]
  })
  if (charts.length === 0) return ''
  return `<h3>Through training</h3>\n<p class="note">One draw each time, from the same latents.</p>\n<div class="columns">\n${charts.join('\n')}\n</div>`
}

const capital = (text: string): string => text.charAt(0).toUpperCase() + text.slice(1)

/** The section, or '' for a run of which nothing was measured. */
export function measures(record: RunRecord, evaluation: Evaluation | undefined): string {
  const over = course(record)
  if (!evaluation) return over && card('measures', 'Measures of samples', over)
  const { of } = evaluation.protocol
  const title = `Measures of ${of?.what ?? 'samples'}`
  const label = capital(of?.what ?? 'samples')
  const groups: Group[] = [{ label, entries: [{ folder: '', record, evaluation }] }]
  const table = numbersTable(measureRows(groups), [label], {
    name: title,
    id: 'measure-note',
  })
  const taken = protocolText({ protocol: protocolOf(groups), estimators: estimatorsOf(groups) })
  return card(
    'measures',
    title,
    `<p class="note">At step ${formatCount(evaluation.step)}: mean ± standard deviation over draws. ${of ? `In place of real images, ${of.beside}: ${safe(evaluation.protocol.reference)}.` : 'Real images: the same measure of as many training images, the best that one can hope for.'}</p>
${table}
<div class="protocol">${over}</div>
${taken}`,
  )
}
