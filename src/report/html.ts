// The report of a run: one self-contained HTML page.
import type { RunRecord } from '../runs/index.ts'
import { escapeMarkup as safe } from './escape.ts'
import { extraFigures } from './extra-figures.ts'
import { formatCount } from './format.ts'
import { gallery, type ReportAssets, slider } from './page-samples.ts'
import { PAGE_SCRIPT, PAGE_SCRIPT_HASH } from './page-script.ts'
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
import { PAGE_STYLE } from './page-style.ts'
import { summarize } from './summary.ts'

/**
 * The report of a run as one HTML page, which needs no network and may be mailed: style, script and pictures
 * are inside, and its content security policy allows nothing else.
 *
 * @param record  the run, as `readRecord` gives it
 * @param assets  its pictures
 */
export function reportHtml(record: RunRecord, assets: ReportAssets = {}): string {
  const summary = summarize(record)
  const policy =
    `default-src 'none'; img-src data:; style-src 'unsafe-inline'; script-src '${PAGE_SCRIPT_HASH}'; ` +
    `base-uri 'none'; form-action 'none'`
  const networks = record.config.networks.map(architecture)
  const sections = [
    numbers(record, summary),
    curves(record),
    assets.sheets?.length ? slider(assets.sheets) : '',
    gallery(assets),
    extraFigures(assets.figures ?? [], assets.missing),
    events(record),
    networks.length ? `<div class="columns">\n${networks.join('\n')}\n</div>` : '',
    configuration(record),
    timings(record, summary),
    command(record),
  ]
  const version = record.config.versions.sparring
  return `<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta http-equiv="Content-Security-Policy" content="${policy}">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="color-scheme" content="light dark">
<title>${safe(record.config.model)}: training run</title>
<style>${PAGE_STYLE}</style>
</head>
<body>
${header(record)}
<main>
${sections.filter((section) => section !== '').join('\n')}
</main>
<footer>Made by sparring${version === undefined ? '' : ` ${safe(version)}`}. State at step ${formatCount(record.status.step)}.</footer>
<script>${PAGE_SCRIPT}</script>
</body>
</html>
`
}
