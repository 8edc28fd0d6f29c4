// A run folder as seen by everybody who reads it: report, studio, command line.
import { readdir, stat } from 'node:fs/promises'
import { basename, extname, isAbsolute, join, relative, resolve, sep } from 'node:path'
import type { z } from 'zod'
import { decodeSafetensors, type Tensor } from '../../formats/safetensors.ts'
import { ConfigError, DataError, messageOf } from '../../util/errors.ts'
import { FILES, type FileLimit } from '../../util/limits.ts'
import { readBytes, readText } from '../../util/node/read-file.ts'
import { type Evaluation, evaluationSchema } from '../evaluation.ts'
import { type RunHead, runHeadSchema } from '../head.ts'
import { checkpointFile, parseCheckpointName, parseSampleName } from '../layout.ts'
import { parseLines } from '../lines.ts'
import { type LogName, type LogRows, type LogTable, logNamed, stepLogs } from '../logs.ts'
import type { Recipe } from '../recipe.ts'
import { RECIPES, type RecipeTable, recipeOf } from '../recipes.ts'
import type { RunRecord } from '../record.ts'
import {
  describeIssues,
  type RunConfig,
  type RunStatus,
  runStatusSchema,
  type SampleEntry,
} from '../schema.ts'
import { TRAINING } from '../training.ts'
import { diskError, isMissing, isTemporary, type WriteBytes, writeAtomic } from './disk.ts'
import { LOCK_FILE, lockHolder } from './lock.ts'

export const CONFIG_FILE = 'config.json'
export const STATUS_FILE = 'status.json'
/** Made anew by every `sparring evaluate`. */
export const EVALUATION_FILE = 'evaluation.json'

/** A checkpoint as read from its file. */
export interface Checkpointed {
  step: number
  /** Relative to the run folder. */
  file: string
  tensors: Record<string, Tensor>
  metadata: Record<string, string>
}

/** The newest checkpoint that can be used. */
export interface LoadedCheckpoint extends Checkpointed {
  /** Newer checkpoints that could not be used, newest first. */
  skipped: { file: string; reason: string }[]
}

/** What can be read from a run folder, and files that may be added to it while it trains. */
export interface RunFolder<Config extends RunHead = RunConfig> {
  /** Absolute path. */
  readonly folder: string
  readonly config: Config
  /** What kind of run it is. */
  readonly recipe: Recipe<Config>
  /** The table of its logs. Other files of lines, as a newer version may write, are left alone. */
  readonly logs: LogTable
  /**
   * All rows of a log, oldest first; none when it was not written.
   *
   * @throws DataError naming file and line when a line cannot be read; ConfigError when there is no such log
   */
  readLog<Name extends LogName>(name: Name): Promise<LogRows[Name]>
  readLog(name: string): Promise<object[]>
  /** What `sparring evaluate` found last; undefined before. */
  readEvaluation(): Promise<Evaluation | undefined>
  /**
   * The run's state; a run whose process died without a word is `stopped`, and so is one whose status cannot be read: it is
   * written often and not flushed, so a power cut may leave it empty.
   */
  readStatus(): Promise<RunStatus>
  /** Sample sheets by step, fixed before fresh. */
  listSamples(): Promise<SampleEntry[]>
  /** Names of the files in `figures`, relative to the run folder. */
  listFigures(): Promise<string[]>
  /** Steps of the checkpoints in the folder, newest first, unread. */
  listCheckpoints(): Promise<number[]>
  /**
   * The newest checkpoint that can be decoded and fits its checksum.
   *
   * @returns undefined when the run has not written one yet
   * @throws DataError when there are some, but every one is damaged
   */
  latestCheckpoint(): Promise<LoadedCheckpoint | undefined>
  /**
   * One checkpoint, checked.
   *
   * @throws DataError when there is none of this step or it is damaged
   */
  readCheckpoint(step: number): Promise<Checkpointed>
  /** Bytes of a file in the folder, by its relative name; undefined when it does not exist. */
  readFile(name: string): Promise<Uint8Array | undefined>
  /** Writes a file such as `report.html` or `figures/grid.png` atomically. The run's own records are refused. */
  writeFile(name: string, bytes: Uint8Array | string): Promise<void>
  /** Everything together. */
  readRecord(): Promise<RunRecord<Config>>
}

/** Files that only the methods named after them may write. */
const RECORDS: readonly string[] = [CONFIG_FILE, STATUS_FILE, LOCK_FILE]

/** An error of the operating system at a file of a run, as one of ours: first of all, whether the run is still there. */
export async function runError(folder: string, action: string, error: unknown): Promise<Error> {
  if (isMissing(error) && !(await stat(folder).catch(() => undefined)))
    return new DataError(
      `${action}: the folder of the run, ${folder}, is gone: it was deleted or moved while it was in use. If it was moved, ` +
        'what was not yet in a checkpoint is made again by "sparring resume" in its new place',
      { cause: error },
    )
  return diskError(action, error)
}

