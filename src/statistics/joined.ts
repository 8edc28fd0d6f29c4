// Comparisons as one, from their numbers alone: for runs whose folders are not, or no longer, in one place.
import { ConfigError, DataError } from '../util/errors.ts'
import type { ComparisonData } from './comparison.ts'
import { type Found, missing, together } from './found.ts'
import { type Row, ranked } from './row.ts'
import { sentencesOf } from './sentences.ts'
import type { Sentence } from './wording.ts'

/** A run of a comparison: its seed, and whatever else is kept of it. */
interface JoinedRun {
  readonly seed: number
}

/** The numbers of runs by group: what a comparison has, or the result of one job of a study. */
export interface Joinable<Run extends JoinedRun = JoinedRun>
  extends Pick<ComparisonData, 'measures' | 'training' | 'protocol' | 'quality' | 'estimators'> {
  readonly groups: readonly {
    readonly label: string
    readonly model: string
    readonly runs: readonly Run[]
  }[]
  /** Why a number that others have is not there. Default: it was not recorded */
  readonly reason?: string | undefined
}

/** What stays of a comparison without the records of its runs. */
export interface JoinedNumbers<Run extends JoinedRun = JoinedRun>
  extends Pick<ComparisonData, 'measures' | 'training' | 'protocol'> {
  groups: { label: string; model: string; runs: Run[] }[]
  sentences: Sentence[]
}

/** A run, and where its numbers stand in its comparison: in which group, which run of it. */
interface Place<Run extends JoinedRun = JoinedRun> {
  comparison: Joinable<Run>
  group: number
  index: number
}

const groupAt = <Run extends JoinedRun>({ comparison, group }: Place<Run>) => comparison.groups[group]!
const runAt = <Run extends JoinedRun>(place: Place<Run>): Run => groupAt(place).runs[place.index]!

/** @throws DataError when the numbers of two comparisons do not mean the same */
function requireSameProtocol(comparisons: readonly Joinable[]): void {
  const keys = comparisons.map(({ protocol, estimators }) => {
    // Where nothing was measured, nothing can contradict.
    if (!protocol && estimators.length === 0) return undefined
    const { seeds: _, ...shared } = protocol ?? {}
    return JSON.stringify([shared, estimators])
  })
  const first = keys.find((key) => key !== undefined)
  const other = keys.findIndex((key) => key !== undefined && key !== first)
  if (other > 0)
    throw new DataError(
      `comparisons 1 and ${other + 1} measured in different ways (real images, counts, extractor or estimators): such numbers cannot be compared; measure all runs in the same way with "sparring evaluate"`,
    )
}

/** The quality whose time was asked for, where all comparisons asked for the same. */
function sharedQuality(comparisons: readonly Joinable[]): ComparisonData['quality'] {
  const asked = comparisons.map(({ quality }) => quality && JSON.stringify([quality.measure, quality.value]))
  return asked.every((text) => text === asked[0]) ? comparisons[0]!.quality : undefined
}

/** The runs of every label, by seed. @throws ConfigError for a run that is in two of the comparisons */
function placesByLabel<Run extends JoinedRun>(
  comparisons: readonly Joinable<Run>[],
): Map<string, Place<Run>[]> {
  const places = new Map<string, Place<Run>[]>()
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
  comparisons: readonly Joinable[],
  places: readonly (readonly Place[])[],
  kind: 'measures' | 'training',
): Row[] {
  const rowOf = (comparison: Joinable, name: string): Row | undefined =>
    comparison[kind].find((row) => row.name === name)
  const names = new Set(comparisons.flatMap((comparison) => comparison[kind].map(({ name }) => name)))
  return [...names].map((name) => {
    const first = comparisons.map((comparison) => rowOf(comparison, name)).find((row) => row)!
    const { best: _, ...row } = first
    const find = ({ comparison, group, index }: Place): Found =>
      rowOf(comparison, name)?.runs[group]?.[index] ?? missing(comparison.reason ?? 'not recorded')
    const runs = places.map((known) => known.map(find))
    return ranked({ ...row, runs, values: runs.map(together) })
  })
}

/**
 * Joins what `sparring compare --numbers` wrote. Groups of one label become one group, so the same label must mean the
 * same settings. Of several comparisons seconds are shown but nothing is claimed of them, because the runs may come from
 * different machines.
 *
 * @param comparisons        one or more
 * @param comparableSeconds  whether all runs were made on one kind of machine. Default: only those of one comparison
 * @throws ConfigError for none, or a run that is in two of them; DataError when they measured in different ways
 */
export function joinNumbers<Run extends JoinedRun = ComparisonData['groups'][number]['runs'][number]>(
  comparisons: readonly Joinable<Run>[],
  { comparableSeconds = comparisons.length === 1 }: { readonly comparableSeconds?: boolean } = {},
): JoinedNumbers<Run> {
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
  const protocol = comparisons.find((each) => each.protocol)?.protocol
  const seeds = comparisons.flatMap((each) => each.protocol?.seeds ?? [])
  return {
    groups,
    measures,
    training,
    ...(protocol ? { protocol: { ...protocol, seeds: [...new Set(seeds)].sort((a, b) => a - b) } } : {}),
    sentences: sentencesOf([...measures, ...training], groups, {
      quality,
      comparableSeconds,
    }),
  }
}
