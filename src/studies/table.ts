// From the results of jobs to what a study says: rows, ranks and sentences by the rule of comparisons, panel by panel.
import type { JobNumbers } from '../jobs/result.ts'
import type { RowRecord, StudyPanel, StudyResult, StudyTimes } from '../runs/study-result.ts'
import { type Joinable, joinNumbers, RULE } from '../statistics/index.ts'
import { type Axes, axesLabel, inWords } from './axes.ts'
import { curveAxis, curveOf } from './curve.ts'
import type { StudyFile } from './file.ts'
import type { Plan, Planned } from './plan.ts'

/** Pictures are made of so many measures where the study names none. */
export const MOST_DRAWN = 6

/** What was found by jobs, by id; one that is not there has failed for good, or is not done yet. */
export type ResultsById = ReadonlyMap<string, JobNumbers>
/** Why jobs failed for good, by id. */
export type FailuresById = ReadonlyMap<string, string>

/** Axes whose values are never compared with each other. */
export const apartAxes = (study: StudyFile, { varying }: Pick<Plan, 'varying'>): string[] => {
  const { within = ['data'] } = study
  const over = curveAxis(study)
  return varying.filter((axis) => within.includes(axis) || axis === over)
}

/** Why a job that is still to be done has no number. */
export const NOT_YET = 'not done yet'

/** A job's numbers as a comparison of one run. */
function joinable(
  row: Planned,
  label: string,
  found: JobNumbers | undefined,
  failures: FailuresById,
): Joinable<{ seed: number; name: string }> {
  const { measures = [], training = [], protocol, estimators = [], failure } = found ?? {}
  return {
    groups: [
      {
        label,
        model: String(row.axes.model ?? row.job.request.kind),
        runs: [{ seed: row.seed ?? 0, name: row.job.name }],
      },
    ],
    measures: measures as never,
    training: training as never,
    ...(protocol ? { protocol: protocol as never } : {}),
    estimators: estimators as never,
    reason: found ? failure : failures.has(row.job.id) ? 'failed' : NOT_YET,
  }
}

/** Rows in the order that the study asks for; those that it does not name come after. */
const inOrder = (rows: readonly RowRecord[], wanted: readonly string[] = []): RowRecord[] => {
  const place = ({ name }: RowRecord): number => {
    const at = wanted.indexOf(name)
    return at < 0 ? wanted.length : at
  }
  return rows.toSorted((a, b) => place(a) - place(b))
}

const capital = (text: string): string => text.charAt(0).toUpperCase() + text.slice(1)

/** Jobs that may be compared with each other, by what they have in common. */
function panelsOf(study: StudyFile, plan: Plan): { at: Axes; rows: Planned[] }[] {
  const apart = apartAxes(study, plan)
  const panels = new Map<string, { at: Axes; rows: Planned[] }>()
  for (const row of plan.table) {
    const at = Object.fromEntries(
      apart.flatMap((axis) => (row.axes[axis] === undefined ? [] : [[axis, row.axes[axis]]])),
    )
    const key = JSON.stringify(at)
    const panel = panels.get(key) ?? { at, rows: [] }
    panel.rows.push(row)
    panels.set(key, panel)
  }
  return [...panels.values()]
}

/** What a group is called in its panel: without what all groups of the panel share. */
const labelIn = (row: Planned, { varying }: Plan, at: Axes): string => {
  const own = varying.filter((axis) => !Object.hasOwn(at, axis))
  return axesLabel(row.axes, own.length > 0 ? own : varying)
}

