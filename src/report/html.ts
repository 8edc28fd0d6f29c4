// The report of a run: one self-contained HTML page.
import type { NetworkSummary, RunRecord, SampleEntry, SampleKind } from '../runs/index.ts'
import { type ChartTheme, DARK, defaultSmoothing, LIGHT, learningCurves, speedCurve } from './charts.ts'
import { dataUri, svgUri } from './data-uri.ts'
import { escapeMarkup as safe } from './escape.ts'
import type { ThroughTrainingCell } from './figures.ts'
import {
  formatBytes,
  formatCommand,
  formatCount,
  formatDuration,
  formatNumber,
  formatOutputShape,
} from './format.ts'
import { PAGE_SCRIPT, PAGE_SCRIPT_HASH } from './page-script.ts'
import { PAGE_STYLE } from './page-style.ts'
import { formatMetric, type RunSummary, summarize } from './summary.ts'
import { renderSvg } from './svg.ts'

/** The pictures of a report, as PNG files. Every one is optional. */
export interface ReportAssets {
  /** Sample sheets, as listed in the record, with their bytes. */
  sheets?: readonly (SampleEntry & { png: Uint8Array })[]
  /** Many samples of the final network, e.g. 20 x 20. */
  grid?: { png: Uint8Array; count: number }
  /** The samples through training. */
  through?: readonly ThroughTrainingCell[]
}

const png = (bytes: Uint8Array): string => dataUri(bytes, 'image/png')

const card = (id: string, title: string, body: string): string =>
  `<section class="card" aria-labelledby="${id}">\n<h2 id="${id}">${safe(title)}</h2>\n${body}\n</section>`

/** A chart for every combination of wide or narrow and light or dark; the browser picks one. */
function chart(alt: string, draw: (theme: ChartTheme, compact: boolean) => string): string {
  const source = (media: string, theme: ChartTheme, compact: boolean): string =>
    `<source media="${media}" srcset="${svgUri(draw(theme, compact))}">`
  const light = { ...LIGHT, background: 'transparent' }
  const narrow = '(max-width: 640px)'
  return [
    '<picture class="chart">',
    source(`${narrow} and (prefers-color-scheme: dark)`, DARK, true),
    source(narrow, light, true),
    source('(prefers-color-scheme: dark)', DARK, false),
    `<img src="${svgUri(draw(light, false))}" alt="${safe(alt)}">`,
    '</picture>',
  ].join('\n')
}

function header({ config, status }: RunRecord): string {
  const day = config.createdAt.slice(0, 16).replace('T', ' ')
  const { data } = config
  const size = `${data.height} × ${data.width}${data.channels === 1 ? '' : ` × ${data.channels}`}`
  const message = status.message ? `<p class="lead">${safe(status.message)}</p>` : ''
  return `<header>
<p class="eyebrow">Training run</p>
<div class="title"><h1>${safe(config.model)}</h1>
<span class="state ${status.state}">${status.state}</span></div>
<p class="lead">${safe(data.name)}, ${formatCount(data.count)} images of ${size}; seed ${config.settings.seed}; started ${safe(day)} UTC</p>
${message}</header>`
}

/** A headline number: what, value, and a line of small print. */
const number = (name: string, value: string, detail: string, chip = ''): string =>
  `<div class="number"><dt>${chip}${safe(name)}</dt>` +
  `<dd class="value">${safe(value)}</dd><dd class="detail">${safe(detail)}</dd></div>`

function numbers(record: RunRecord, summary: RunSummary): string {
  const planned = record.config.settings.steps
  const { steps, seconds, stepsPerSecond, millisecondsPerStep } = summary
  const metrics = summary.tail.map(({ info, n, mean, deviation }) => {
    const border = info.dash === undefined || info.dash === 'solid' ? 'solid' : 'dashed'
    const style = `border-top-style:${border};border-top-color:${info.color ?? 'currentColor'}`
    const chip = `<span class="chip" style="${style}"></span>`
    if (n === 0) return number(info.label, '–', 'not recorded', chip)
    const spread = n > 1 ? `± ${formatMetric(info, deviation)} (SD), ` : ''
    return number(info.label, formatMetric(info, mean), `${spread}last ${formatCount(n)} steps`, chip)
  })
  return `<dl class="numbers">
${number('Steps', formatCount(steps), steps === planned ? 'as planned' : `of ${formatCount(planned)}`)}
${number('Training time', seconds === undefined ? '–' : formatDuration(seconds), seconds === undefined ? 'not recorded' : 'without pauses')}
${number('Speed', stepsPerSecond === undefined ? '–' : `${formatNumber(stepsPerSecond)}/s`, millisecondsPerStep === undefined ? 'not recorded' : `steps; median ${formatNumber(millisecondsPerStep)} ms each`)}
${metrics.join('\n')}
</dl>`
}