/** Entries of a folder; none when it does not exist. */
export async function entriesOf(folder: string): Promise<string[]> {
  try {
    return await readdir(folder)
  } catch (error) {
    if (isMissing(error)) return []
    throw diskError(`cannot read ${folder}`, error)
  }
}

/** How large a file of a run may be, by its ending. */
export const limitOf = (name: string): FileLimit =>
  ({ '.json': FILES.record, '.jsonl': FILES.log, '.onnx': FILES.network, '.safetensors': FILES.checkpoint })[
    extname(name)
  ] ?? FILES.picture

/** The file's text, or undefined when there is no such file. */
async function textOf(path: string): Promise<string | undefined> {
  try {
    return await readText(path, limitOf(path))
  } catch (error) {
    if (isMissing(error)) return undefined
    throw diskError(`cannot read ${path}`, error)
  }
}

/** What a JSON file holds; undefined when there is no such file. @throws DataError when it is not JSON */
async function readValue(path: string): Promise<unknown> {
  const text = await textOf(path)
  if (text === undefined) return undefined
  try {
    return JSON.parse(text)
  } catch (error) {
    throw new DataError(`${path} is damaged: not JSON (${messageOf(error)})`)
  }
}

/** @throws DataError when a value does not fit the schema of its file */
function checked<T>(path: string, value: unknown, schema: z.ZodType<T>): T {
  const format = (value as { format?: unknown } | null)?.format
  if (typeof format === 'number' && format > 1)
    throw new DataError(
      `${path}: expected run format 1, got ${format}; a newer version wrote it, update to read it`,
    )
  const result = schema.safeParse(value)
  if (!result.success) throw new DataError(`${path} is damaged: ${describeIssues(result.error)}`)
  return result.data
}

/** A JSON file checked against its schema. @throws DataError when it is not JSON or does not fit */
async function readJson<T>(path: string, schema: z.ZodType<T>): Promise<T | undefined> {
  const value = await readValue(path)
  return value === undefined ? undefined : checked(path, value, schema)
}

/** The absolute path of a name inside the folder. */
export function pathInside(folder: string, name: string): string {
  const path = resolve(folder, name)
  const inside = relative(folder, path)
  if (inside === '' || inside === '..' || inside.startsWith(`..${sep}`) || isAbsolute(inside))
    throw new ConfigError(`"${name}" is not a file name inside the run folder ${folder}`)
  return path
}

/** An error that says what a folder without a config is. */
async function notRun(folder: string): Promise<DataError> {
  const found = await stat(folder).catch(() => undefined)
  if (!found) return new DataError(`there is no run folder ${folder}; check the path`)
  if (!found.isDirectory()) return new DataError(`${folder} is a file; expected the folder of a run`)
  const runs: string[] = []
  for (const name of await entriesOf(folder))
    if (await stat(join(folder, name, CONFIG_FILE)).catch(() => undefined)) runs.push(name)
  const hint = runs.length ? `; it holds the runs ${runs.slice(0, 5).join(', ')}: name one of them` : ''
  return new DataError(`${folder} is not a run folder: it has no ${CONFIG_FILE}${hint}`)
}

/** Just enough of a config to know by which schema it is read. */
const kindSchema = runHeadSchema.pick({ recipe: true })

export interface FolderOptions {
  /** The logs that the run may have. Default: those of its kind */
  readonly logs?: LogTable | undefined
  /** How bytes reach an open file; for tests. */
  readonly write?: WriteBytes | undefined
}

/**
 * Opens a run of any kind for reading. Works while another process makes it.
 *
 * @param recipes  the kinds of runs there are
 * @throws DataError when the folder is missing, is not a run, is of another kind, or its config.json is damaged
 */
export async function openAnyRun(
  folder: string,
  options: FolderOptions = {},
  recipes: RecipeTable = RECIPES,
): Promise<RunFolder<RunHead>> {
  const root = resolve(folder)
  const path = join(root, CONFIG_FILE)
  const value = await readValue(path)
  if (value === undefined) throw await notRun(root)
  const recipe = recipeOf(checked(path, value, kindSchema), recipes)
  return runFolder(root, checked(path, value, recipe.schema), { recipe, ...options })
}

/**
 * Opens a run of one kind. Works while another process makes it.
 *
 * @throws DataError when the folder is missing, is not a run, is of another kind, or its config.json is damaged
 */
export async function openRunOf<Config extends RunHead>(
  recipe: Recipe<Config>,
  folder: string,
  options: FolderOptions = {},
): Promise<RunFolder<Config>> {
  const run = await openAnyRun(folder, options, { ...RECIPES, [recipe.name]: recipe })
  if (run.recipe.name !== recipe.name)
    throw new DataError(`${run.folder} holds ${run.recipe.called}; expected ${recipe.called}`)
  return run as RunFolder<Config>
}

