// Comparisons as one, from their numbers alone: for runs whose folders are not, or no longer, in one place.
import { ConfigError, DataError } from '../../util/errors.ts'
import type { ComparisonData } from './comparison.ts'
import { type Found, missing, together } from './found.ts'
import { type Row, ranked } from './row.ts'
import { sentencesOf } from './sentences.ts'
import type { Sentence } from './wording.ts'

/** What stays of a comparison without the records of its runs. */
export interface JoinedNumbers extends Pick<ComparisonData, 'groups' | 'measures' | 'training' | 'protocol'> {
  sentences: Sentence[]
}

type Run = ComparisonData['groups'][number]['runs'][number]

/** A run, and where its numbers stand. */
interface Place {
  run: Run
  rows: ReadonlyMap<string, Row>
  group: number
  index: number
}

/** @throws DataError when the numbers of two comparisons do not mean the same */
function requireSameProtocol(comparisons: readonly ComparisonData[]): void {
  const keys = comparisons.map(({ protocol, estimators }) => {
    const { seeds: _, ...shared } = protocol ?? {}
    return JSON.stringify([shared, estimators])
  })
  const other = keys.findIndex((key) => key !== keys[0])
  if (other > 0)
    throw new DataError(
      `comparisons 1 and ${other + 1} measured in different ways (real images, counts, extractor or estimators): such numbers cannot be compared; measure all runs in the same way with "sparring evaluate"`,
    )
}

/** The quality whose time was asked for, where all comparisons asked for the same. */
function sharedQuality(comparisons: readonly ComparisonData[]): ComparisonData['quality'] {
  const asked = comparisons.map(({ quality }) => quality && JSON.stringify([quality.measure, quality.value]))
  return asked.every((text) => text === asked[0]) ? comparisons[0]!.quality : undefined
}

/** @throws ConfigError for a run that is in two of the comparisons */
function placesByLabel(
  comparisons: readonly ComparisonData[],
  rowsOf: (comparison: ComparisonData) => readonly Row[],
): Map<string, Place[]> {
  const places = new Map<string, Place[]>()
  for (const comparison of comparisons) {
    const rows = new Map(rowsOf(comparison).map((row) => [row.name, row]))
    for (const [group, { label, runs }] of comparison.groups.entries()) {
      const known = places.get(label) ?? []
      for (const [index, run] of runs.entries()) {
        if (known.some((place) => place.run.seed === run.seed))
          throw new ConfigError(
            `${label} with seed ${run.seed} is in two of the comparisons and would count twice; leave one out`,
          )
        known.push({ run, rows, group, index })
      }
      places.set(label, known)
    }
  }
  for (const known of places.values()) known.sort((a, b) => a.run.seed - b.run.seed)
  return places
}

function joinRows(
  comparisons: readonly ComparisonData[],
  rowsOf: (comparison: ComparisonData) => readonly Row[],
): Row[] {
  const places = [...placesByLabel(comparisons, rowsOf).values()]
  const quality = sharedQuality(comparisons)
  const isAsked = ({ name }: Row): boolean => quality !== undefined || !name.endsWith('ToQuality')
  const first = new Map<string, Row>()
  for (const row of comparisons.flatMap(rowsOf)) if (!first.has(row.name)) first.set(row.name, row)
  return [...first.values()].filter(isAsked).map(({ best: _, ...row }) => {
    const runs = places.map((known) =>
      known.map(({ rows, group, index }): Found => {
        return rows.get(row.name)?.runs[group]?.[index] ?? missing('not recorded')
      }),
    )
    return ranked({ ...row, runs, values: runs.map(together) })
  })
}

/**
 * Joins what `sparring compare --numbers` wrote. Groups of one label become one group, so the same label must mean the
 * same settings. Seconds are shown but nothing is claimed of them, because the runs may come from different machines.
 *
 * @param comparisons  one or more
 * @throws ConfigError for none, or a run that is in two of them; DataError when they measured in different ways
 */
export function joinNumbers(comparisons: readonly ComparisonData[]): JoinedNumbers {
  const [first] = comparisons
  if (!first) throw new ConfigError('expected the numbers of one comparison or more, got none')
  requireSameProtocol(comparisons)
  const measures = joinRows(comparisons, (comparison) => comparison.measures)
  const training = joinRows(comparisons, (comparison) => comparison.training)
  const groups = [...placesByLabel(comparisons, (comparison) => comparison.measures)].map(
    ([label, places]) => ({
      label,
      model: comparisons.flatMap((each) => each.groups).find((group) => group.label === label)!.model,
      runs: places.map(({ run }) => run),
    }),
  )
  const { protocol } = first
  const seeds = comparisons.flatMap((each) => each.protocol?.seeds ?? [])
  return {
    groups,
    measures,
    training,
    ...(protocol ? { protocol: { ...protocol, seeds: [...new Set(seeds)].sort((a, b) => a - b) } } : {}),
    sentences: sentencesOf([...measures, ...training], groups, {
      quality: sharedQuality(comparisons),
      comparableSeconds: comparisons.length === 1,
    }),
  }
}