function curves(record: RunRecord): string {
  if (record.metrics.length === 0)
    return card('curves', 'Learning curves', '<p class="quiet">No step was recorded.</p>')
  const window = defaultSmoothing(record.metrics.length)
  const draw = (theme: ChartTheme, compact: boolean): string =>
    compact
      ? renderSvg(learningCurves(record, { theme, compact, points: 360 }), 420, 380)
      : renderSvg(learningCurves(record, { theme, points: 900 }), 1240, 480)
  const names = record.config.metrics.map(({ label }) => label.toLowerCase()).join(', ')
  const marks = record.events.length ? ' Dashed lines mark the events below, by number.' : ''
  const note =
    window > 1 ? `Strong lines are averaged over ${window} steps; thin lines are as recorded.${marks}` : marks
  return card(
    'curves',
    'Learning curves',
    `<p class="note">${note}</p>\n${chart(`Learning curves over ${record.metrics.length} steps: ${names}`, draw)}`,
  )
}

const KINDS: Record<SampleKind, { title: string; alt: string }> = {
  fixed: { title: 'Fixed latents: the same points at every step', alt: 'Samples from fixed latents' },
  fresh: { title: 'Fresh latents: new points at every step', alt: 'Samples from fresh latents' },
}

function slider(sheets: NonNullable<ReportAssets['sheets']>): string {
  const steps = [...new Set(sheets.map(({ step }) => step))].sort((a, b) => a - b)
  const data = steps.map((step) => {
    const entry: { step: number; fixed?: string; fresh?: string } = { step }
    for (const sheet of sheets) if (sheet.step === step) entry[sheet.kind] = png(sheet.png)
    return entry
  })
  const figures = (['fixed', 'fresh'] as const).flatMap((kind) => {
    const last = data.findLast((entry) => entry[kind])
    if (!last) return []
    const { title, alt } = KINDS[kind]
    return (
      `<figure><figcaption>${title}</figcaption>` +
      `<img class="pixels" id="sheet-${kind}" data-most="640" data-alt="${alt}" ` +
      `alt="${alt}, step ${formatCount(last.step)}" src="${last[kind]}"></figure>`
    )
  })
  return card(
    'samples',
    'Samples, step by step',
    `<p class="note">Move the slider, or use the arrow keys, to watch the generator learn.</p>
<div class="player" id="player" role="group" aria-label="Step" hidden>
<button type="button" id="play">Play</button>
<input type="range" id="step" min="0" max="${steps.length - 1}" value="${steps.length - 1}" step="1" aria-label="Sampling step">
<output id="step-label" for="step">Step ${formatCount(steps.at(-1)!)}</output>
</div>
<div class="sheets">
${figures.join('\n')}
</div>
<script type="application/json" id="sheets">${JSON.stringify(data).replaceAll('<', '\\u003c')}</script>`,
  )
}

function gallery({ grid, through }: ReportAssets): string {
  const parts: string[] = []
  if (grid) {
    const name = `${formatCount(grid.count)} samples from fresh latents`
    const image = `<img class="pixels" data-most="1200" alt="${name}" src="${png(grid.png)}">`
    parts.push(
      card('grid', name, `<p class="note">The final network, not selected.</p>\n<div>${image}</div>`),
    )
  }
  if (through?.length) {
    const cells = through.map(({ step, tiles, width, height }) => {
      const images = tiles.map(
        (tile, index) =>
          `<img src="${png(tile)}" width="${width}" height="${height}" alt="Sample ${index + 1} at step ${formatCount(step)}">`,
      )
      return `<li>Step ${formatCount(step)}<div>${images.join('')}</div></li>`
    })
    const note = '<p class="note">The same latents each time.</p>'
    parts.push(
      card(
        'through',
        'Samples through training',
        `${note}\n<ol class="through">\n${cells.join('\n')}\n</ol>`,
      ),
    )
  }
  return parts.length ? `<div class="columns">\n${parts.join('\n')}\n</div>` : ''
}

function events({ events }: RunRecord): string {
  if (events.length === 0)
    return card('events', 'Events', '<p class="quiet">Nothing unusual was noticed.</p>')
  const items = events.map(
    ({ step, kind, severity, message }, index) =>
      `<li class="${severity}"><span class="index">${index + 1}</span>` +
      `<span class="kind">${safe(kind)} <small>${severity}, step ${formatCount(step)}</small></span>` +
      `<span class="message">${safe(message)}</span></li>`,
  )
  return card('events', 'Events', `<ol class="events">\n${items.join('\n')}\n</ol>`)
}

