// The report of a run: one self-contained HTML page.
import type { RunRecord } from '../runs/index.ts'
import { summarize } from '../statistics/summary.ts'
import { formatCount } from '../util/format.ts'
import { MEASURES_STYLE } from './compare/style.ts'
import { escapeMarkup as safe } from './escape.ts'
import { extraFigures } from './extra-figures.ts'
import { plainLogs } from './page-logs.ts'
import { measures } from './page-measures.ts'
import { gallery, type ReportAssets, slider } from './page-samples.ts'
import {
  architecture,
  command,
  configuration,
  curves,
  events,
  header,
  numbers,
  timings,
} from './page-sections.ts'
import { pageShell } from './page-shell.ts'

/**
 * The report of a run as one HTML page, which needs no network and may be mailed: style, script and pictures
 * are inside, and its content security policy allows nothing else.
 *
 * @param record  the run, as `readRecord` gives it
 * @param assets  its pictures
 */
export function reportHtml(record: RunRecord, assets: ReportAssets = {}): string {
  const summary = summarize(record)
  const networks = record.config.networks.map(architecture)
  const sections = [
    numbers(record, summary),
    curves(record),
    assets.sheets?.length ? slider(assets.sheets) : '',
    gallery(assets),
    measures(record, assets.evaluation),
    extraFigures(assets.figures ?? [], assets.missing),
    ...plainLogs(record, assets.logs),
    events(record),
    networks.length ? `<div class="columns">\n${networks.join('\n')}\n</div>` : '',
    configuration(record),
    timings(record, summary),
    command(record),
  ]
  const version = record.config.versions.sparring
  return pageShell({
    title: `${record.config.model}: training run`,
    style: assets.evaluation ? MEASURES_STYLE : '',
    header: header(record),
    sections,
    footer: `Made by sparring${version === undefined ? '' : ` ${safe(version)}`}. State at step ${formatCount(record.status.step)}.`,
  })
}
