// The life of a study: plans its jobs, gives them to a driver, keeps what happens, and makes its result of theirs.
import { existsSync } from 'node:fs'
import { join, resolve } from 'node:path'
import type { Driver, DriverOptions, JobEvent } from '../../jobs/driver.ts'
import type { KindTable } from '../../jobs/kind.ts'
import { dataHashes } from '../../jobs/node/data.ts'
import { programVersion } from '../../jobs/node/execute.ts'
import { KINDS } from '../../jobs/node/kinds.ts'
import { schemeOf, storeAt } from '../../jobs/node/open-store.ts'
import type { Places } from '../../jobs/node/pool.ts'
import type { Store } from '../../jobs/node/store.ts'
import type { Job } from '../../jobs/request.ts'
import { formatLines } from '../../runs/lines.ts'
import { jsonBytes, writeAtomic } from '../../runs/node/disk.ts'
import { createRunOf, openControl, openRunOf, type RunWriter, resumeRunOf } from '../../runs/node/index.ts'
import { machine, versions } from '../../runs/node/machine.ts'
import { CONFIG_FILE } from '../../runs/node/run-folder.ts'
import type { RunStatus } from '../../runs/schema.ts'
import { type JournalRow, type ResultRow, STUDY, type StudyConfig } from '../../runs/study.ts'
import { ConfigError, messageOf } from '../../util/errors.ts'
import type { StudyFile } from '../file.ts'
import { type Plan, type Planned, planStudy } from '../plan.ts'
import type { StudyEvent } from './events.ts'
import { finishStudy } from './finish.ts'
import { type Ledger, learnKnown, openLedger, runFolderOf } from './ledger.ts'

export interface StudyRequest {
  readonly study: StudyFile
  /** Folder of the study: a new one, or its own. */
  readonly folder: string
  /** Address of the store. */
  readonly store: string
  /** Where files of published data sets are. */
  readonly dataDir?: string | undefined
  readonly command: readonly string[]
  /** Who does the jobs. */
  readonly driver: (options: DriverOptions & { readonly placesOf: (job: Job) => Places }) => Promise<Driver>
  /** Default: ours */
  readonly kinds?: KindTable | undefined
  readonly signal?: AbortSignal | undefined
}

/** Jobs that a driver has at a time, for each that it does at once: enough to keep it busy, few enough for its memory. */
const AHEAD = 4
const FEWEST_AHEAD = 32

/** Milliseconds between two looks at requests, and two tellings of progress. */
const PACE = 500
/** Milliseconds between two writes of status.json. */
const STATUS_PACE = 1000

const planOf = (study: StudyFile, { kinds = KINDS, dataDir, signal }: Partial<StudyRequest>): Promise<Plan> =>
  planStudy(study, { kinds, hashes: dataHashes(dataDir), version: programVersion(), dataDir, signal })

/** What a study would do, without doing it. */
export interface StudyCost {
  readonly total: number
  readonly done: number
  readonly helpers: { readonly total: number; readonly done: number }
  /** What is left, by kind of work. */
  readonly left: readonly {
    readonly what: string
    readonly jobs: number
    readonly amount: number
    readonly unit: string
    readonly seconds: number | undefined
  }[]
  readonly secondsLeft: number | undefined
}

/** @param atOnce  jobs at once, for the time */
export async function costOfStudy(
  request: Pick<StudyRequest, 'study' | 'store' | 'dataDir' | 'kinds' | 'signal'>,
  atOnce: number,
): Promise<StudyCost> {
  const { kinds = KINDS } = request
  const plan = await planOf(request.study, request)
  const ledger = openLedger(plan, kinds)
  const store = await storeAt(request.store)
  try {
    const found = new Set(await learnKnown(ledger, store))
    const left = new Map<string, { what: string; jobs: number; amount: number; unit: string; pace: string }>()
    for (const [id, row] of ledger.jobs) {
      if (found.has(id)) continue
      const { amount, unit, pace } = ledger.workOf(row)
      const what = ledger.isHelper(id) ? ledger.kindOf(row).called : row.group
      const so = left.get(what) ?? { what, jobs: 0, amount: 0, unit, pace }
      so.jobs++
      so.amount += amount
      left.set(what, so)
    }
    return {
      total: plan.table.length,
      done: ledger.done(),
      helpers: {
        total: plan.helpers.length,
        done: plan.helpers.filter(({ job }) => found.has(job.id)).length,
      },
      left: [...left.values()].map(({ pace, ...rest }) => {
        const each = ledger.paceOf(pace)
        return { ...rest, seconds: each === undefined ? undefined : each * rest.amount }
      }),
      secondsLeft: ledger.secondsLeft(atOnce),
    }
  } finally {
    await store.close()
  }
}

