// The page of a comparison: one self-contained HTML file.

import type { Comparison } from '../../statistics/comparison.ts'
import { firstOf } from '../../statistics/entry.ts'
import { escapeMarkup as safe } from '../escape.ts'
import { pageShell } from '../page-shell.ts'
import { type ComparisonGrids, curves, measuresOverTime, samples, sharedCurves } from './page-pictures.ts'
import { configuration, findings, header, measures, networks, titleOf, training } from './page-sections.ts'
import { COMPARE_STYLE } from './style.ts'

export type { ComparisonGrids }

/**
 * A comparison as one HTML page that needs no network.
 *
 * @param comparison  as `comparisonOf` makes it
 * @param grids       a grid of samples per run folder; runs without one say how to make it
 */
export function comparisonHtml(comparison: Comparison, grids: ComparisonGrids = new Map()): string {
  const version = firstOf(comparison.groups[0]!).record.config.versions.sparring
  return pageShell({
    title: `${titleOf(comparison)}: comparison`,
    style: COMPARE_STYLE,
    header: header(comparison),
    sections: [
      findings(comparison),
      samples(comparison, grids),
      measures(comparison),
      measuresOverTime(comparison),
      curves(comparison),
      sharedCurves(comparison),
      training(comparison),
      networks(comparison),
      configuration(comparison),
    ],
    footer: `Made by sparring${version === undefined ? '' : ` ${safe(version)}`} from the records of the runs.`,
  })
}
