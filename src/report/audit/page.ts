// The page of an audit: one self-contained HTML file, the verdict first, for people who know no attack.
import type { AuditedExample, AuditResult } from '../../runs/audit-result.ts'
import { formatBytes, formatCommand, formatCount, formatPercent, formatSetting } from '../../util/format.ts'
import type { ChartTheme } from '../chart-parts.ts'
import { dataUri, svgUri } from '../data-uri.ts'
import { escapeMarkup as safe } from '../escape.ts'
import { card, chart, factsTable, number } from '../page-parts.ts'
import { pageShell } from '../page-shell.ts'
import { renderSvg } from '../svg.ts'
import { shareCurve } from './curves.ts'
import { AUDIT_STYLE } from './style.ts'
import { meaning, mitigations, threatWords, VERDICT_TITLES } from './words.ts'

/** An image that broke the model, as PNG files. */
export interface ShownExample {
  readonly example: AuditedExample
  readonly before: Uint8Array
  readonly after: Uint8Array
  readonly difference: Uint8Array
  /** By how much the difference is amplified. */
  readonly times: number
}

const TONES = {
  broken: 'failed',
  unreliable: 'paused',
  certified: 'finished',
  'no break found': 'finished',
} as const
const between = ({ low, high }: { low: number; high: number }): string =>
  `95% interval ${formatPercent(low)} to ${formatPercent(high)}`
const paragraphs = (texts: readonly string[]): string =>
  texts.map((text) => `<p>${safe(text)}</p>`).join('\n')
const list = (texts: readonly string[]): string =>
  `<ul class="plain">\n${texts.map((text) => `<li>${safe(text)}</li>`).join('\n')}\n</ul>`

function header(audit: AuditResult): string {
  return `<header>
<p class="eyebrow">Can this model be fooled?</p>
<div class="title"><h1>${safe(audit.model.name)}</h1>
<span class="state ${TONES[audit.verdict]}">${safe(VERDICT_TITLES[audit.verdict])}</span></div>
<p class="lead">${safe(audit.verdictText)}</p>
</header>`
}

function headline({ summary, attacks, examples }: AuditResult): string {
  const fooled = examples.filter(({ brokenBy }) => brokenBy !== undefined).length
  return `<dl class="numbers">
${number('Named rightly', formatPercent(summary.clean), between(summary.cleanInterval))}
${number('… under every attack', formatPercent(summary.worstCase), between(summary.worstCaseInterval))}
${number('Images fooled', formatCount(fooled), `of ${formatCount(Math.round(summary.clean * summary.n))} that were named rightly`)}
${number('Attacks', formatCount(attacks.length), 'each on what those before it left')}
</dl>`
}

const means = (audit: AuditResult): string =>
  `<div class="columns">
${card('meaning', 'What this means', `${paragraphs([...meaning(audit), threatWords(audit.threats[0]!)])}`)}
${card('todo', 'What to do', list(mitigations(audit)))}
</div>`

function curve({ curves, threats, attacks }: AuditResult): string {
  if (curves.eps.length < 2) return ''
  const { eps, norm } = threats[0]!
  const shown = curves.eps.filter((point) => point.eps <= 2.5 * eps || curves.eps.length <= 3)
  const points = shown.map((point) => [point.eps, point.accuracy] as const)
  const draw = (theme: ChartTheme, compact: boolean): string =>
    renderSvg(
      shareCurve(
        points,
        norm === 'linf' ? 'Largest change of a pixel' : 'Length of the change (L2)',
        'Named rightly',
        { theme, compact },
        { at: eps, words: 'this audit' },
      ),
      compact ? 420 : 1240,
      compact ? 300 : 360,
    )
  const end = curves.eps.at(-1)!
  const whole =
    end.eps > 2.5 * eps ? ` With changes of any size allowed, ${formatPercent(end.accuracy)} are left.` : ''
  const scores = attacks.find(({ knowledge }) => knowledge === 'scores')
  const asked = curves.queries
  const questions =
    asked.length > 1 && scores && asked.at(-1)!.success > 0
      ? `<h3>Success over questions</h3>
<p class="note">What ${safe(scores.title)}, which sees scores only, fools of what it was given, over how often it may ask.</p>
${chart('Share of images fooled over questions asked', (theme, compact) =>
  renderSvg(
    shareCurve(
      asked.map(({ queries, success }) => [queries, success] as const),
      'Questions per image',
      'Fooled',
      { theme, compact },
    ),
    compact ? 420 : 1240,
    compact ? 260 : 280,
  ),
)}`
      : ''
  return card(
    'curve',
    'Accuracy over the size of the change',
    `<p class="note">PGD on the margin of ${formatCount(shown[0]!.n)} images, for each size.${whole}</p>
${chart('Accuracy over the size of the change', draw)}
${questions}`,
  )
}

