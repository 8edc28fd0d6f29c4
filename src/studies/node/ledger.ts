// What is known of a study's jobs while it runs: results, failures, who may start, what is left.
import type { JobKind, KindTable, Work } from '../../jobs/kind.ts'
import type { Store } from '../../jobs/node/store.ts'
import type { JobNumbers, JobResult } from '../../jobs/result.ts'
import { JOB_RUNS } from '../../runs/study.ts'
import type { RowRecord } from '../../runs/study-result.ts'
import { paceTracker } from '../pace.ts'
import { folderName, type Plan, type Planned } from '../plan.ts'

/** What is kept of a result: little, as there may be many. */
export interface Known {
  readonly found: JobNumbers
  readonly times: readonly RowRecord[]
  readonly machine: string
  readonly seconds: number
}

/** A job that somebody works on. */
interface Running {
  readonly since: number
  /** How far it was when this session first heard of it. */
  readonly from: number
  share: number
  readonly attempt: number
}

export interface Ledger {
  /** Rows of the table, then helpers, by id. */
  readonly jobs: ReadonlyMap<string, Planned>
  readonly known: ReadonlyMap<string, Known>
  readonly failures: ReadonlyMap<string, string>
  /** Rows of the table that have their result. */
  done(): number
  /** Of all jobs, helpers too: from 0 to 1. */
  share(): number
  isHelper(id: string): boolean
  kindOf(row: Planned): JobKind
  workOf(row: Planned): Work
  learn(result: JobResult): void
  fail(id: string, message: string): void
  starts(id: string, attempt: number): void
  progress(id: string, share: number): void
  ends(id: string): void
  running(): { readonly id: string; readonly name: string; readonly share: number }[]
  /** Jobs that can be given away now, in order; each is told once. Those whose needs have failed are failed too. */
  takeReady(most: number): Planned[]
  /** Nothing is left to be done. */
  isOver(): boolean
  secondsLeft(atOnce: number): number | undefined
  /** Seconds per unit of work of a pace; undefined where nothing is known. */
  paceOf(pace: string): number | undefined
}

export function openLedger(
  plan: Plan,
  kinds: KindTable,
  now: () => number = () => performance.now() / 1000,
): Ledger {
  const jobs = new Map([...plan.helpers, ...plan.table].map((row) => [row.job.id, row] as const))
  const helpers = new Set(plan.helpers.map(({ job }) => job.id))
  for (const { job } of plan.table) helpers.delete(job.id)
  const known = new Map<string, Known>()
  const failures = new Map<string, string>()
  const running = new Map<string, Running>()
  const pace = paceTracker()
  const kindOf = (row: Planned): JobKind => kinds[row.job.request.kind]!
  const workOf = (row: Planned): Work => kindOf(row).work(row.job.request.options)
  /** Not given away yet, in the order of the table. */
  let waiting: Planned[] = [...jobs.values()]
  const isSettled = (id: string): boolean => known.has(id) || failures.has(id)
  let done = 0

  return {
    jobs,
    known,
    failures,
    done: () => done,
    share() {
      const begun = [...running.values()].reduce((sum, job) => sum + job.share, 0)
      return jobs.size === 0 ? 1 : Math.min(1, (known.size + failures.size + begun) / jobs.size)
    },
    isHelper: (id) => helpers.has(id),
    kindOf,
    workOf,
    learn({ id, found, circumstances: { times, machine, seconds, work, pace: of } }) {
      if (!known.has(id) && !helpers.has(id)) done++
      known.set(id, { found, times, machine, seconds })
      failures.delete(id)
      pace.took(of, work, seconds)
    },
    fail(id, message) {
      failures.set(id, message)
    },
    starts(id, attempt) {
      running.set(id, { since: now(), from: Number.NaN, share: 0, attempt })
    },
    progress(id, share) {
      const job = running.get(id)
      if (!job) return
      // What an earlier session did took none of this one's time.
      if (Number.isNaN(job.from)) running.set(id, { ...job, since: now(), from: share, share })
      else job.share = share
      const row = jobs.get(id)
      if (!row || !(share - job.from > 0.02)) return
      const { amount, pace: of } = workOf(row)
      pace.goesOn(of, amount * (share - job.from), now() - job.since)
    },
    ends(id) {
      running.delete(id)
    },
    running: () =>
      [...running].map(([id, { share }]) => ({ id, name: jobs.get(id)?.job.name ?? id.slice(0, 12), share })),
    takeReady(most) {
      const taken: Planned[] = []
      const left: Planned[] = []
      for (const [at, row] of waiting.entries()) {
        if (taken.length === most) {
          left.push(...waiting.slice(at))
          break
        }
        const { id } = row.job
        if (isSettled(id)) continue
        const broken = row.after.find((needed) => failures.has(needed))
        if (broken !== undefined) {
          failures.set(id, `it needs "${jobs.get(broken)?.job.name ?? broken}", which failed`)
          continue
        }
        if (row.after.every((needed) => known.has(needed))) taken.push(row)
        else left.push(row)
      }
      waiting = left
      return taken
    },
    paceOf: pace.secondsPerUnit,
    isOver: () => known.size + failures.size === jobs.size,
    secondsLeft(atOnce) {
      const left: Work[] = []
      for (const [id, row] of jobs) {
        if (isSettled(id)) continue
        const work = workOf(row)
        left.push({ ...work, amount: work.amount * (1 - (running.get(id)?.share ?? 0)) })
      }
      return pace.secondsLeft(left, atOnce)
    },
  }
}

/** The run that a job leaves, relative to the study's folder. */
export const runFolderOf = (row: Planned): string => `${JOB_RUNS}/${folderName(row)}`

/** Reads what the store has of a study's jobs. */
export async function learnKnown(ledger: Ledger, store: Store): Promise<string[]> {
  const found: string[] = []
  for (const id of ledger.jobs.keys()) {
    const result = await store.result(id)
    if (!result) continue
    ledger.learn(result)
    found.push(id)
  }
  return found
}
