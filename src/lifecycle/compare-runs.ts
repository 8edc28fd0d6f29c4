// Runs side by side: their records read, one page made of them.
import { realpath } from 'node:fs/promises'
import { resolve } from 'node:path'
import type { ExtractorSource } from '../measuring/reported-extractor.ts'
import { comparisonHtml, untileGrid } from '../report/index.ts'
import { decodePng } from '../report/node/index.ts'
import { type Evaluation, imageSize, type RunConfig, type RunRecord } from '../runs/index.ts'
import type { RunFolder } from '../runs/node/index.ts'
import { writeOut } from '../runs/node/write-out.ts'
import {
  type Comparison,
  type ComparisonData,
  type ComparisonEntry,
  comparisonData,
  comparisonOf,
  parseQuality,
} from '../statistics/index.ts'

import { ConfigError, DataError, messageOf } from '../util/errors.ts'
import { type EvaluateEvent, evaluateRuns } from './evaluate-runs.ts'
import { openOwnRun } from './own-code.ts'
import { recordedObjective, recordedSettings } from './recorded-run.ts'

export interface CompareOptions {
  /** The page to write. */
  readonly out: string
  /** A file for all numbers, as JSON; default: none. */
  readonly numbers?: string | undefined
  /** A quality whose time is asked for, such as `fid=10`; default: the worst of the runs' best FID. */
  readonly quality?: string | undefined
  /** Also take runs that did not come to their end; default false. */
  readonly unfinished?: boolean | undefined
  /** Measure runs that have not been measured since they were trained; default true. */
  readonly evaluate?: boolean | undefined
  /** Where the data's files are now, if they were moved; for measuring. */
  readonly dataDir?: string | undefined
  /** Another cache or training of the classifier, for tests. */
  readonly extractor?: ExtractorSource | undefined
}

export interface CompareResult {
  /** Absolute paths of what was written: `page`, and `numbers` when asked for. */
  readonly files: Readonly<Record<string, string>>
  readonly comparison: Comparison
  /** The same as plain data. */
  readonly data: ComparisonData
  /** Pictures that could not be used, in words. */
  readonly problems: readonly string[]
}

/**
 * What was measured of a run's newest weights, or why nothing can be said of them and what to do.
 *
 * @param name  the run folder as the user typed it
 * @throws DataError when `evaluation.json` is damaged
 */
async function evaluationOf(
  run: RunFolder,
  name: string,
): Promise<{ evaluation: Evaluation } | { reason: string }> {
  const evaluation = await run.readEvaluation()
  if (!evaluation) return { reason: `not measured; needs "sparring evaluate ${name}"` }
  const [newest] = await run.listCheckpoints()
  if (newest !== undefined && newest > evaluation.step)
    return {
      reason: `measured at step ${evaluation.step}, but trained to step ${newest} since; needs "sparring evaluate ${name}"`,
    }
  return { evaluation }
}

/** A run that is being compared. */
interface Opened {
  readonly folder: string
  readonly run: RunFolder
  readonly entry: ComparisonEntry
}

/**
 * A run as comparisons take it.
 *
 * @param folder  as the user typed it
 * @throws DataError when it is no run
 */
export const entryOf = async (folder: string): Promise<ComparisonEntry> => (await openEntry(folder)).entry

async function openEntry(folder: string): Promise<Opened> {
  const run = await openOwnRun(folder)
  const record = await run.readRecord()
  return { folder, run, entry: { folder, record: completed(record), ...(await evaluationOf(run, folder)) } }
}

/** A record with the defaults of options that its model did not have yet; as it is where this version does not know it. */
function completed(record: RunRecord): RunRecord {
  const { config } = record
  try {
    const { common, options } = recordedSettings(config)
    return { ...record, config: { ...config, settings: { ...common, ...options } as RunConfig['settings'] } }
  } catch (error) {
    if (error instanceof DataError) return record
    throw error
  }
}

