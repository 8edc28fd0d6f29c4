// A run as its folder knows it: the objective, data and state that its configuration stands for.
import { resolve } from 'node:path'
import { type DataSplits, type FolderOptions, loadData, loadFolder, namedSets } from '../data/node/index.ts'
import type { Objective } from '../objectives/objective.ts'
import type { RunConfig } from '../runs/index.ts'
import type { Checkpointed, LoadedCheckpoint, RunFolder } from '../runs/node/index.ts'
import type { StateArrays } from '../runtime/engine.ts'
import { DataError } from '../util/errors.ts'
import { sharpVersion } from './machine.ts'
import { type ResolvedSettings, resolveSettings } from './request.ts'

/** The settings of a run, checked against the model as it is now. */
export const recordedSettings = (config: RunConfig): ResolvedSettings =>
  resolveSettings(config.model, config.settings)

export function recordedObjective(config: RunConfig): Objective {
  const { model, common, options } = recordedSettings(config)
  const { height, width, channels, classes } = config.data
  return model.objective(options, [height, width, channels], {
    steps: common.steps,
    ...(classes ? { classes: classes.length } : {}),
  })
}

export interface RecordedDataOptions extends Pick<FolderOptions, 'onImages' | 'signal'> {
  /** Where a named set's files, or the folder that is the data, are now. Default: as recorded. */
  readonly dataDir?: string | undefined
}

/** @throws DataError unless the data is still that of the run */
function checkHash(config: RunConfig, what: string, then: string, now: string | undefined): void {
  if (now === then) return
  const [decoder, current] = [config.versions.sharp, sharpVersion()]
  const otherwise =
    decoder === undefined || decoder === current
      ? ''
      : ` (or sharp ${current} reads them otherwise than ${decoder} did)`
  throw new DataError(
    `${what} has changed since the run was started${otherwise}: ${now === undefined ? 'it is gone' : `its hash is ${now.slice(0, 12)}`}, the run was trained on ${then.slice(0, 12)}. Restore the data, or start a new run.`,
  )
}

/**
 * Loads the data of a run again, its images made to the shape that they were made to then. The held-out part is checked
 * only where the run was validated on it.
 *
 * @throws DataError when it is gone or not the data the run was started with
 */
export async function recordedData(
  config: RunConfig,
  { dataDir, ...options }: RecordedDataOptions = {},
): Promise<DataSplits> {
  const { name, hash, test: heldOut, folder, height, width, channels } = config.data
  const form: FolderOptions = {
    ...options,
    imageSize: { height, width },
    ...(channels === 1 || channels === 3 ? { channels } : {}),
  }
  const { train, test }: DataSplits = Object.hasOwn(namedSets, name)
    ? await loadData(name, { ...form, dataDir: dataDir ?? folder })
    : await movedFolder(resolve(dataDir ?? name), form)
  checkHash(config, `the data "${name}"`, hash, train.hash)
  if (heldOut) checkHash(config, `the held-out part of the data "${name}"`, heldOut.hash, test?.hash)
  return { train, ...(test ? { test } : {}) }
}

/** A folder as data; when it cannot be read, the error says how to name its new place. */
const movedFolder = (folder: string, form: FolderOptions): ReturnType<typeof loadFolder> =>
  loadFolder(folder, form).catch((error: Error) => {
    if (!(error instanceof DataError)) throw error
    throw new DataError(
      `${error.message.replace(/\.$/, '')}. If the data was moved, name its new folder with --data-dir.`,
    )
  })

/** The arrays of a checkpoint. */
export const checkpointArrays = ({ tensors }: Pick<Checkpointed, 'tensors'>): StateArrays =>
  Object.fromEntries(
    Object.entries(tensors).map(([name, { data }]) => [name, data as Float32Array<ArrayBuffer>]),
  )

/** The newest good checkpoint. @throws DataError when the run has none yet */
export async function newestCheckpoint(run: RunFolder): Promise<LoadedCheckpoint> {
  const found = await run.latestCheckpoint()
  if (!found)
    throw new DataError(
      `${run.folder} has no checkpoint yet: let it train for a while, or continue it with "sparring resume"`,
    )
  return found
}
