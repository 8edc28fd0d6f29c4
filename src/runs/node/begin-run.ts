// Beginning with a run: a new one in an empty folder, or one that is there already.
import { join, resolve } from 'node:path'
import { ConfigError } from '../../util/errors.ts'
import type { RunHead } from '../head.ts'
import type { Recipe } from '../recipe.ts'
import { describeIssues, type RunConfig } from '../schema.ts'
import { TRAINING } from '../training.ts'
import { doing, jsonBytes, makeFolder, writeAtomic } from './disk.ts'
import { isLockFile, takeLock } from './lock.ts'
import { CONFIG_FILE, entriesOf, openRunOf, runFolder, STATUS_FILE } from './run-folder.ts'
import { type RunOptions, type RunWriter, runWriter } from './run-writer.ts'

/** What is already in the way of a new run, in words, or undefined. */
async function obstacle(folder: string): Promise<string | undefined> {
  const entries = (await entriesOf(folder)).filter((name) => !name.startsWith('.') && !isLockFile(name))
  if (entries.includes(CONFIG_FILE))
    return `${folder} already holds a run; resume that one or choose another folder for the new one`
  // A status alone is what a run leaves that was interrupted in the moment of its creation.
  const foreign = entries.filter((name) => name !== STATUS_FILE)
  if (foreign.length)
    return `${folder} is not empty (${foreign.slice(0, 3).join(', ')}); choose another folder for the run`
  return undefined
}

/**
 * Says early that a folder cannot become a new run, before work is put into it; `createRun` checks it again.
 *
 * @throws ConfigError when it holds a run or other files
 */
export async function checkNewRun(folder: string): Promise<void> {
  const root = resolve(folder)
  const problem = await doing(`cannot use the run folder ${root}`, obstacle(root))
  if (problem) throw new ConfigError(problem)
}

/**
 * Starts a run: makes the folder, takes its lock, writes config.json and a first status.
 *
 * @param folder  a path that does not exist yet or an empty folder
 * @throws ConfigError when the config does not fit its schema, or when the folder holds a run or other files,
 *   cannot be written or is a file; DataError when the disk is full
 */
export async function createRunOf<Config extends RunHead>(
  recipe: Recipe<Config>,
  folder: string,
  config: Config,
  options: RunOptions = {},
): Promise<RunWriter<Config>> {
  const root = resolve(folder)
  const parsed = recipe.schema.safeParse(config)
  if (!parsed.success)
    throw new ConfigError(`the config of a run does not fit: ${describeIssues(parsed.error)}`)
  await doing(`cannot make the run folder ${root}`, makeFolder(root, { durable: true }))
  const problem = await obstacle(root)
  if (problem) throw new ConfigError(problem)
  const lock = await takeLock(root)
  try {
    const raced = await obstacle(root)
    if (raced) throw new ConfigError(raced)
    const run = runWriter(runFolder(root, parsed.data, { recipe, ...options }), lock, options)
    await run.writeStatus({ state: 'running', step: -1, pid: process.pid })
    // The config is written last: from then on the folder is a run.
    const path = join(root, CONFIG_FILE)
    await doing(
      `cannot write ${path}`,
      writeAtomic(path, jsonBytes(parsed.data), { durable: true, within: root, write: options.write }),
    )
    return run
  } catch (error) {
    await lock.release()
    throw error
  }
}

/** Starts a training, as `createRunOf`. */
export const createRun = (folder: string, config: RunConfig, options?: RunOptions): Promise<RunWriter> =>
  createRunOf(TRAINING, folder, config, options)

/**
 * Opens a run to go on with it, and takes its lock. Call `truncateAfter` before adding to its logs.
 *
 * @throws DataError as `openRunOf`; ConfigError when another process goes on with this run
 */
export async function resumeRunOf<Config extends RunHead>(
  recipe: Recipe<Config>,
  folder: string,
  options: RunOptions = {},
): Promise<RunWriter<Config>> {
  const run = await openRunOf(recipe, folder, options)
  return runWriter(run, await takeLock(run.folder), options)
}

/** Opens a training to go on with it, as `resumeRunOf`. */
export const resumeRun = (folder: string, options?: RunOptions): Promise<RunWriter> =>
  resumeRunOf(TRAINING, folder, options)