function attackTable({ attacks }: AuditResult): string {
  const rows = attacks.map(
    ({ title, source, knowledge, tried, confirmed, confirmedAs8Bit, queries }) =>
      `<tr><td>${safe(title)} <small>${safe(source)}</small></td><td>${safe(knowledge)}</td><td class="count">${formatCount(tried)}</td><td class="count">${formatCount(confirmed)}</td><td class="count">${formatCount(confirmedAs8Bit)}</td><td class="count">${tried === 0 ? '–' : formatCount(Math.round(queries / tried))}</td></tr>`,
  )
  return card(
    'attacks',
    'Attacks',
    `<p class="note">Each attack is tried on the images that still stood after those above it. An image counts as fooled when the original file, run by plain ONNX Runtime, names the changed image wrongly and the change is within its limits; the last but one column says how many still do so as a picture file with 8 bits.</p>
<div class="scroll" tabindex="0" role="region" aria-label="Attacks"><table class="wide">
<thead><tr><th scope="col">Attack</th><th scope="col">Sees</th><th scope="col" class="count">Tried on</th><th scope="col" class="count">Fooled</th><th scope="col" class="count">As 8 bits</th><th scope="col" class="count">Questions each</th></tr></thead>
<tbody>
${rows.join('\n')}
</tbody></table></div>`,
  )
}

const className = ({ data }: AuditResult, index: number): string => data.classes[index] ?? String(index)

function examples(audit: AuditResult, shown: readonly ShownExample[]): string {
  if (shown.length === 0) return ''
  const pixels = (png: Uint8Array, alt: string): string =>
    `<img class="pixels" data-most="128" src="${dataUri(png, 'image/png')}" alt="${safe(alt)}">`
  const items = shown.map(({ example, before, after, difference, times }) => {
    const [was, is] = [className(audit, example.label), className(audit, example.becomes ?? 0)]
    return `<li><div class="trio"><div>${pixels(before, `image of ${was}`)}</div><div>${pixels(difference, 'the change, amplified')}</div><div>${pixels(after, `the same image changed, named ${is}`)}</div></div>
<p><strong>${safe(was)}</strong> is named <strong>${safe(is)}</strong> <small>image ${formatCount(example.index)}, ${safe(audit.attacks.find(({ name }) => name === example.brokenBy)?.title ?? example.brokenBy ?? '')}; change ×${formatSetting(times)}; largest ${formatSetting(example.linf ?? 0)}, length ${formatSetting(example.l2 ?? 0)}</small></p></li>`
  })
  return card(
    'examples',
    'Images that fooled it',
    `<p class="note">The image, what was changed (amplified; grey is no change), and the changed image, which a person still reads as before. Each is confirmed on the original file, as the 8-bit picture that is shown.</p>
<ul class="broken">
${items.join('\n')}
</ul>`,
  )
}

function checks({ checks }: AuditResult): string {
  const rows = checks.map(
    ({ number, title, state, evidence }) =>
      `<tr><td class="count">${number}</td><td><strong>${safe(title)}</strong><br>${safe(evidence)}</td><td><span class="check ${state.replace(' ', '-')}">${state}</span></td></tr>`,
  )
  return card(
    'checks',
    'Whether these numbers can be believed',
    `<p class="note">What the audit checks of itself. Where one fails, attacks may have missed what is there.</p>
<div class="scroll" tabindex="0" role="region" aria-label="Checks"><table class="checks">
<thead><tr><th scope="col" class="count">#</th><th scope="col">What should hold, and what was seen</th><th scope="col">Result</th></tr></thead>
<tbody>
${rows.join('\n')}
</tbody></table></div>`,
  )
}

function perClass(audit: AuditResult): string {
  const { perClass } = audit.summary
  if (perClass.length < 2 || perClass.length > 100) return ''
  const rows = perClass.map(
    (row) =>
      `<tr><td>${safe(className(audit, row.class))}</td><td class="count">${formatCount(row.n)}</td><td class="count">${formatPercent(row.clean)}</td><td class="count">${formatPercent(row.worstCase)}</td></tr>`,
  )
  return card(
    'classes',
    'By class',
    `<div class="scroll" tabindex="0" role="region" aria-label="By class"><table class="log">
<thead><tr><th scope="col">Class</th><th scope="col" class="count">Images</th><th scope="col" class="count">Named rightly</th><th scope="col" class="count">Under every attack</th></tr></thead>
<tbody>
${rows.join('\n')}
</tbody></table></div>`,
  )
}

function certificate({ certificate }: AuditResult): string {
  if (!certificate) return ''
  const { sigma, n, n0, alpha, mostRadius, images, abstained, accuracy } = certificate
  return card(
    'certificate',
    'Certificate',
    `<p class="note">Randomized smoothing (Cohen et al. 2019): noise of deviation ${formatSetting(sigma)}, ${formatCount(n)} draws for each of ${formatCount(images)} images (${formatCount(n0)} to choose the class), wrong with a probability of at most ${formatSetting(alpha)} each; ${formatCount(abstained)} abstained. So many draws prove a radius of ${formatSetting(mostRadius)} at most. It holds for the smoothed model.</p>
${factsTable(
  'Certified accuracy by L2 radius',
  accuracy.map(({ radius, accuracy: share }) => [formatSetting(radius), formatPercent(share)]),
)}`,
  )
}

