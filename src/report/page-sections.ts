// The sections of the report that are words and numbers: header, headline numbers, curves, events, tables.
import {
  alarmLines,
  dataName,
  dataText,
  exampleText,
  exampleWord,
  type NetworkSummary,
  type RunRecord,
} from '../runs/index.ts'
import { settingFacts } from '../statistics/setting-facts.ts'
import { formatMetric, type RunSummary, validationLabel } from '../statistics/summary.ts'
import {
  formatBytes,
  formatCommand,
  formatCount,
  formatDuration,
  formatNumber,
  formatOutputShape,
} from '../util/format.ts'
import type { ChartTheme } from './chart-parts.ts'
import { defaultSmoothing, learningCurves, speedCurve } from './charts.ts'
import { escapeMarkup as safe } from './escape.ts'
import { card, chart, factsTable, number } from './page-parts.ts'
import { renderSvg } from './svg.ts'

export function header({ config, status }: RunRecord): string {
  const day = config.createdAt.slice(0, 16).replace('T', ' ')
  const { data } = config
  const text = dataText(data).replace(/ × 1$/, '')
  const message = status.message ? `<p class="lead ${status.state}">${safe(status.message)}</p>` : ''
  return `<header>
<p class="eyebrow">Training run</p>
<div class="title"><h1>${safe(config.model)}</h1>
<span class="state ${status.state}">${status.state}</span></div>
<p class="lead">${safe(dataName(data))}, ${safe(text)}; seed ${config.settings.seed}; started ${safe(day)} UTC</p>
${message}</header>`
}

export function numbers(record: RunRecord, summary: RunSummary): string {
  const planned = record.config.settings.steps
  const { steps, seconds, stepsPerSecond, millisecondsPerStep, validation } = summary
  const metrics = summary.tail.map(({ info, steps, n, mean, deviation }) => {
    const border = info.dash === undefined || info.dash === 'solid' ? 'solid' : 'dashed'
    const style = `border-top-style:${border};border-top-color:${safe(info.color ?? 'currentColor')}`
    const chip = `<span class="chip" style="${style}"></span>`
    if (n === 0) return number(info.label, '–', 'not recorded', chip)
    const spread = n > 1 ? `± ${formatMetric(info, deviation)} (SD), ` : ''
    return number(
      info.label,
      formatMetric(info, mean),
      `${spread}${n < steps ? `${formatCount(n)} of the ` : ''}last ${formatCount(steps)} steps`,
      chip,
    )
  })
  if (validation) {
    const { info, last, lowest } = validation
    const best =
      lowest.step === last.step
        ? 'the lowest'
        : `lowest ${formatMetric(info, lowest.value)}, at step ${formatCount(lowest.step)}`
    const chip = '<span class="chip" style="border-top-style:dotted;border-top-color:currentColor"></span>'
    const label = validationLabel(info)
    metrics.push(
      number(
        label.charAt(0).toUpperCase() + label.slice(1),
        formatMetric(info, last.value),
        `at step ${formatCount(last.step)}, ${best}`,
        chip,
      ),
    )
  }
  return `<dl class="numbers">
${number('Steps', formatCount(steps), steps === planned ? 'as planned' : `of ${formatCount(planned)}`)}
${number('Training time', seconds === undefined ? '–' : formatDuration(seconds), seconds === undefined ? 'not recorded' : 'without pauses')}
${number('Steps per second', stepsPerSecond === undefined ? '–' : formatNumber(stepsPerSecond), millisecondsPerStep === undefined ? 'not recorded' : `median ${formatNumber(millisecondsPerStep)} ms per step`)}
${metrics.join('\n')}
</dl>`
}