/** Measures the runs that have not been measured, in the way the others were; those that make no images stay so. */
async function* measured(
  opened: readonly Opened[],
  { dataDir, extractor }: CompareOptions,
): AsyncGenerator<EvaluateEvent, readonly Opened[]> {
  const protocol = opened.find(({ entry }) => entry.evaluation)?.entry.evaluation?.protocol
  const wanted = opened.filter(
    ({ entry, run }) => !entry.evaluation && recordedObjective(run.config).offers?.generate !== undefined,
  )
  if (wanted.length === 0) return opened
  const { count, draws, seed } = protocol ?? {}
  const folders = wanted.map(({ folder }) => folder)
  yield* evaluateRuns(folders, { count, draws, seed, dataDir, extractor })
  return Promise.all(opened.map((item) => (wanted.includes(item) ? openEntry(item.folder) : item)))
}

/** @throws ConfigError when two names lead to one folder */
async function requireDifferent(folders: readonly string[]): Promise<void> {
  const seen = new Map<string, string>()
  for (const folder of folders) {
    // What does not exist is told of when it is opened.
    const path = await realpath(folder).catch(() => resolve(folder))
    const before = seen.get(path)
    if (before !== undefined)
      throw new ConfigError(
        `compare: ${before === folder ? `${folder} is named twice` : `${before} and ${folder} are the same run`}; name every run once`,
      )
    seen.set(path, folder)
  }
}

const GRID_FILE = 'figures/samples-grid.png'

/** A run's grid of samples, if it has one that can be read. */
async function gridOf(
  run: RunFolder,
  problems: string[],
): Promise<{ png: Uint8Array; count: number } | undefined> {
  const png = await run.readFile(GRID_FILE)
  const size = imageSize(run.config)
  if (!png || !size) return undefined
  try {
    const source = `${run.folder}: ${GRID_FILE}`
    return { png, count: untileGrid(await decodePng(png, source), size).count }
  } catch (error) {
    problems.push(messageOf(error))
    return undefined
  }
}

/** The data of a comparison as a file: numbers that JSON cannot hold become null. */
const jsonBytes = (data: ComparisonData): Uint8Array =>
  new TextEncoder().encode(`${JSON.stringify(data, null, 2)}\n`)

function checkOut(out: string): void {
  if (!/\.html?$/i.test(out))
    throw new ConfigError(
      `--out: expected the name of a page such as comparison.html, got ${JSON.stringify(out)}`,
    )
}

/**
 * Compares runs and writes the page. Runs whose samples have not been measured are measured first, which writes
 * `evaluation.json` into their folders.
 *
 * @param folders  two run folders or more, of one data set
 * @throws ConfigError for fewer than two runs, a run named twice, a wrong `out` or quality; DataError for folders that
 *   are no runs, runs that are not finished, numbers that cannot be compared, and places that cannot be written
 */
export async function* compareRuns(
  folders: readonly string[],
  options: CompareOptions,
): AsyncGenerator<EvaluateEvent, CompareResult> {
  const { out, numbers, quality, unfinished, evaluate = true } = options
  checkOut(out)
  const wanted = quality === undefined ? undefined : parseQuality(quality)
  if (folders.length < 2)
    throw new ConfigError(
      `compare: expected two runs or more, got ${folders.length === 0 ? 'none' : `only ${folders[0]}`}; name the folder of another run`,
    )
  await requireDifferent(folders)
  let opened: readonly Opened[] = await Promise.all(folders.map(openEntry))
  const compare = (): Comparison =>
    comparisonOf(
      opened.map(({ entry }) => entry),
      { quality: wanted, unfinished },
    )
  let comparison = compare() // Refuses what cannot be compared before anything is measured.
  if (evaluate) {
    opened = yield* measured(opened, options)
    comparison = compare()
  }
  const problems: string[] = []
  const grids = new Map<string, { png: Uint8Array; count: number }>()
  for (const { folder, run } of opened) {
    const grid = await gridOf(run, problems)
    if (grid) grids.set(folder, grid)
  }
  const data = comparisonData(comparison)
  const files: Record<string, string> = {
    page: await writeOut(out, new TextEncoder().encode(comparisonHtml(comparison, grids))),
  }
  if (numbers !== undefined) files.numbers = await writeOut(numbers, jsonBytes(data))
  return { files, comparison, data, problems }
}
