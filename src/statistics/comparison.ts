// The comparison of runs: groups, rows of numbers, sentences, protocol and differences, from their records alone.
import { ConfigError } from '../util/errors.ts'
import { requireComparable } from './comparable.ts'
import { compareConfigurations, type Difference, sameMachine } from './configuration.ts'
import { type ComparisonEntry, type Group, nameOf } from './entry.ts'
import { groupsOf } from './groups.ts'
import { heldOutRows } from './held-out.ts'
import { type Estimator, estimatorsOf, measureRows, type Protocol, protocolOf } from './measures.ts'
import { type Quality, qualityOf, type ReachedQuality } from './quality.ts'
import type { Row } from './row.ts'
import { sentencesOf } from './sentences.ts'
import { STEADINESS } from './steadiness.ts'
import { RULE } from './told-apart.ts'
import { type NetworkSize, networkSizes, trainingRows } from './training.ts'
import type { Sentence } from './wording.ts'

export interface ComparisonOptions {
  /** A quality whose time is asked for. Default: the worst of the runs' best FID */
  quality?: Quality | undefined
  /** Also take runs that did not come to their end. Default false */
  unfinished?: boolean | undefined
}

export interface Comparison {
  groups: Group[]
  /** Measures of samples. */
  measures: Row[]
  /** Numbers of training. */
  training: Row[]
  /** Undefined when nothing was measured while the runs trained. */
  quality?: ReachedQuality
  sentences: Sentence[]
  /** Undefined when no run was evaluated. */
  protocol?: Protocol
  estimators: Estimator[]
  networks: NetworkSize[]
  differences: Difference[]
  same: [string, string][]
  /** What a reader must know before believing the rest. */
  remarks: string[]
}

/** What limits the whole comparison. */
function remarksOf(groups: readonly Group[]): string[] {
  const entries = groups.flatMap((group) => group.entries)
  const remarks = entries.flatMap((entry) => {
    const { state, step } = entry.record.status
    const planned = entry.record.config.settings.steps
    return [
      ...(entry.evaluation ? [] : [`${entry.folder}: ${entry.reason ?? 'not measured'}.`]),
      ...(state === 'finished'
        ? []
        : [`${entry.folder} is not finished: ${state} at step ${step} of ${planned}.`]),
    ]
  })
  if (groups.length < 2)
    remarks.push(
      'All runs differ in their seed only, so there is nothing to compare them with: the numbers show how much chance decides.',
    )
  else if (groups.some((group) => group.entries.length === 1))
    remarks.push(
      'A column of one run has the spread of its draws, not of its training: what differs is these runs, not yet their models. Three seeds or more tell models apart.',
    )
  return remarks
}

/**
 * Compares runs by what was recorded of them. Runs that differ in their seed only become one group.
 *
 * @throws ConfigError for fewer than two runs, a run that is given twice, or a quality that was not measured; DataError
 *   for runs that are not finished, or whose numbers cannot be compared: other data, reference, extractor or protocol
 */
export function comparisonOf(
  entries: readonly ComparisonEntry[],
  { quality: wanted, unfinished = false }: ComparisonOptions = {},
): Comparison {
  if (entries.length < 2)
    throw new ConfigError(
      `compare: expected two runs or more, got ${entries.length}; name the folder of another run`,
    )
  requireComparable(entries, { unfinished })
  const groups = groupsOf(entries)
  const measures = measureRows(groups)
  const quality = qualityOf(groups, measures, wanted)
  const training = trainingRows(groups, quality)
  const protocol = protocolOf(groups)
  return {
    groups,
    measures,
    training,
    ...(quality ? { quality } : {}),
    sentences: sentencesOf([...measures, ...training], groups, {
      quality,
      comparableSeconds: sameMachine(groups),
    }),
    ...(protocol ? { protocol } : {}),
    estimators: estimatorsOf(groups),
    networks: networkSizes(groups),
    ...compareConfigurations(groups),
    remarks: remarksOf(groups),
  }
}

/** The numbers of one run, as a comparison of it with itself would have them: to be joined with those of others. */
export interface RunNumbers {
  measures: Row[]
  training: Row[]
  /** Rows that a clock has measured. */
  times: Row[]
  protocol?: Protocol
  estimators: Estimator[]
}

/** Rows of seconds: they differ from machine to machine, and from one time to the next. */
const TIMES = new Set(['stepTime', 'totalTime', 'secondsToQuality'])

/** @param entry  a run, with what was measured of its samples, if anything was */
export function numbersOf(entry: ComparisonEntry): RunNumbers {
  const groups: Group[] = [{ label: entry.record.config.model, entries: [entry] }]
  const protocol = protocolOf(groups)
  const training = trainingRows(groups, undefined)
  return {
    // A run that makes no images has no measures of them, rather than empty ones.
    measures: [...(entry.evaluation ? measureRows(groups) : []), ...heldOutRows(groups)],
    training: training.filter(({ name }) => !TIMES.has(name)),
    times: training.filter(({ name }) => TIMES.has(name)),
    ...(protocol ? { protocol } : {}),
    estimators: entry.evaluation ? estimatorsOf(groups) : [],
  }
}

/** All numbers of a comparison as plain data, without the logs that they come from. */
export function comparisonData(comparison: Comparison) {
  const { groups, networks, ...numbers } = comparison
  const labels = groups.map(({ label }) => label)
  return {
    groups: groups.map(({ label, entries }) => ({
      label,
      model: entries[0]!.record.config.model,
      runs: entries.map((entry) => ({
        folder: entry.folder,
        name: nameOf(entry),
        seed: entry.record.config.settings.seed,
        state: entry.record.status.state,
        steps: entry.record.metrics.length,
        evaluatedAt: entry.evaluation?.step ?? null,
      })),
    })),
    networks: networks.map(({ group, ...network }) => ({ group: labels[group]!, ...network })),
    ...numbers,
    rule: RULE,
    definitions: { unsteadiness: STEADINESS },
  }
}
export type ComparisonData = ReturnType<typeof comparisonData>
