// Runs side by side as numbers and words: the comparison that the command line makes, from what a page holds.

import type { Evaluation } from '../../../src/runs/evaluation.ts'
import type { RunRecord } from '../../../src/runs/record.ts'
import { type Comparison, comparisonOf } from '../../../src/statistics/comparison.ts'
import { compareConfigurations, type Difference } from '../../../src/statistics/configuration.ts'
import { type ComparisonEntry, type Group, nameOf } from '../../../src/statistics/entry.ts'
import { type Found, meanOf, missing } from '../../../src/statistics/found.ts'
import { foundIn, type Row } from '../../../src/statistics/row.ts'
import type { SharedMetric } from './shared-metrics.ts'

/** A run as the comparison takes it. */
export function entryOf(name: string, record: RunRecord, evaluation?: Evaluation): ComparisonEntry {
  const remedy = `needs "sparring evaluate ${name}"`
  if (!evaluation) return { folder: name, record, reason: `not measured; ${remedy}` }
  const { step } = record.status
  if (step > evaluation.step)
    return {
      folder: name,
      record,
      reason: `measured at step ${evaluation.step}, but trained to step ${step} since; ${remedy}`,
    }
  return { folder: name, record, evaluation }
}

export interface Compared {
  /** Undefined when the numbers of the runs cannot be compared; then `refusal` says why. */
  readonly comparison?: Comparison
  readonly refusal?: string
  /** The columns of numbers: of the comparison, or else every run on its own. */
  readonly groups: readonly Group[]
  /** Settings, data, versions and machines that are not the same, by run. */
  readonly differences: readonly Difference[]
  readonly same: readonly (readonly [name: string, value: string])[]
}

/** @param entries  two runs or more, finished or not */
export function compared(entries: readonly ComparisonEntry[]): Compared {
  const single = entries.map((entry): Group => ({ label: nameOf(entry), entries: [entry] }))
  const { differences, same } = compareConfigurations(single)
  const seeds = entries.map(({ record }) => String(record.config.settings.seed))
  const seed = { name: 'seed', values: seeds }
  const isSame = seeds.every((value) => value === seeds[0])
  const facts = {
    differences: isSame ? differences : [seed, ...differences],
    same: isSame ? [['seed', seeds[0]!] as const, ...same] : same,
  }
  try {
    const comparison = comparisonOf(entries, { unfinished: true })
    return { comparison, groups: comparison.groups, ...facts }
  } catch (error) {
    // What cannot be compared is said; what differs, and the pictures, can be looked at all the same.
    return { refusal: (error as Error).message, groups: single, ...facts }
  }
}

/** Steps at the end that the last numbers are means of. */
export const LAST_STEPS = 500

/**
 * The numbers that runs share, at their end: the mean of the last steps of a training, or what was measured last.
 *
 * @param entries  in the order of the indices in `metrics`
 */
export function finalRows(
  metrics: readonly SharedMetric[],
  entries: readonly ComparisonEntry[],
  groups: readonly Group[],
): Row[] {
  return metrics
    .filter(({ kind }) => kind === 'metrics' || kind === 'validation')
    .map((metric): Row => {
      const those = new Set(metric.runs.map((index) => entries[index]!.folder))
      const find = (entry: ComparisonEntry): Found => {
        if (!those.has(entry.folder)) return missing('has no number that means the same')
        const values = metric.curve(entry.record).slice(metric.wobbles ? -LAST_STEPS : -1)
        if (values.length === 0) return missing('not recorded')
        return meanOf(
          [
            meanOf(
              values.map(([, value]) => value),
              'runs',
            ).value!,
          ],
          'runs',
        )
      }
      return {
        name: metric.id,
        label: metric.kind === 'validation' ? `${metric.label}, held-out images` : metric.label,
        note:
          metric.kind === 'validation'
            ? 'As measured last.'
            : `The mean of the last ${LAST_STEPS} steps of a run.`,
        format: metric.info.format === 'percent' ? 'percent' : 'number',
        ...foundIn(groups, find),
      }
    })
}
