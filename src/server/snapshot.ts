// Everything that a run's folder tells, as one answer.
import { readdir } from 'node:fs/promises'
import { knownParts, type RunParts } from '../lifecycle/run-parts.ts'
import { readClassification } from '../pictures/classification.ts'
import {
  liveLogs,
  logInfo,
  type MetricsRow,
  parseLines,
  type RunHead,
  type RunStatus,
} from '../runs/index.ts'
import { formatCursor, type RunFolder, readTail, START } from '../runs/node/index.ts'
import { isOffered, isTraining, keeperOf, lastName } from './open-run.ts'
import type { Columns, RunSnapshot, SnapshotLogs } from './protocol.ts'

/** Six digits are more than a screen shows, and a third of the bytes. */
const short = (value: number): number | null => (Number.isFinite(value) ? Number(value.toPrecision(6)) : null)

function columns(rows: readonly MetricsRow[]): Columns {
  const names = new Set(rows.flatMap((row, i) => (i < 2 || i === rows.length - 1 ? Object.keys(row) : [])))
  names.delete('step')
  return {
    step: rows.map(({ step }) => step),
    ...Object.fromEntries(
      [...names].map((name) => [name, rows.map((row) => short(row[name] ?? Number.NaN))]),
    ),
  }
}

/** Files that pages may have, without the sample sheets, which are listed apart. */
export async function offeredFiles(run: RunFolder<RunHead>): Promise<string[]> {
  const { folder } = run
  const names = await readdir(folder)
  const figures = names.includes('figures')
    ? (await readdir(`${folder}/figures`)).map((name) => `figures/${name}`)
    : []
  return [...names, ...figures].filter((name) => isOffered(name, run)).sort()
}

/** All complete lines of the logs, and the cursor behind them. */
async function readLogs(run: RunFolder<RunHead>) {
  const texts: Record<string, string> = {}
  let cursor = START
  for (;;) {
    const tail = await readTail(run, cursor)
    // The run was taken back while it was read: from the beginning.
    if (!tail) return readLogs(run)
    const added = Object.entries(tail.lines)
    for (const [log, lines] of added) texts[log] = (texts[log] ?? '') + lines
    cursor = tail.cursor
    if (added.length === 0) return { texts, cursor }
  }
}

/** What only trainings tell. A received run's own model is not started for it: its records can be looked at, its networks not. */
async function ofTraining(run: RunFolder, { step }: RunStatus) {
  const [evaluation, classification] = await Promise.all([
    run.readEvaluation(),
    readClassification(run, step),
  ])
  return {
    parts: knownParts(run.config) ?? NO_PARTS,
    ...(evaluation ? { evaluation } : {}),
    ...(classification ? { classification } : {}),
  }
}
const NO_PARTS: RunParts = { networks: [], players: [] }

/** @throws DataError when a record or log of the run is damaged */
export async function snapshotOf<Config extends RunHead>(
  name: string,
  run: RunFolder<Config>,
): Promise<RunSnapshot<Config>> {
  const { texts, cursor } = await readLogs(run)
  const logs = liveLogs(run.logs).map((log) => ({ ...log, info: logInfo(log, run.config) }))
  const rows = logs.map(({ name, read, info }) => {
    const found = parseLines(texts[name] ?? '', name, read)
    return [name, info.isNumeric ? columns(found as MetricsRow[]) : found]
  })
  const [status, samples, files] = await Promise.all([run.readStatus(), run.listSamples(), offeredFiles(run)])
  const subject = run.recipe.subject(run.config)
  const keeper = keeperOf(name)
  return {
    name,
    ...(keeper === undefined ? {} : { keeper }),
    recipe: run.recipe.name,
    subject: { ...subject, data: lastName(subject.data) },
    config: run.config,
    status,
    ...(Object.fromEntries(rows) as SnapshotLogs),
    logs: Object.values(run.logs)
      .filter(({ pages }) => pages !== 'never')
      .map((log) => logInfo(log, run.config)),
    samples,
    files,
    ...(isTraining(run) ? await ofTraining(run, status) : { parts: NO_PARTS }),
    cursor: formatCursor(cursor, run.logs),
  }
}
