// The folder of a study: made or taken up, its results brought to what the store has, runs of jobs put into it.
import { existsSync } from 'node:fs'
import { join, resolve } from 'node:path'
import { schemeOf } from '../../jobs/node/open-store.ts'
import type { Store } from '../../jobs/node/store.ts'
import { formatLines } from '../../runs/lines.ts'
import { jsonBytes, writeAtomic } from '../../runs/node/disk.ts'
import { createRunOf, openRunOf, type RunWriter, resumeRunOf } from '../../runs/node/index.ts'
import { machine, versions } from '../../runs/node/machine.ts'
import { CONFIG_FILE } from '../../runs/node/run-folder.ts'
import { type ResultRow, STUDY, type StudyConfig } from '../../runs/study.ts'
import { ConfigError, DataError } from '../../util/errors.ts'
import type { Plan, Planned } from '../plan.ts'
import { type Ledger, runFolderOf } from './ledger.ts'
import type { StudyRequest } from './study-request.ts'

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
export async function openFolder(request: StudyRequest, plan: Plan): Promise<RunWriter<StudyConfig>> {
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
  const { config } = await openRunOf(STUDY, folder).catch((error: unknown) => {
    if (!(error instanceof DataError)) throw error
    throw new DataError(`${error.message.replace(/\.$/, '')}; choose another folder with --out`, {
      cause: error,
    })
  })
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
export function resultRow(
  row: Planned,
  ledger: Ledger,
  step: number,
  found: boolean,
  folder: string,
): ResultRow {
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
export async function layOutRun(row: Planned, ledger: Ledger, store: Store, folder: string): Promise<void> {
  const place = join(folder, runFolderOf(row))
  if (ledger.kindOf(row).leaves !== 'run' || existsSync(join(place, CONFIG_FILE))) return
  const result = await store.result(row.job.id)
  if (!result) return
  const { [CONFIG_FILE]: config, ...files } = result.circumstances.files
  await store.layOut(files, place)
  // Last, since it makes the folder a run.
  if (config) await store.layOut({ [CONFIG_FILE]: config }, place)
}

/** Brings `results.jsonl` to what the store has: lines of jobs that are no longer of the study go. */
export async function reconcile(
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
