// A job that trains: its run is begun, or gone on with, and brought to its end; what of it is kept.
import { existsSync } from 'node:fs'
import { rm } from 'node:fs/promises'
import { join } from 'node:path'
import { entryOf } from '../../lifecycle/compare-runs.ts'
import type { MovedData } from '../../lifecycle/recorded-run.ts'
import { continueRun } from '../../lifecycle/train-run.ts'
import type { RunEvent } from '../../measuring/events.ts'
import type { RunConfig } from '../../runs/index.ts'
import { openRun } from '../../runs/node/index.ts'
import { LOCK_FILE, lockHolder } from '../../runs/node/lock.ts'
import type { RowRecord } from '../../runs/study-result.ts'
import { numbersOf, summarize } from '../../statistics/index.ts'
import { DataError } from '../../util/errors.ts'
import { PassingError } from '../driver.ts'
import type { JobContext, JobOutcome } from '../kind.ts'
import { checkData } from './data.ts'
import { filesBelow } from './store.ts'

export interface RunWork {
  /** Begins the run in the job's folder. */
  begin(): AsyncGenerator<RunEvent>
  /** Where its data is on this machine, for a run that goes on. */
  readonly places: MovedData | undefined
  readonly steps: number
  /** Share of the job's progress that is the training; default 1. */
  readonly share?: number
  /** Measures the trained run: rows of its result, beside those that every run has. */
  measure(): Promise<RowRecord[]>
}

/** Begins the run, or goes on with it. What is there and cannot be used is made anew: it is nobody's but this job's. */
async function* runEvents(
  { folder, signal }: JobContext,
  { begin, places }: RunWork,
): AsyncGenerator<RunEvent> {
  if (existsSync(join(folder, 'config.json'))) {
    try {
      const { state } = await (await openRun(folder)).readStatus()
      if (state === 'finished') return
      yield* continueRun(folder, { signal, dataDir: places })
      return
    } catch (error) {
      if (!(error instanceof DataError) || signal.aborted) throw error
    }
  }
  await rm(folder, { recursive: true, force: true })
  yield* begin()
}

/** Hash of what a run was trained on: of several sets the first one's, since the others are results of jobs. */
const trainedOn = ({ data }: RunConfig): string => data.parts?.[0]?.hash ?? data.hash

/** Trains to the end. Returns why it did not come there, where that is its result. */
async function train(context: JobContext, work: RunWork): Promise<string | undefined> {
  const { job, progress, checkpoint } = context
  const { share = 1, steps } = work
  try {
    for await (const event of runEvents(context, work)) {
      if (event.type === 'run') checkData(job, 'train', trainedOn(event.config))
      if (event.type === 'steps') progress((share * (event.step + 1)) / steps)
      if (event.type === 'checkpoint') await checkpoint()
      if (event.type === 'result' && event.result.outcome === 'stopped')
        throw new PassingError('it was stopped')
    }
    return undefined
  } catch (error) {
    if (error instanceof Error && error.name === 'DivergedError') return error.message
    throw error
  }
}

/** What is kept of a run: all but its lock, what was asked of its process, and older checkpoints. */
async function keptFiles(folder: string): Promise<string[]> {
  const names = await filesBelow(
    folder,
    (name) => name.startsWith('.') || name.startsWith(LOCK_FILE) || name === 'control.jsonl',
  )
  const newest = names.filter((name) => name.startsWith('checkpoints/')).at(-1)
  return names.filter((name) => !name.startsWith('checkpoints/') || name === newest)
}

/** Does such a job. @throws whatever went wrong; the folder is left for the next attempt */
export async function runJob(context: JobContext, work: RunWork): Promise<JobOutcome> {
  const { folder } = context
  const holder = await lockHolder(folder).catch(() => undefined)
  if (holder)
    throw new PassingError(
      `process ${holder.pid} on ${holder.host} is still at it; its turn must end before another begins`,
    )
  const failure = await train(context, work)
  if (failure !== undefined)
    return {
      found: { measures: [], training: [], estimators: [], failure },
      files: await keptFiles(folder),
    }
  const rows = await work.measure()
  const entry = await entryOf(folder)
  const { measures, training, times, protocol, estimators } = numbersOf(entry)
  // The weights of the end, rather than those of the last time it was validated.
  const held = rows.length > 0 ? measures.filter(({ name }) => name !== 'heldOut.accuracy') : measures
  return {
    found: {
      measures: [...rows, ...held],
      training,
      ...(protocol ? { protocol: protocol as never } : {}),
      estimators: estimators as never,
    },
    times,
    seconds: summarize(entry.record).seconds ?? 0,
    files: await keptFiles(folder),
  }
}