function patches(audit: AuditResult, svg: string | undefined): string {
  if (!audit.patch?.length) return ''
  const rows = audit.patch.map(
    ({ target, side, area, success, random, crop }) =>
      `<tr><td>${safe(className(audit, target))}</td><td class="count">${formatCount(side)}</td><td class="count">${formatPercent(area)}</td><td class="count">${formatPercent(success)}</td><td class="count">${formatPercent(random)}</td><td class="count">${formatPercent(crop)}</td></tr>`,
  )
  return card(
    'patch',
    'A sticker that fools it',
    `<p class="note">One patch for all images (Brown et al. 2017), put somewhere into held-out images, beside two controls of the same size: random colours, and the best piece of a real image of the target class. <code>figures/patch.svg</code> is made to be printed and cut out.</p>
${svg === undefined ? '' : `<img class="sticker" src="${svgUri(svg)}" alt="The patch, with a ruler">`}
<div class="scroll" tabindex="0" role="region" aria-label="Patches"><table class="log">
<thead><tr><th scope="col">Towards</th><th scope="col" class="count">Side, pixels</th><th scope="col" class="count">Area</th><th scope="col" class="count">Patch</th><th scope="col" class="count">Random</th><th scope="col" class="count">Real piece</th></tr></thead>
<tbody>
${rows.join('\n')}
</tbody></table></div>`,
  )
}

function details(audit: AuditResult): string {
  const { model, data, threats, seed, budget, attacks } = audit
  const threat = threats[0]!
  const { intake, head, image } = model
  const plain = intake.mean.every((n) => n === 0) && intake.std.every((n) => n === 1) && intake.scale === 1
  const passed = model.passedThrough.map(
    ({ op, label, instead }) => `${op}${label ? ` "${label}"` : ''}: ${instead}`,
  )
  const settings = attacks.map(({ title, settings }): [string, string] => [
    title,
    Object.entries(settings)
      .map(([name, value]) => `${name} ${JSON.stringify(value)}`)
      .join(', ') || 'none',
  ])
  return card(
    'details',
    'Details',
    `<div class="columns thirds">
<div>${factsTable('Model', [
      ['file', model.name],
      ['SHA-256', model.sha256],
      ['size', formatBytes(model.bytes)],
      ['made by', model.producer || 'not said'],
      ['operator set', String(model.opset)],
      ['images', `${image.height} × ${image.width} × ${image.channels}, ${intake.layout}`],
      [
        'takes',
        plain
          ? 'pixels in [0, 1]'
          : `(pixel × ${formatSetting(intake.scale)} − ${intake.mean.join(', ')}) / ${intake.std.join(', ')}`,
      ],
      ['classes', formatCount(model.classes)],
      ['gives', head.gives],
      ['no slope of its own', passed.length > 0 ? passed.join('; ') : 'nothing'],
    ])}</div>
<div>${factsTable('Data and threat', [
      ['data', data.name],
      [
        'images',
        `${formatCount(data.n)} of ${formatCount(data.count)} ${data.part} ones, ${data.choice === 'first' ? 'the first' : 'evenly spread'}`,
      ],
      ...(data.preparation ? [['preparation', data.preparation] as [string, string]] : []),
      ['hash', data.hash],
      ['goal', threat.goal],
      ['change', `${threat.norm === 'linf' ? 'L∞' : 'L2'} at most ${formatSetting(threat.eps)}`],
      ['attackers see', threat.knowledge.join(', ')],
      ['MITRE ATLAS', threat.atlas.join('; ')],
      ['NIST AI 100-2', threat.nist.join('; ')],
      ['seed', String(seed)],
      ['budget', budget],
    ])}</div>
<div>${factsTable('Settings of the attacks', settings)}</div>
</div>`,
  )
}

/**
 * @param shown  some of the images that broke the model
 * @param patch  the patch, as SVG
 */
export function auditHtml(audit: AuditResult, shown: readonly ShownExample[] = [], patch?: string): string {
  return pageShell({
    title: `${audit.model.name}: audit`,
    style: AUDIT_STYLE,
    header: header(audit),
    sections: [
      headline(audit),
      means(audit),
      examples(audit, shown),
      curve(audit),
      attackTable(audit),
      certificate(audit),
      patches(audit, patch),
      checks(audit),
      perClass(audit),
      card('limits', 'What it does not say', list(audit.limitations)),
      details(audit),
      card(
        'command',
        'Repeat it',
        `<p class="note">With the same version on the same kind of machine this command gives the same result, byte for byte.</p>
<div class="command"><pre id="command-text" tabindex="0"><code>${safe(formatCommand(audit.command))}</code></pre>
<button type="button" data-copy="command-text" hidden>Copy</button></div>`,
      ),
    ],
    footer: `Made by sparring ${safe(audit.sparring)}. Attacks give an upper bound on strength, certificates a lower one.`,
  })
}
