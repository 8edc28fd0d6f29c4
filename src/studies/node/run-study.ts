// The life of a study: gives its jobs to a driver, keeps what happens, and makes its result of theirs.
import { existsSync } from 'node:fs'
import { join } from 'node:path'
import type { Driver, JobEvent } from '../../jobs/driver.ts'
import { KINDS } from '../../jobs/node/kinds.ts'
import { storeAt } from '../../jobs/node/open-store.ts'
import type { Store } from '../../jobs/node/store.ts'
import { type ControlReader, openControl, type RunWriter } from '../../runs/node/index.ts'
import { CONFIG_FILE } from '../../runs/node/run-folder.ts'
import type { RunStatus } from '../../runs/schema.ts'
import type { JournalRow, ResultRow, StudyConfig } from '../../runs/study.ts'
import { listed } from '../../statistics/listed.ts'
import { messageOf } from '../../util/errors.ts'
import type { Plan } from '../plan.ts'
import { type EventQueue, eventQueue } from './event-queue.ts'
import type { StudyEvent } from './events.ts'
import { finishStudy } from './finish.ts'
import { type Ledger, learnKnown, openLedger, runFolderOf } from './ledger.ts'
import { soFarKeeper } from './so-far.ts'
import { layOutRun, openFolder, reconcile, resultRow } from './study-folder.ts'
import { planOf, type StudyRequest } from './study-request.ts'

/** Jobs that a driver has at a time, for each that it does at once: enough to keep it busy, few enough for its memory. */
const AHEAD = 4
const FEWEST_AHEAD = 32

/** Milliseconds between two looks at requests, and two tellings of progress. */
const PACE = 500
/** Milliseconds between two writes of status.json. */
const STATUS_PACE = 1000

/**
 * Runs a study, or goes on with it: jobs that have their results are not done again.
 *
 * @throws ConfigError for the file and the folder; DataError for data, store and driver
 */
export async function* runStudy(request: StudyRequest): AsyncGenerator<StudyEvent> {
  const { study, signal, kinds = KINDS } = request
  yield { type: 'planning' }
  const plan = await planOf(study, request)
  const ledger = openLedger(plan, kinds)
  const store = await storeAt(request.store)
  let run: RunWriter<StudyConfig> | undefined
  let driver: Driver | undefined
  try {
    run = await openFolder(request, plan)
    // Before anything that takes time: what is asked for meanwhile is heard.
    const controls = await openControl(run.folder)
    await learnKnown(ledger, store)
    await reconcile(run, plan, ledger, store)
    const { folder } = run
    const events = eventQueue()
    driver = await request.driver({
      onEvent: events.push,
      placesOf: (job) => {
        const row = ledger.jobs.get(job.id)!
        const isRun = ledger.kindOf(row).leaves === 'run'
        return {
          folder: join(folder, isRun ? runFolderOf(row) : `work/${job.id.slice(0, 16)}`),
          needsFolder: join(folder, 'work/needs'),
          keepFolder: isRun,
        }
      },
    })
    const total = plan.table.length
    yield { type: 'study', folder, config: run.config, done: ledger.done(), total, driver: driver.words }
    yield* work({ run, plan, ledger, store, driver, events, controls, signal })
  } finally {
    await driver?.close()
    await store.close()
    await run?.close()
  }
}

/** Jobs that the status names of those that go on. */
const MOST_NAMED = 100

/** What goes on, as the status tells it. */
function doingOf(ledger: Ledger, atOnce: number, folder: string): NonNullable<RunStatus['doing']> {
  const running = ledger.running()
  const secondsLeft = ledger.secondsLeft(atOnce)
  return {
    what: running.length === 0 ? 'waiting' : listed(running.slice(0, 3).map(({ name }) => name)),
    share: ledger.share(),
    ...(secondsLeft === undefined ? {} : { secondsLeft }),
    parts: running.slice(0, MOST_NAMED).map(({ id, name, share }) => {
      const place = runFolderOf(ledger.jobs.get(id)!)
      const isHere = existsSync(join(folder, place, CONFIG_FILE))
      return { name, share: Math.min(1, share), ...(isHere ? { folder: place } : {}) }
    }),
  }
}

interface Working {
  readonly run: RunWriter<StudyConfig>
  readonly plan: Plan
  readonly ledger: Ledger
  readonly store: Store
  readonly driver: Driver
  readonly events: EventQueue
  readonly controls: ControlReader
  readonly signal: AbortSignal | undefined
}