export function curves(record: RunRecord): string {
  if (record.metrics.length === 0)
    return card('curves', 'Learning curves', '<p class="quiet">No step was recorded.</p>')
  const window = defaultSmoothing(record.metrics.length)
  const draw = (theme: ChartTheme, compact: boolean): string =>
    compact
      ? renderSvg(learningCurves(record, { theme, compact, points: 360 }), 420, 380)
      : renderSvg(learningCurves(record, { theme, points: 900 }), 1240, 480)
  const names = record.config.metrics.map(({ label }) => label.toLowerCase()).join(', ')
  const marks = record.events.length ? ' Dashed lines mark the events below, by number.' : ''
  const heldOut = record.validation.length
    ? ` The dotted line, “${safe(validationLabel(record.config.metrics[0]!))}”, is measured on all held-out ${exampleWord(record.config.data)}, without dropout.`
    : ''
  const note =
    window > 1
      ? `Strong lines are averaged over ${window} steps; thin lines are as recorded.${heldOut}${marks}`
      : heldOut + marks
  return card(
    'curves',
    'Learning curves',
    `<p class="note">${note}</p>\n${chart(`Learning curves over ${record.metrics.length} steps: ${names}`, draw)}`,
  )
}

export function events(record: RunRecord): string {
  const { events } = record
  const lines = alarmLines(record)
  const standing = `<p class="note">${safe(lines.length > 0 ? lines.join(' ') : 'No alarm watches this model.')}</p>`
  if (events.length === 0) return card('events', 'Events', standing)
  const items = events.map(
    ({ step, kind, severity, message }, index) =>
      `<li class="${severity}"><span class="index">${index + 1}</span>` +
      `<span class="kind">${safe(kind)} <small>${severity}, step ${formatCount(step)}</small></span>` +
      `<span class="message">${safe(message)}</span></li>`,
  )
  return card('events', 'Events', `${standing}\n<ol class="events">\n${items.join('\n')}\n</ol>`)
}

/** `Input (None, 100)`, or several by their names. */
const inputText = (inputs: NonNullable<NetworkSummary['inputs']>): string =>
  Object.keys(inputs).length === 1
    ? `Input ${formatOutputShape([null, ...Object.values(inputs)[0]!])}`
    : `Inputs ${Object.entries(inputs)
        .map(([name, shape]) => `${safe(name)} ${formatOutputShape([null, ...shape])}`)
        .join(', ')}`

export function architecture({
  name,
  input = [],
  inputs = { input },
  layers,
  total,
  trainable,
  nonTrainable,
}: NetworkSummary): string {
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
    `network-${name.replace(/[^\w-]/g, '-')}`,
    name.charAt(0).toUpperCase() + name.slice(1),
    `<p class="note">${inputText(inputs)}</p>
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

export function configuration({ config }: RunRecord): string {
  const { data, machine, settings, versions } = config
  const facts: [string, string][] = [
    ['name', dataName(data)],
    [exampleWord(data), formatCount(data.count)],
    ['size', exampleText(data) ?? 'none'],
    ...(data.preparation === undefined ? [] : [['preparation', data.preparation] as [string, string]]),
    ...(data.folder === undefined ? [] : [['folder', data.folder] as [string, string]]),
    ['hash', data.hash],
    ...(data.test === undefined
      ? []
      : [[`held-out ${exampleWord(data)}`, formatCount(data.test.count)] as [string, string]]),
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
<div>${factsTable('Settings', settingFacts(settings))}</div>
<div>${factsTable('Data', facts)}</div>
<div>${factsTable('Machine and versions', computer)}</div>
</div>`,
  )
}

export function timings(
  record: RunRecord,
  { seconds, stepsPerSecond, millisecondsPerStep }: RunSummary,
): string {
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

export const command = ({ config }: RunRecord): string =>
  card(
    'command',
    'Run it again',
    `<p class="note">With the same versions on the same kind of machine this command gives the same run, number for number.</p>
<div class="command"><pre id="command-text" tabindex="0"><code>${safe(formatCommand(config.command))}</code></pre>
<button type="button" data-copy="command-text" hidden>Copy</button></div>`,
  )
