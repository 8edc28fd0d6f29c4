// The measures of samples as rows, from the evaluations of all runs.
import type { Evaluation, MeasureRecord } from '../runs/index.ts'
import { formatCount } from '../util/format.ts'
import type { ComparisonEntry, Group } from './entry.ts'
import { type Found, missing } from './found.ts'
import { foundIn, type Row, ranked } from './row.ts'
import type { Floor } from './told-apart.ts'

/** How a measure was taken, as the page prints it below the table. */
export interface Estimator {
  label: string
  /** More than one when runs were measured in different ways. */
  estimators: string[]
  /** Samples that went in, by role, e.g. `fake 10,000`. */
  counts: string[]
}

const unique = <Item>(items: readonly Item[]): Item[] => [...new Set(items)]
const isThere = <Item>(item: Item | undefined): item is Item => item !== undefined

const evaluationsOf = (groups: readonly Group[]): Evaluation[] =>
  groups.flatMap(({ entries }) => entries.map(({ evaluation }) => evaluation)).filter(isThere)

/** A measure as one run has it. */
function measureOf({ evaluation, reason }: ComparisonEntry, name: string): Found {
  if (!evaluation) return missing(reason ?? 'not measured')
  const record = evaluation.measures.find((measure) => measure.name === name)
  if (!record) return missing('not among the measures of this run')
  if (record.value === null) return missing(record.reason ?? 'no value was found')
  const n = record.draws.filter((draw) => draw !== null).length || 1
  return {
    value: record.value,
    ...(record.spread === undefined ? {} : { deviation: record.spread }),
    n,
    over: 'draws',
    caveats: record.caveat === undefined ? [] : [record.caveat],
  }
}

/** What real images have, over all evaluations: mostly the same in each. */
function floorOf(records: readonly MeasureRecord[]): { floor?: Floor; floorReason?: string } {
  const floors = records.map(({ floor }) => floor).filter(isThere)
  const known = floors.filter(({ value }) => value !== null)
  if (known.length === 0) {
    const reason = floors.find((floor) => floor.reason !== undefined)?.reason
    return { floorReason: reason ?? 'not measured' }
  }
  const mean = (values: readonly number[]): number => values.reduce((sum, x) => sum + x, 0) / values.length
  const spreads = known.map(({ spread }) => spread).filter(isThere)
  const value = known.every((floor) => floor.value === known[0]!.value)
    ? known[0]!.value!
    : mean(known.map((floor) => floor.value!))
  return {
    floor: {
      value,
      ...(spreads.length > 0 ? { deviation: Math.sqrt(mean(spreads.map((spread) => spread ** 2))) } : {}),
    },
  }
}

/** Records by measure, in the order in which evaluations list them. */
function recordsByName(groups: readonly Group[]): Map<string, MeasureRecord[]> {
  const records = new Map<string, MeasureRecord[]>()
  for (const { measures } of evaluationsOf(groups))
    for (const measure of measures) records.set(measure.name, [...(records.get(measure.name) ?? []), measure])
  return records
}

/**
 * A row per measure that any run has. Numbers that were estimated in different ways are shown, with a note, but not
 * ranked.
 */
export function measureRows(groups: readonly Group[]): Row[] {
  return [...recordsByName(groups)].map(([name, records]) => {
    const [first] = records as [MeasureRecord]
    const row = {
      name,
      label: first.label,
      format: first.format,
      ...floorOf(records),
      ...foundIn(groups, (entry) => measureOf(entry, name)),
    }
    const ways = unique(records.map(({ better, estimator }) => `${better}: ${estimator}`))
    if (ways.length > 1)
      return { ...row, note: `not ranked: estimated in ${ways.length} different ways, see the protocol` }
    return ranked({ ...row, better: first.better })
  })
}

/** How each measure was taken. */
export const estimatorsOf = (groups: readonly Group[]): Estimator[] =>
  [...recordsByName(groups).values()].map((records) => ({
    label: records[0]!.label,
    estimators: unique(records.map(({ estimator }) => estimator)),
    counts: unique(
      records.map(({ n }) =>
        Object.entries(n)
          .map(([role, count]) => `${role} ${formatCount(count)}`)
          .join(', '),
      ),
    ),
  }))

/** What all evaluations share, once they have been found comparable; undefined when no run was evaluated. */
export interface Protocol {
  count: number
  draws: number
  seeds: number[]
  reference: string
  referenceHash: string
  extractor?: Evaluation['extractor']
}

export function protocolOf(groups: readonly Group[]): Protocol | undefined {
  const evaluations = evaluationsOf(groups)
  const [first] = evaluations
  if (!first) return undefined
  const { protocol, data, extractor } = first
  return {
    count: protocol.count,
    draws: protocol.draws,
    seeds: unique(evaluations.map((evaluation) => evaluation.protocol.seed)).sort((a, b) => a - b),
    reference: protocol.reference,
    referenceHash: data.referenceHash,
    ...(extractor ? { extractor } : {}),
  }
}