/** Opens a training, as `openRunOf`. */
export const openRun = (folder: string, options?: FolderOptions): Promise<RunFolder> =>
  openRunOf(TRAINING, folder, options)

/** The reading half of a run, for a folder whose config is known. */
export function runFolder<Config extends RunHead>(
  folder: string,
  config: Config,
  { recipe, logs = recipe.logs, write }: FolderOptions & { readonly recipe: Recipe<Config> },
): RunFolder<Config> {
  const files = new Set([...RECORDS, ...Object.values(logs).map(({ file }) => file)])
  const run: RunFolder<Config> = {
    folder,
    config,
    recipe,
    logs,

    async readLog(name: string): Promise<never[]> {
      const { file, read } = logNamed(logs, name)
      const path = join(folder, file)
      return parseLines((await textOf(path)) ?? '', path, read) as never[]
    },

    readEvaluation: () => readJson(join(folder, EVALUATION_FILE), evaluationSchema),

    async readStatus() {
      const status = await readJson(join(folder, STATUS_FILE), runStatusSchema).catch((error: unknown) => {
        if (error instanceof DataError) return messageOf(error)
        throw error
      })
      if (status === undefined || typeof status === 'string') {
        const [step = 0] = await run.listCheckpoints()
        return {
          state: 'stopped',
          step,
          message: status ?? 'no status was written',
          updatedAt: config.createdAt,
        }
      }
      const trains = status.state === 'running' || status.state === 'paused'
      if (!trains || (await lockHolder(folder))) return status
      const who = status.pid === undefined ? 'its process' : `process ${status.pid}`
      return { ...status, state: 'stopped', message: `interrupted: ${who} ended without finishing the run` }
    },

    async listSamples() {
      const entries = (await entriesOf(join(folder, 'samples'))).map(parseSampleName)
      return entries
        .filter((entry) => entry !== undefined)
        .sort((a, b) => a.step - b.step || (a.kind === b.kind ? 0 : a.kind === 'fixed' ? -1 : 1))
    },

    async listFigures() {
      const names = await entriesOf(join(folder, 'figures'))
      return names.filter((name) => !isTemporary(name)).map((name) => `figures/${name}`)
    },

    async listCheckpoints() {
      const steps = (await entriesOf(join(folder, 'checkpoints'))).map(parseCheckpointName)
      return steps.filter((step) => step !== undefined).sort((a, b) => b - a)
    },

    async latestCheckpoint() {
      const skipped: LoadedCheckpoint['skipped'] = []
      for (const step of await run.listCheckpoints()) {
        try {
          return { ...(await run.readCheckpoint(step)), skipped }
        } catch (error) {
          skipped.push({ file: checkpointFile(step), reason: messageOf(error) })
        }
      }
      if (skipped.length === 0) return undefined
      const reasons = skipped.map(({ reason }) => reason).join('; ')
      throw new DataError(
        `no checkpoint of the run in ${folder} can be used: ${reasons}. Start the run again with the command ` +
          `in its ${CONFIG_FILE}`,
      )
    },

    async readCheckpoint(step) {
      const file = checkpointFile(step)
      const bytes = await run.readFile(file)
      if (!bytes) throw new DataError(`${file} is missing`)
      const { tensors, metadata, verified } = await decodeSafetensors(bytes, file)
      if (!verified) throw new DataError(`${file} carries no checksum`)
      if (metadata.step !== String(step))
        throw new DataError(`${file} holds step ${metadata.step}, expected ${step}`)
      return { step, file, tensors, metadata }
    },

    async readFile(name) {
      try {
        return await readBytes(pathInside(folder, name), limitOf(name))
      } catch (error) {
        if (isMissing(error)) return undefined
        throw error instanceof ConfigError ? error : diskError(`cannot read ${name} of ${folder}`, error)
      }
    },

    async writeFile(name, content) {
      const path = pathInside(folder, name)
      if (files.has(basename(path)) && relative(folder, path) === basename(path))
        throw new ConfigError(`"${name}" is a record of the run in ${folder} and cannot be overwritten`)
      const bytes = typeof content === 'string' ? new TextEncoder().encode(content) : content
      try {
        await writeAtomic(path, bytes, { within: folder, write })
      } catch (error) {
        throw await runError(folder, `cannot write ${path}`, error)
      }
    },

    async readRecord() {
      const [status, samples, ...rows] = await Promise.all([
        run.readStatus(),
        run.listSamples(),
        ...stepLogs(logs).map(async ({ name }) => [name, await run.readLog(name)] as const),
      ])
      return { config, status, samples, ...(Object.fromEntries(rows) as LogRows) }
    },
  }
  return run
}
