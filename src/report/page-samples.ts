// The samples in the report: the step slider, the large grid, the samples through training.
import type { Evaluation, LogTable, SampleEntry, SampleKind } from '../runs/index.ts'
import { formatCount } from '../util/format.ts'
import { dataUri } from './data-uri.ts'
import type { ReportFigure } from './extra-figures.ts'
import type { ThroughTrainingCell } from './figures.ts'
import { card } from './page-parts.ts'

/** What a report shows besides the record: pictures as PNG files, measures, and how to read it. Every one is optional. */
export interface ReportAssets {
  /** What the logs of the record are. Default: those of every run */
  logs?: LogTable
  /** Sample sheets, as listed in the record, with their bytes. */
  sheets?: readonly (SampleEntry & { png: Uint8Array })[]
  /** Many samples of the final network, e.g. 20 x 20. */
  grid?: { png: Uint8Array; count: number }
  /** What was measured of its samples last. */
  evaluation?: Evaluation | undefined
  /** The samples through training. */
  through?: readonly ThroughTrainingCell[]
  /** Figures of this kind of run, in the order of the page. */
  figures?: readonly ReportFigure[]
  /** Figures that could not be made anew, in words. */
  missing?: readonly string[]
}

const png = (bytes: Uint8Array): string => dataUri(bytes, 'image/png')

const KINDS: Record<SampleKind, { title: string; alt: string }> = {
  fixed: { title: 'Fixed latents: the same points at every step', alt: 'Samples from fixed latents' },
  fresh: { title: 'Fresh latents: new points at every step', alt: 'Samples from fresh latents' },
}

/** Two sheets, fixed and fresh latents, with one slider over the sampling steps. */
export function slider(sheets: NonNullable<ReportAssets['sheets']>): string {
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

/** The large grid beside the samples through training. */
export function gallery({ grid, through }: ReportAssets): string {
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