/** @throws DataError when jobs of one panel measured in different ways */
function panel(
  study: StudyFile,
  plan: Plan,
  { at, rows }: { at: Axes; rows: Planned[] },
  results: ResultsById,
  failures: FailuresById,
): StudyPanel {
  const joined = joinNumbers(
    rows.map((row) => joinable(row, labelIn(row, plan, at), results.get(row.job.id), failures)),
    // Seconds are told apart from results: they are not the same twice.
    { comparableSeconds: true },
  )
  const { groups, measures, training, sentences, protocol } = joined
  return {
    title: capital(
      Object.entries(at)
        .map(([axis, value]) => `${inWords(axis)} ${value}`)
        .join(', '),
    ),
    at: { ...at },
    groups: groups.map(({ label }) => {
      const jobs = rows.filter((row) => labelIn(row, plan, at) === label)
      const { axes } = jobs[0]!
      return {
        label,
        axes: Object.fromEntries(plan.varying.map((axis) => [axis, axes[axis] ?? null])),
        jobs: jobs.map(({ job }) => job.name),
      }
    }),
    measures: inOrder(measures as RowRecord[], study.measures),
    training: inOrder(training as RowRecord[], study.measures),
    sentences: chosen(sentences, study.measures),
    ...(protocol ? { protocol: protocol as never } : {}),
    estimators: (rows.map(({ job }) => results.get(job.id)?.estimators).find((each) => each?.length) ??
      []) as never,
  }
}

/** The sentences about what the study asks for; all where it names nothing. */
const chosen = <Told extends { readonly row: string }>(
  sentences: Told[],
  wanted?: readonly string[],
): Told[] => (wanted ? sentences.filter(({ row }) => wanted.includes(row)) : sentences)

/** Names of the rows that are drawn. */
export function drawnRows(study: StudyFile, panels: readonly StudyPanel[]): string[] {
  const known = new Map(
    panels.flatMap(({ measures, training }) =>
      [...measures, ...training].map((row) => [row.name, row] as const),
    ),
  )
  if (study.measures) return study.measures.filter((name) => known.has(name)).slice(0, MOST_DRAWN)
  return [...known.values()]
    .filter(({ better }) => better !== undefined)
    .map(({ name }) => name)
    .slice(0, MOST_DRAWN)
}

/**
 * What the results say: a function of the study and of them alone.
 *
 * @param failures  jobs that have neither failed nor a result are not done yet
 * @throws DataError when jobs that should be compared measured in different ways
 */
export function studyResult(
  study: StudyFile,
  plan: Plan,
  results: ResultsById,
  { version, failures = new Map() }: { readonly version: string; readonly failures?: FailuresById },
): Omit<StudyResult, 'figures'> {
  const panels = panelsOf(study, plan).map((each) => panel(study, plan, each, results, failures))
  const curve = curveOf(study, plan.table)
  return {
    format: 1,
    name: study.name,
    title: study.title ?? study.name,
    about: study.about ?? '',
    version,
    measures: drawnRows(study, panels),
    panels,
    ...(curve ? { curve } : {}),
    jobs: plan.table.map(({ job, group, seed }) => {
      const failed = failures.get(job.id) ?? results.get(job.id)?.failure
      return {
        id: job.id,
        name: job.name,
        kind: job.request.kind,
        group,
        ...(seed === undefined ? {} : { seed }),
        ...(failed === undefined ? {} : { failed }),
      }
    }),
    rule: RULE,
  }
}

/** Rows that a clock has measured, panel by panel, with sentences where all jobs ran on one kind of machine. */
export function studyTimes(
  study: StudyFile,
  plan: Plan,
  times: ReadonlyMap<string, { readonly rows: readonly RowRecord[]; readonly machine: string }>,
): StudyTimes {
  const comparable = new Set([...times.values()].map(({ machine }) => machine)).size <= 1
  return panelsOf(study, plan).map(({ at, rows }) => {
    const joined = joinNumbers(
      rows.map((row) => ({
        ...joinable(row, labelIn(row, plan, at), undefined, new Map()),
        training: (times.get(row.job.id)?.rows ?? []) as never,
        reason: undefined,
      })),
      { comparableSeconds: comparable },
    )
    return {
      title: Object.entries(at)
        .map(([axis, value]) => `${inWords(axis)} ${value}`)
        .join(', '),
      at: { ...at },
      training: joined.training as RowRecord[],
      sentences: joined.sentences.filter(({ row }) => joined.training.some(({ name }) => name === row)),
      comparable,
    }
  })
}