async function* work(working: Working): AsyncGenerator<StudyEvent> {
  const { run, plan, ledger, store, driver, events, controls, signal } = working
  const total = plan.table.length
  let paused = false
  let stopping = signal?.aborted ?? false
  let statusAt = 0
  /** Given to the driver and not settled. */
  let outstanding = 0
  let results = ((await run.readLog('results')) as ResultRow[]).length
  const soFar = soFarKeeper(run, plan, ledger)
  const status = (state: RunStatus['state'], message?: string): Promise<void> => {
    statusAt = Date.now()
    const goesOn = state === 'running' || state === 'paused'
    return run.writeStatus({
      state,
      step: ledger.done() - 1,
      pid: process.pid,
      ...(message ? { message } : {}),
      ...(goesOn ? { doing: doingOf(ledger, driver.atOnce(), run.folder) } : {}),
    })
  }
  const journal = (event: Omit<JournalRow, 'step' | 'at' | 'name'>): Promise<void> =>
    run.append('journal', [
      {
        step: ledger.done(),
        at: new Date().toISOString(),
        name: ledger.jobs.get(event.job)?.job.name ?? event.job,
        ...event,
      },
    ])

  /** Writes down what happened to a job. */
  async function* heed(event: JobEvent): AsyncGenerator<StudyEvent> {
    if (event.type === 'remark') {
      yield event
      return
    }
    const { id } = event
    const row = ledger.jobs.get(id)
    // Of another study that shares the queue, or told twice: after a reconnection, say.
    if (!row || ledger.known.has(id)) return
    switch (event.type) {
      case 'progress':
        ledger.progress(id, event.share)
        return
      case 'started':
        ledger.starts(id, event.attempt)
        await journal({ job: id, event: 'started', attempt: event.attempt, worker: event.worker })
        return
      case 'finished': {
        ledger.ends(id)
        outstanding--
        const result = await store.result(id)
        if (!result) {
          const message = `it is said to be done, but its result is not in ${store.shelf.words}: do all workers have the same --store?`
          ledger.fail(id, message)
          await journal({ job: id, event: 'failed', attempt: event.attempt, message })
          yield { type: 'failed', name: row.job.name, message, final: true }
          return
        }
        ledger.learn(result)
        await layOutRun(row, ledger, store, run.folder)
        await journal({ job: id, event: 'finished', attempt: event.attempt })
        if (ledger.isHelper(id)) return
        const line = resultRow(row, ledger, results++, false, run.folder)
        await run.append('results', [line])
        yield { type: 'result', row: line, done: ledger.done(), total }
        return
      }
      case 'failed': {
        ledger.ends(id)
        const { message, attempt, final } = event
        if (final) {
          outstanding--
          ledger.fail(id, message)
        }
        await journal({ job: id, event: final ? 'failed' : 'retried', attempt, message })
        yield { type: 'failed', name: row.job.name, message, final }
      }
    }
  }

  const progress = (): StudyEvent => ({
    type: 'progress',
    done: ledger.done(),
    total,
    running: ledger.running(),
    secondsLeft: ledger.secondsLeft(driver.atOnce()),
  })
  const abort = (): void => events.push({ type: 'remark', message: '' })
  signal?.addEventListener('abort', abort)
  try {
    await soFar.keepUp()
    await status('running')
    let toldAt = 0
    for (;;) {
      for (let asked = await controls.take(); asked; asked = await controls.take()) {
        if (asked.command === 'stop') stopping = true
        if (asked.command === 'pause' && !paused) {
          paused = true
          await status('paused')
          yield { type: 'paused' }
        }
        if (asked.command === 'continue' && paused) {
          paused = false
          await status('running')
          yield { type: 'continued' }
        }
      }
      stopping ||= signal?.aborted ?? false
      if (stopping || ledger.isOver()) break
      if (!paused) {
        const most = Math.max(FEWEST_AHEAD, AHEAD * driver.atOnce()) - outstanding
        for (const row of most > 0 ? ledger.takeReady(most) : []) {
          outstanding++
          await driver.submit(row.job)
        }
        if (ledger.isOver()) break
      }
      for (const event of await events.take(PACE))
        if (event.type !== 'remark' || event.message) yield* heed(event)
      await soFar.keepUp()
      if (Date.now() - toldAt >= PACE) {
        toldAt = Date.now()
        yield progress()
      }
      if (Date.now() - statusAt > STATUS_PACE) await status(paused ? 'paused' : 'running')
    }
    if (stopping) {
      await driver.stop()
      // What ended in the meantime counts.
      for (const event of await events.take(0)) if (event.type === 'finished') yield* heed(event)
    }
    const failures = [...ledger.failures].map(([id, message]) => ({
      name: ledger.jobs.get(id)!.job.name,
      message,
    }))
    if (!ledger.isOver()) {
      await soFar.keepUp(true)
      await status('stopped')
      yield { type: 'end', outcome: 'stopped', folder: run.folder, failures, files: {} }
      return
    }
    const { result, files } = await finishStudy(run, plan, ledger)
    await (failures.length === 0
      ? status('finished')
      : status(
          'failed',
          `${failures.length} of ${total} jobs failed; ${failures[0]!.name}: ${failures[0]!.message}`,
        ))
    yield { type: 'end', outcome: 'finished', folder: run.folder, result, failures, files }
  } catch (error) {
    await status('failed', messageOf(error)).catch(() => {})
    throw error
  } finally {
    signal?.removeEventListener('abort', abort)
  }
}
