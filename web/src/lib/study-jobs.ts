// The jobs of a study as a page shows them: what became of each, from the study's records.
import type { RunStatus } from '../../../src/runs/schema.ts'
import type { JournalRow, ResultRow } from '../../../src/runs/study.ts'
import type { StudyJob, StudyResult } from '../../../src/runs/study-result.ts'

/** `found`: its result was there already, by another study or an earlier try. */
export type JobState = 'waiting' | 'running' | 'finished' | 'found' | 'failed'

export interface JobView {
  readonly name: string
  /** `seed 2`, or its name where it has none. */
  readonly label: string
  readonly state: JobState
  /** From 0 to 1, of one that goes on. */
  readonly share?: number
  /** Why it failed, or is to be tried again. */
  readonly why?: string
  /** The run that it leaves, relative to the study's folder, where it is there. */
  readonly folder?: string
  /** Seconds of work. */
  readonly seconds?: number
}

export const STATE_WORDS: Readonly<Record<JobState, string>> = {
  waiting: 'waiting',
  running: 'running',
  finished: 'finished',
  found: 'taken from the store',
  failed: 'failed',
}

/** Whether somebody works at the study. */
export const goesOn = ({ state }: Pick<RunStatus, 'state'>): boolean =>
  state === 'running' || state === 'paused'

/**
 * @param results  lines of `results.jsonl`
 * @param journal  lines of `journal.jsonl`
 * @returns every job of the table, by name
 */
export function jobsOf(
  jobs: readonly StudyJob[],
  results: readonly ResultRow[],
  journal: readonly JournalRow[],
  status: Pick<RunStatus, 'state' | 'doing'>,
): ReadonlyMap<string, JobView> {
  const found = new Map(results.map((row) => [row.job, row] as const))
  const last = new Map(journal.map((row) => [row.job, row] as const))
  const parts = goesOn(status) ? (status.doing?.parts ?? []) : []
  const running = new Map(parts.map((part) => [part.name, part] as const))
  const viewOf = (job: StudyJob): Omit<JobView, 'name' | 'label'> => {
    const result = found.get(job.id)
    const failed = job.failed ?? result?.failed
    if (failed !== undefined)
      return { state: 'failed', why: failed, ...(result?.folder ? { folder: result.folder } : {}) }
    if (result) {
      const { found: wasThere, folder, seconds } = result
      return {
        state: wasThere ? 'found' : 'finished',
        ...(folder === undefined ? {} : { folder }),
        ...(seconds === undefined ? {} : { seconds }),
      }
    }
    const part = running.get(job.name)
    if (part)
      return {
        state: 'running',
        share: part.share,
        ...(part.folder === undefined ? {} : { folder: part.folder }),
      }
    const before = last.get(job.id)
    const isAgain = before?.event === 'retried' || before?.event === 'failed'
    return {
      state: 'waiting',
      ...(isAgain && before.message ? { why: `tried before: ${before.message}` } : {}),
    }
  }
  return new Map(
    jobs.map((job) => {
      const label = job.seed === undefined ? job.name : `seed ${job.seed}`
      return [job.name, { name: job.name, label, ...viewOf(job) }] as const
    }),
  )
}

/** Groups whose numbers may be compared, each with its jobs. */
export const groupsOf = (
  { panels }: Pick<StudyResult, 'panels'>,
  jobs: ReadonlyMap<string, JobView>,
): {
  readonly title: string
  readonly groups: { readonly label: string; readonly jobs: readonly JobView[] }[]
}[] =>
  panels.map(({ title, groups }) => ({
    title,
    groups: groups.map((group) => ({
      label: group.label,
      jobs: group.jobs.flatMap((name) => jobs.get(name) ?? []),
    })),
  }))

/** `2 of 3 done, 1 failed`. */
export function progressWords(jobs: readonly Pick<JobView, 'state'>[]): string {
  const count = (...states: JobState[]): number => jobs.filter(({ state }) => states.includes(state)).length
  const failed = count('failed')
  return `${count('finished', 'found')} of ${jobs.length} done${failed > 0 ? `, ${failed} failed` : ''}`
}