/** What a study's config says of it, besides what every run's says. */
function described(
  { study, store, command }: StudyRequest,
  { table }: Plan,
): Pick<StudyConfig, 'study' | 'name' | 'title' | 'data' | 'jobs' | 'command' | 'store'> {
  const groups = new Map<string, number>()
  for (const { group } of table) groups.set(group, (groups.get(group) ?? 0) + 1)
  const data = new Set(table.map(({ job: { request } }) => String(request.options.data ?? request.kind)))
  return {
    study: JSON.parse(JSON.stringify(study)) as StudyConfig['study'],
    name: study.name,
    title: study.title ?? study.name,
    data: [...data].join(', '),
    // Addresses of servers may hold passwords, and whoever sees the run would see them.
    ...(schemeOf(store) === undefined ? { store: resolve(store) } : {}),
    jobs: { total: table.length, groups: [...groups].map(([label, jobs]) => ({ label, jobs })) },
    command: [...command],
  }
}

/** Opens the study's folder: makes it, or takes up what is there, with what has changed in its file. */
async function openFolder(request: StudyRequest, plan: Plan): Promise<RunWriter<StudyConfig>> {
  const { folder, study } = request
  const now = described(request, plan)
  if (!existsSync(join(folder, CONFIG_FILE))) {
    const config: StudyConfig = {
      format: 1,
      recipe: 'study',
      ...now,
      createdAt: new Date().toISOString(),
      versions: versions('jobs 1'),
      machine: machine(),
    }
    return createRunOf(STUDY, folder, config)
  }
  const { config } = await openRunOf(STUDY, folder)
  if (config.name !== study.name)
    throw new ConfigError(
      `${folder} holds the study "${config.name}", not "${study.name}"; choose another folder with --out`,
    )
  const run = await resumeRunOf(STUDY, folder)
  const changed = { ...config, ...now }
  if (JSON.stringify(changed) === JSON.stringify(config)) return run
  // The file has changed, e.g. a seed was added: the folder is that of the study as it is now.
  await writeAtomic(join(run.folder, CONFIG_FILE), jsonBytes(changed), { durable: true, within: run.folder })
  await run.close()
  return resumeRunOf(STUDY, folder)
}

/** A line for a job that has its result. */
function resultRow(row: Planned, ledger: Ledger, step: number, found: boolean, folder: string): ResultRow {
  const { found: numbers, times, seconds } = ledger.known.get(row.job.id)!
  const values = [...numbers.measures, ...numbers.training, ...times].flatMap(({ name, values: [value] }) =>
    typeof value?.value === 'number' ? [[name, value.value] as const] : [],
  )
  const run = runFolderOf(row)
  return {
    step,
    job: row.job.id,
    name: row.job.name,
    group: row.group,
    ...(row.seed === undefined ? {} : { seed: row.seed }),
    values: Object.fromEntries(values),
    ...(numbers.failure === undefined ? {} : { failed: numbers.failure }),
    seconds,
    found,
    ...(existsSync(join(folder, run, CONFIG_FILE)) ? { folder: run } : {}),
  }
}