const row = (name: string, value: string): string =>
  `<tr><th scope="row">${safe(name)}</th><td>${safe(value)}</td></tr>`

const table = (caption: string, rows: readonly [string, string][]): string =>
  `<h3>${safe(caption)}</h3>\n<table class="facts"><tbody>\n${rows.map(([name, value]) => row(name, value)).join('\n')}\n</tbody></table>`

function architecture({ name, input, layers, total, trainable, nonTrainable }: NetworkSummary): string {
  const rows = layers.map(
    (layer) =>
      `<tr><td>${safe(layer.name)} <small>${safe(layer.type)}</small></td>` +
      `<td>${formatOutputShape(layer.outputShape)}</td><td class="count">${formatCount(layer.parameters)}</td></tr>`,
  )
  const totals = [
    ['Total parameters', total],
    ['Trainable', trainable],
    ['Not trainable', nonTrainable],
  ] as const
  const foot = totals.map(
    ([label, count]) =>
      `<tr><th scope="row" colspan="2">${label}</th><td class="count">${formatCount(count)}</td></tr>`,
  )
  return card(
    `network-${safe(name)}`,
    name.charAt(0).toUpperCase() + name.slice(1),
    `<p class="note">Input ${formatOutputShape([null, ...input])}</p>
<div class="scroll" tabindex="0" role="region" aria-label="Layers of ${safe(name)}"><table class="layers">
<thead><tr><th scope="col">Layer</th><th scope="col">Output shape</th><th scope="col" class="count">Parameters</th></tr></thead>
<tbody>
${rows.join('\n')}
</tbody>
<tfoot>
${foot.join('\n')}
</tfoot></table></div>`,
  )
}

/** `learningRate` as `learning rate`. */
const spaced = (name: string): string =>
  name.replace(/([a-z])([A-Z])/g, (_, a, b) => `${a} ${b.toLowerCase()}`)

const shown = (value: unknown): string => {
  if (typeof value === 'string') return value
  if (typeof value === 'number')
    return Number.isInteger(value) && value >= 10_000 ? formatCount(value) : String(value)
  return JSON.stringify(value)
}

function configuration({ config }: RunRecord): string {
  const { data, machine, settings, versions } = config
  const facts: [string, string][] = [
    ['name', data.name],
    ['images', formatCount(data.count)],
    ['size', `${data.height} × ${data.width} × ${data.channels}`],
    ...(data.folder === undefined ? [] : [['folder', data.folder] as [string, string]]),
    ['hash', data.hash],
  ]
  const computer: [string, string][] = [
    ['processor', `${machine.cpu}, ${machine.cores} cores`],
    ['memory', formatBytes(machine.memoryBytes)],
    ['system', `${machine.platform} ${machine.arch}`],
    ...Object.entries(versions),
  ]
  return card(
    'configuration',
    'Configuration',
    `<div class="columns thirds">
<div>${table(
      'Settings',
      Object.entries(settings).map(([name, value]) => [
        spaced(name),
        name === 'seed' ? String(value) : shown(value),
      ]),
    )}</div>
<div>${table('Data', facts)}</div>
<div>${table('Machine and versions', computer)}</div>
</div>`,
  )
}

function timings(record: RunRecord, { seconds, stepsPerSecond, millisecondsPerStep }: RunSummary): string {
  const [first, last] = [record.timings[0], record.timings.at(-1)]
  if (!first || !last || seconds === undefined)
    return card('timings', 'Timings', '<p class="quiet">No timings were recorded.</p>')
  const draw = (theme: ChartTheme, compact: boolean): string =>
    compact
      ? renderSvg(speedCurve(record, { theme, compact, points: 300 }), 420, 260)
      : renderSvg(speedCurve(record, { theme, points: 600 }), 1240, 240)
  const speed = stepsPerSecond === undefined ? '' : `, ${formatNumber(stepsPerSecond)} steps per second`
  const median =
    millisecondsPerStep === undefined ? '' : `; median ${formatNumber(millisecondsPerStep)} ms per step`
  const until = last.at.slice(0, 19).replace('T', ' ')
  return card(
    'timings',
    'Timings',
    `<p class="note">${formatDuration(seconds)} of training${speed}${median}. Last measured ${safe(until)} UTC.</p>
${chart('Milliseconds per step over the course of training', draw)}`,
  )
}

const command = ({ config }: RunRecord): string =>
  card(
    'command',
    'Run it again',
    `<p class="note">The same command with the same versions gives the same run.</p>
<div class="command"><pre id="command-text" tabindex="0"><code>${safe(formatCommand(config.command))}</code></pre>
<button type="button" data-copy="command-text" hidden>Copy</button></div>`,
  )

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
