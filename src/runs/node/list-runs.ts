// The runs in a folder, newest first.
import { stat } from 'node:fs/promises'
import { join, resolve } from 'node:path'
import { messageOf } from '../../util/errors.ts'
import type { RunHead } from '../head.ts'
import type { RecipeTable } from '../recipes.ts'
import type { RunConfig, RunStatus } from '../schema.ts'
import { TRAINING } from '../training.ts'
import { CONFIG_FILE, entriesOf, openAnyRun, type RunFolder } from './run-folder.ts'

/** A run in a list: its config and status, or why it cannot be read. */
export type RunListing = { name: string; folder: string } & (
  | { config: RunHead; status: RunStatus; run: RunFolder<RunHead> }
  | { problem: string }
)

/** A training in a list. */
export type TrainingListing = {
  name: string
  folder: string
  config: RunConfig
  status: RunStatus
  run: RunFolder
}

/** Whether a run in a list can be read and is a training. */
export const isTraining = (run: RunListing): run is TrainingListing =>
  'run' in run && run.run.recipe.name === TRAINING.name

const createdAt = (run: RunListing): string => ('config' in run ? run.config.createdAt : '')

/**
 * The runs directly inside a folder, newest first; damaged ones last, with their problem. A folder that does
 * not exist has none.
 */
export async function listRuns(folder: string, recipes?: RecipeTable): Promise<RunListing[]> {
  const runs: RunListing[] = []
  for (const name of await entriesOf(folder)) {
    const path = resolve(folder, name)
    if (!(await stat(join(path, CONFIG_FILE)).catch(() => undefined))) continue
    try {
      const run = await openAnyRun(path, {}, recipes)
      runs.push({ name, folder: path, config: run.config, status: await run.readStatus(), run })
    } catch (error) {
      runs.push({ name, folder: path, problem: messageOf(error) })
    }
  }
  return runs.sort((a, b) => createdAt(b).localeCompare(createdAt(a)) || a.name.localeCompare(b.name))
}
