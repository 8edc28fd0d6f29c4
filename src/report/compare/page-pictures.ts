// The pictures of a comparison: grids of samples side by side, and curves.

import type { MetricInfo, RunRecord } from '../../runs/index.ts'
import type { Comparison } from '../../statistics/comparison.ts'
import type { Curve } from '../../statistics/curve.ts'
import { curveOf, smooth } from '../../statistics/curve.ts'
import { type ComparisonEntry, firstOf, nameOf } from '../../statistics/entry.ts'
import { measureBySeconds, measureCurve, measuresInTraining } from '../../statistics/quality.ts'
import { formatCount } from '../../util/format.ts'
import type { ChartTheme } from '../chart-parts.ts'
import { defaultSmoothing, learningCurves } from '../charts.ts'
import { dataUri } from '../data-uri.ts'
import { escapeMarkup as safe } from '../escape.ts'
import { card, chart } from '../page-parts.ts'
import { renderSvg } from '../svg.ts'
import { type OverlaidGroup, overlayChart } from './overlay.ts'
import { swatch } from './tables.ts'

/** The grids of samples by run folder, as PNG files of true pixels. */
export type ComparisonGrids = ReadonlyMap<string, { png: Uint8Array; count: number }>

/** Many measures may be taken while training; curves are drawn of so many. */
const MOST_CURVES = 4

function figure(entry: ComparisonEntry, grids: ComparisonGrids): string {
  const grid = grids.get(entry.folder)
  const caption = `${nameOf(entry)}, seed ${entry.record.config.settings.seed}`
  if (!grid)
    return `<p class="quiet">${safe(caption)}: no grid of samples; "sparring report ${safe(entry.folder)}" makes it.</p>`
  const alt = `${formatCount(grid.count)} samples of ${entry.record.config.model} from fresh latents, run ${nameOf(entry)}`
  return (
    `<figure><figcaption>${safe(caption)}, ${formatCount(grid.count)} samples</figcaption>` +
    `<div><img class="pixels" data-most="1200" alt="${safe(alt)}" src="${dataUri(grid.png, 'image/png')}"></div></figure>`
  )
}

/** One grid per group; those of its other seeds can be unfolded. */
export function samples({ groups }: Comparison, grids: ComparisonGrids): string {
  const parts = groups.map((group, index) => {
    const others = group.entries.slice(1)
    const more =
      others.length > 0
        ? `\n<details><summary>${others.length} more ${others.length === 1 ? 'seed' : 'seeds'}</summary>\n${others.map((entry) => figure(entry, grids)).join('\n')}\n</details>`
        : ''
    return `<div><h3>${swatch(index)}${safe(group.label)}</h3>\n${figure(firstOf(group), grids)}${more}</div>`
  })
  return card(
    'samples',
    'Samples',
    `<p class="note">Fresh latents through the final networks, not selected; every pixel as it is, enlarged.</p>
<div class="grids">
${parts.join('\n')}
</div>`,
  )
}

/** Every group's own learning curves, of its first run. */
export function curves({ groups }: Comparison): string {
  const parts = groups.map((group, index) => {
    const { record } = firstOf(group)
    const title = `<h3>${swatch(index)}${safe(group.label)}</h3>`
    if (record.metrics.length === 0) return `<div>${title}\n<p class="quiet">No step was recorded.</p></div>`
    const draw = (theme: ChartTheme, compact: boolean): string =>
      compact
        ? renderSvg(learningCurves(record, { theme, compact, points: 300 }), 420, 380)
        : renderSvg(learningCurves(record, { theme, compact: true, points: 500 }), 640, 420)
    return `<div>${title}\n${chart(`Learning curves of ${group.label}`, draw)}</div>`
  })
  const several = groups.some(({ entries }) => entries.length > 1)
  return card(
    'curves',
    'Learning curves',
    `<p class="note">Each with its own losses, whose values mean different things in different models${several ? '; of the first seed' : ''}. Strong lines are averaged; dotted lines, called “validation …”, are measured on held-out images; numbers mark events of the run's own report.</p>
<div class="grids">
${parts.join('\n')}
</div>`,
  )
}

/** A chart of one number of all groups, or '' where none has it. */
function overlaid(
  { groups }: Comparison,
  info: Omit<MetricInfo, 'axis'>,
  curveIn: (record: RunRecord) => Curve,
  { over = 'steps', title = info.label }: { over?: 'steps' | 'seconds'; title?: string } = {},
): string {
  const drawn: OverlaidGroup[] = groups.map(({ label, entries }) => ({
    label,
    curves: entries.map(({ record }) => curveIn(record)).filter((curve) => curve.length > 0),
  }))
  if (drawn.every((group) => group.curves.length === 0)) return ''
  const draw = (theme: ChartTheme, compact: boolean): string =>
    renderSvg(
      overlayChart(drawn, info, { theme, compact: true, points: compact ? 240 : 500, over }),
      compact ? 420 : 640,
      compact ? 300 : 340,
    )
  return `<div><h3>${safe(title)}</h3>\n${chart(`${title} of ${groups.map(({ label }) => label).join(', ')}`, draw)}</div>`
}

/** Measures over the course of training, over steps and over seconds. */
export function measuresOverTime(comparison: Comparison): string {
  const { groups, measures } = comparison
  const parts = measuresInTraining(groups)
    .slice(0, MOST_CURVES)
    .flatMap((name) => {
      const row = measures.find((each) => each.name === name)
      const info = {
        name,
        label: row?.label ?? name,
        ...(row?.format === 'percent' ? { format: 'percent' as const } : {}),
      }
      return [
        overlaid(comparison, info, (record) => measureCurve(record, name), {
          title: `${info.label} over steps`,
        }),
        overlaid(comparison, info, (record) => measureBySeconds(record, name), {
          over: 'seconds',
          title: `${info.label} over seconds`,
        }),
      ]
    })
    .filter((part) => part !== '')
  if (parts.length === 0) return ''
  return card(
    'over-time',
    'Quality over the course of training',
    `<p class="note">One draw of samples each time. A line per run.</p>\n<div class="grids">\n${parts.join('\n')}\n</div>`,
  )
}

/** Curves of one model in several versions, in one chart each: only there do losses mean the same. */
export function sharedCurves(comparison: Comparison): string {
  const { groups } = comparison
  const configs = groups.flatMap(({ entries }) => entries.map(({ record }) => record.config))
  if (new Set(configs.map(({ model }) => model)).size > 1) return ''
  const parts = configs[0]!.metrics.flatMap((info) => [
    overlaid(comparison, info, ({ metrics }) =>
      smooth(curveOf(metrics, info.name), defaultSmoothing(metrics.length)),
    ),
    overlaid(comparison, info, ({ validation }) => curveOf(validation, info.name), {
      title: `${info.label}, on held-out images`,
    }),
  ])
  return card(
    'shared-curves',
    'Curves together',
    `<p class="note">Averaged as above, a line per run.</p>\n<div class="grids">\n${parts.filter((part) => part !== '').join('\n')}\n</div>`,
  )
}
