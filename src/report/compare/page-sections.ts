// The sections of a comparison that are words and numbers.

import { dataName, dataText } from '../../runs/index.ts'
import type { Comparison } from '../../statistics/comparison.ts'
import { firstOf, nameOf } from '../../statistics/entry.ts'
import { listed } from '../../statistics/listed.ts'
import type { Estimator, Protocol } from '../../statistics/measures.ts'
import { STEADINESS } from '../../statistics/steadiness.ts'
import { RULE } from '../../statistics/told-apart.ts'
import { TOPICS, type Topic } from '../../statistics/wording.ts'
import { formatCount, formatPercent } from '../../util/format.ts'
import { spreadText } from '../../util/spread-text.ts'
import { escapeMarkup as safe } from '../escape.ts'
import { card } from '../page-parts.ts'
import { everyRun, numbersTable, stackedTable, swatch, textsTable } from './tables.ts'

const labelsOf = ({ groups }: Comparison): string[] => groups.map(({ label }) => label)
const capital = (text: string): string => text.charAt(0).toUpperCase() + text.slice(1)

export const titleOf = (comparison: Comparison): string => listed(labelsOf(comparison))

export function header(comparison: Comparison): string {
  const { data } = firstOf(comparison.groups[0]!).record.config
  const items = comparison.groups.map(({ label, entries }, group) => {
    const runs = entries
      .map((entry) => `${nameOf(entry)}, seed ${entry.record.config.settings.seed}`)
      .join('; ')
    const open = entries.filter(({ record }) => record.status.state !== 'finished')
    const state = open.length > 0 ? ` <span class="state stopped">${open.length} not finished</span>` : ''
    return `<li>${swatch(group)}<span><strong>${safe(label)}</strong> <small>${safe(runs)}</small>${state}</span></li>`
  })
  return `<header>
<p class="eyebrow">Comparison of ${comparison.groups.reduce((sum, { entries }) => sum + entries.length, 0)} runs</p>
<div class="title"><h1>${safe(titleOf(comparison))}</h1></div>
<p class="lead">${safe(dataName(data))}, ${safe(dataText(data).replace(/ × 1$/, ''))}</p>
<ul class="legend">
${items.join('\n')}
</ul>
</header>`
}

export function findings({ sentences, remarks }: Comparison): string {
  const topics = (Object.keys(TOPICS) as Topic[]).flatMap((topic) => {
    const said = sentences.filter((sentence) => sentence.topic === topic)
    if (said.length === 0) return []
    const texts = said.map(
      ({ text, claims, row }) =>
        `<p${claims || ['totalTime', 'stepsToQuality', 'warnings'].includes(row) ? '' : ' class="undecided"'}>${safe(text)}</p>`,
    )
    return [`<dt>${TOPICS[topic]}</dt><dd>${texts.join('\n')}</dd>`]
  })
  const list =
    remarks.length > 0
      ? `<ul class="remarks">\n${remarks.map((text) => `<li>${safe(text)}</li>`).join('\n')}\n</ul>\n`
      : ''
  const body =
    topics.length > 0
      ? `<dl class="said">\n${topics.join('\n')}\n</dl>
<p class="note">Means ± standard deviations. ${capital(RULE)}. Of many differences that do not exist, one in twenty will seem to.</p>`
      : '<p class="quiet">There is nothing to be said of these runs.</p>'
  return card('findings', 'What the numbers say', `${list}${body}`)
}

export function measures(comparison: Comparison): string {
  if (comparison.measures.length === 0)
    return card(
      'measures',
      'Measures of samples',
      '<p class="quiet">No run has been measured yet: "sparring evaluate" does it.</p>',
    )
  return card(
    'measures',
    'Measures of samples',
    `<p class="note">Mean ± standard deviation. Real images: the same measure between two parts of real data, the best that one can hope for. <em>Best</em> is marked only where it can be told from every other.</p>
${numbersTable(comparison.measures, labelsOf(comparison), { name: 'Measures of samples', id: 'measure-note' })}
${everyRun(comparison.measures, comparison.groups, 'measure-run-note')}
${protocolText(comparison)}`,
  )
}

/** How the measures were taken. */
export function protocolText({
  protocol,
  estimators,
}: {
  protocol?: Protocol | undefined
  estimators: readonly Estimator[]
}): string {
  if (!protocol) return ''
  const { count, draws, seeds, reference, referenceHash, extractor } = protocol
  const rows = estimators.map(({ label, estimators: ways, counts }) => [
    label,
    ways.join(' / '),
    counts.join(' / '),
  ])
  const features = extractor
    ? ` Features: the ${formatCount(extractor.features)} numbers of ${safe(extractor.name)} (hash <code>${safe(extractor.hash.slice(0, 12))}</code>), which names ${formatPercent(extractor.accuracy)} of ${formatCount(extractor.testCount)} held-out images rightly.`
    : ''
  return `<div class="protocol">
<h3>Protocol</h3>
<p class="note">${draws} ${draws === 1 ? 'draw' : 'draws'} of ${formatCount(count)} samples, seed ${safe(listed(seeds.map(String)))}, against ${safe(reference)} (hash <code>${safe(referenceHash.slice(0, 12))}</code>).${features} Numbers of another extractor, or of other counts, cannot be compared with these.</p>
${stackedTable(['Measure', 'Estimator', 'Samples'], rows)}
</div>`
}

export function training(comparison: Comparison): string {
  const { quality } = comparison
  const asked = quality
    ? `The quality asked for is ${quality.label} ${spreadText(quality.value, undefined)} or ${quality.better === 'lower' ? 'lower' : 'higher'}${quality.derived ? ", the worst of the runs' best values" : ''}, as measured with one draw while training; the step is the first at which it was seen.`
    : 'Time to a given quality: not recorded, since nothing was measured while the runs trained (--evaluate-every does it).'
  return card(
    'training',
    'Training',
    `<p class="note">${safe(asked)} Wobble: ${safe(STEADINESS)}. Time per step: the median of a run; its spread is over runs, since parts of one run say nothing of another.</p>
${numbersTable(comparison.training, labelsOf(comparison), { name: 'Numbers of training', id: 'training-note' })}
${everyRun(comparison.training, comparison.groups, 'training-run-note')}`,
  )
}

export const networks = (comparison: Comparison): string => {
  const labels = labelsOf(comparison)
  const rows = comparison.networks.map(({ group, network, total, trainable, nonTrainable }) => [
    `${labels[group]}: ${network}`,
    formatCount(total),
    formatCount(trainable),
    formatCount(nonTrainable),
  ])
  return card(
    'networks',
    'Parameters',
    stackedTable(['Network', 'Parameters', 'Trainable', 'Not trainable'], rows),
  )
}

export function configuration(comparison: Comparison): string {
  const { groups, differences, same } = comparison
  const seeds = {
    name: groups.some(({ entries }) => entries.length > 1) ? 'seeds' : 'seed',
    values: groups.map(({ entries }) => entries.map(({ record }) => record.config.settings.seed).join(', ')),
  }
  const rest = same.map(([name, value]) => `${name} ${value}`).join(', ')
  return card(
    'configuration',
    'What differs',
    `${textsTable([seeds, ...differences], labelsOf(comparison), 'Settings that differ')}
${rest ? `<p class="note same">The same everywhere: ${safe(rest)}.</p>` : ''}`,
  )
}
