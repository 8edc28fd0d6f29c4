// Comparisons as one, from their numbers alone: for runs whose folders are not, or no longer, in one place.
import { ConfigError, DataError } from '../util/errors.ts'
import type { ComparisonData } from './comparison.ts'
import { type Found, missing, together } from './found.ts'
import { type Row, ranked } from './row.ts'
import { sentencesOf } from './sentences.ts'
import type { Sentence } from './wording.ts'

/** What stays of a comparison without the records of its runs. */
export interface JoinedNumbers extends Pick<ComparisonData, 'groups' | 'measures' | 'training' | 'protocol'> {
  sentences: Sentence[]
}

/** A run, and where its numbers stand in its comparison: in which group, which run of it. */
interface Place {
  comparison: ComparisonData
  group: number
  index: number
}

const groupAt = ({ comparison, group }: Place) => comparison.groups[group]!
const runAt = (place: Place) => groupAt(place).runs[place.index]!

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

/** The runs of every label, by seed. @throws ConfigError for a run that is in two of the comparisons */
function placesByLabel(comparisons: readonly ComparisonData[]): Map<string, Place[]> {
  const places = new Map<string, Place[]>()
  for (const comparison of comparisons)
    for (const [group, { label, runs }] of comparison.groups.entries())
      places.set(label, [
        ...(places.get(label) ?? []),
        ...runs.map((_, index) => ({ comparison, group, index })),
      ])
  for (const [label, known] of places) {
    known.sort((a, b) => runAt(a).seed - runAt(b).seed)
    const twin = known.find((place, at) => at > 0 && runAt(place).seed === runAt(known[at - 1]!).seed)
    if (twin)
      throw new ConfigError(
        `${label} with seed ${runAt(twin).seed} is in two of the comparisons and would count twice; leave one out`,
      )
  }
  return places
}

/** The rows of one kind, of all groups of places. */
function joinRows(
  comparisons: readonly ComparisonData[],
  places: readonly (readonly Place[])[],
  kind: 'measures' | 'training',
): Row[] {
  const rowOf = (comparison: ComparisonData, name: string): Row | undefined =>
    comparison[kind].find((row) => row.name === name)
  const names = new Set(comparisons.flatMap((comparison) => comparison[kind].map(({ name }) => name)))
  return [...names].map((name) => {
    const first = comparisons.map((comparison) => rowOf(comparison, name)).find((row) => row)!
    const { best: _, ...row } = first
    const find = ({ comparison, group, index }: Place): Found =>
      rowOf(comparison, name)?.runs[group]?.[index] ?? missing('not recorded')
    const runs = places.map((known) => known.map(find))
    return ranked({ ...row, runs, values: runs.map(together) })
  })
}

/**
 * Joins what `sparring compare --numbers` wrote. Groups of one label become one group, so the same label must mean the
 * same settings. Of several comparisons seconds are shown but nothing is claimed of them, because the runs may come from
 * different machines.
 *
 * @param comparisons  one or more
 * @throws ConfigError for none, or a run that is in two of them; DataError when they measured in different ways
 */
export function joinNumbers(comparisons: readonly ComparisonData[]): JoinedNumbers {
  const [first] = comparisons
  if (!first) throw new ConfigError('expected the numbers of one comparison or more, got none')
  requireSameProtocol(comparisons)
  const byLabel = placesByLabel(comparisons)
  const places = [...byLabel.values()]
  const quality = sharedQuality(comparisons)
  const measures = joinRows(comparisons, places, 'measures')
  const training = joinRows(comparisons, places, 'training').filter(
    ({ name }) => quality || !name.endsWith('ToQuality'),
  )
  const groups = [...byLabel].map(([label, known]) => ({
    label,
    model: groupAt(known[0]!).model,
    runs: known.map(runAt),
  }))
  const { protocol } = first
  const seeds = comparisons.flatMap((each) => each.protocol?.seeds ?? [])
  return {
    groups,
    measures,
    training,
    ...(protocol ? { protocol: { ...protocol, seeds: [...new Set(seeds)].sort((a, b) => a - b) } } : {}),
    sentences: sentencesOf([...measures, ...training], groups, {
      quality,
      comparableSeconds: comparisons.length === 1,
    }),
  }
}