/** Puts a job's run into the study's folder, where another one or another machine has made it. */
async function layOutRun(row: Planned, ledger: Ledger, store: Store, folder: string): Promise<void> {
  const place = join(folder, runFolderOf(row))
  if (!ledger.kindOf(row).leavesRun || existsSync(join(place, CONFIG_FILE))) return
  const result = await store.result(row.job.id)
  if (!result) return
  const { [CONFIG_FILE]: config, ...files } = result.circumstances.files
  await store.layOut(files, place)
  // Last, since it makes the folder a run.
  if (config) await store.layOut({ [CONFIG_FILE]: config }, place)
}

/** Brings `results.jsonl` to what the store has: lines of jobs that are no longer of the study go. */
async function reconcile(
  run: RunWriter<StudyConfig>,
  plan: Plan,
  ledger: Ledger,
  store: Store,
): Promise<void> {
  const { file } = run.logs.results!
  const before = (await run.readLog('results').catch(() => [])) as ResultRow[]
  const rows = new Map(plan.table.map((row) => [row.job.id, row] as const))
  const kept: ResultRow[] = []
  for (const line of before) {
    if (!rows.has(line.job) || !ledger.known.has(line.job)) continue
    rows.delete(line.job)
    kept.push({ ...line, step: kept.length })
  }
  await run.truncateAfter(Number.MAX_SAFE_INTEGER, { [file]: formatLines(kept) })
  const added: ResultRow[] = []
  for (const row of rows.values()) {
    if (!ledger.known.has(row.job.id)) continue
    await layOutRun(row, ledger, store, run.folder)
    added.push(resultRow(row, ledger, kept.length + added.length, true, run.folder))
  }
  await run.append('results', added)
}

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
    await learnKnown(ledger, store)
    await reconcile(run, plan, ledger, store)
    const { folder } = run
    const events = eventQueue()
    driver = await request.driver({
      onEvent: events.push,
      placesOf: (job) => {
        const row = ledger.jobs.get(job.id)!
        return {
          folder: join(folder, ledger.isHelper(job.id) ? `work/${job.id.slice(0, 16)}` : runFolderOf(row)),
          needsFolder: join(folder, 'work/needs'),
          keepFolder: ledger.kindOf(row).leavesRun,
        }
      },
    })
    const total = plan.table.length
    yield { type: 'study', folder, config: run.config, done: ledger.done(), total, driver: driver.words }
    yield* work({ run, plan, ledger, store, driver, events, signal })
  } finally {
    await driver?.close()
    await store.close()
    await run?.close()
  }
}

/** What drivers tell, to be waited for. */
interface EventQueue {
  push(event: JobEvent): void
  /** All since the last time; waits for the first of them, or for so many milliseconds. */
  take(wait: number): Promise<JobEvent[]>
}

function eventQueue(): EventQueue {
  let events: JobEvent[] = []
  let wake: (() => void) | undefined
  return {
    push(event) {
      events.push(event)
      wake?.()
    },
    async take(wait) {
      if (events.length === 0)
        await new Promise<void>((done) => {
          const timer = setTimeout(done, wait)
          wake = () => {
            clearTimeout(timer)
            done()
          }
        })
      wake = undefined
      const taken = events
      events = []
      return taken
    },
  }
}

interface Working {
  readonly run: RunWriter<StudyConfig>
  readonly plan: Plan
  readonly ledger: Ledger
  readonly store: Store
  readonly driver: Driver
  readonly events: EventQueue
  readonly signal: AbortSignal | undefined
}

async function* work(working: Working): AsyncGenerator<StudyEvent> {
  const { run, plan, ledger, store, driver, events, signal } = working
  const total = plan.table.length
  const controls = await openControl(run.folder)
  let paused = false
  let stopping = signal?.aborted ?? false
  let statusAt = 0
  /** Given to the driver and not settled. */
  let outstanding = 0
  let results = ((await run.readLog('results')) as ResultRow[]).length
  const status = (state: RunStatus['state'], message?: string): Promise<void> => {
    statusAt = Date.now()
    return run.writeStatus({
      state,
      step: Math.max(0, ledger.done() - 1),
      pid: process.pid,
      ...(message ? { message } : {}),
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
