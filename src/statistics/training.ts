// What training took, as rows: time, steps, steadiness, warnings; and the parameters of every network.
import type { RunRecord } from '../runs/index.ts'
import type { Group } from './entry.ts'
import { type Found, meanOf, missing } from './found.ts'
import { qualityRows, type ReachedQuality } from './quality.ts'
import { foundIn, type Row, ranked } from './row.ts'
import { unsteadiness } from './steadiness.ts'
import { stepTimes, summarize } from './summary.ts'
import { warningsOf } from './warnings.ts'

const median = (values: readonly number[]): number => {
  const sorted = values.toSorted((a, b) => a - b)
  const middle = sorted.length >> 1
  return sorted.length % 2 ? sorted[middle]! : (sorted[middle - 1]! + sorted[middle]!) / 2
}

/**
 * Median milliseconds per step of a run, without a spread: parts of one run share what else their machine did meanwhile, so
 * only several runs show how far such times lie apart.
 */
function stepTime(record: RunRecord): Found {
  const times = stepTimes(record).map(([, milliseconds]) => milliseconds)
  return times.length === 0 ? missing('not recorded') : meanOf([median(times)], 'runs')
}

const total = (record: RunRecord): Found => {
  const { seconds } = summarize(record)
  return seconds === undefined ? missing('not recorded') : meanOf([seconds], 'runs')
}

/** @param quality  undefined when nothing was measured while the runs trained */
export function trainingRows(groups: readonly Group[], quality: ReachedQuality | undefined): Row[] {
  const find = (of: (record: RunRecord) => Found): Pick<Row, 'values' | 'runs'> =>
    foundIn(groups, ({ record }) => of(record))
  const rows: Omit<Row, 'best'>[] = [
    {
      name: 'steps',
      label: 'Steps',
      format: 'count',
      ...find(({ metrics }) => meanOf([metrics.length], 'runs')),
    },
    {
      name: 'stepTime',
      label: 'Time per step',
      format: 'milliseconds',
      better: 'lower',
      ...find(stepTime),
    },
    { name: 'totalTime', label: 'Training time', format: 'seconds', ...find(total) },
    ...(quality ? qualityRows(groups, quality) : []),
    {
      name: 'unsteadiness',
      label: 'Wobble of the losses',
      format: 'percent',
      better: 'lower',
      ...find(unsteadiness),
    },
    { name: 'warnings', label: 'Warnings', format: 'count', ...find(warningsOf) },
  ]
  return rows.map(ranked)
}

/** A network of a group. */
export interface NetworkSize {
  group: number
  network: string
  total: number
  trainable: number
  nonTrainable: number
}

export const networkSizes = (groups: readonly Group[]): NetworkSize[] =>
  groups.flatMap(({ entries }, group) =>
    entries[0]!.record.config.networks.map(({ name, total, trainable, nonTrainable }) => ({
      group,
      network: name,
      total,
      trainable,
      nonTrainable,
    })),
  )
