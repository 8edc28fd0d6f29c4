// A run as its folder knows it: the objective, data and state that its configuration stands for.
import { resolve } from 'node:path'
import {
  type DataSplits,
  type FolderOptions,
  loadData,
  loadFolder,
  namedSets,
  optionsOf,
} from '../data/node/index.ts'
import { setOptions } from '../data/set-options.ts'
import type { Columns, SavedSource } from '../data/source.ts'
import type { Tensor } from '../formats/safetensors.ts'
import { type Base, fineTunedModel } from '../models/fine-tuned.ts'
import { type DataFacts, imageFacts, type ModelDefinition, OWN_DATA } from '../models/model.ts'
import { ownModel } from '../models/own.ts'
import { summarize } from '../models/summary.ts'
import type { Objective } from '../objectives/objective.ts'
import { imageSize, imagesOf, type RunConfig, type TrainedModel } from '../runs/index.ts'
import type { Checkpointed, LoadedCheckpoint, RunFolder } from '../runs/node/index.ts'
import { sharpVersion } from '../runs/node/machine.ts'
import type { StateArrays } from '../runtime/engine.ts'
import { checkFits, type TrainingState } from '../training/state.ts'
import { ConfigError, DataError, messageOf, ShapeError } from '../util/errors.ts'
import type { Shape } from '../util/shape.ts'
import { type MovedFiles, prepared, withFiles } from './prepared.ts'
import { labelsOf, type ResolvedSettings, resolveSettings } from './request.ts'
import {
  imagesIn,
  isColumns,
  type LoadSet,
  loadImages,
  loadRunData,
  modelData,
  type RunData,
  type RunDataOptions,
  type RunSet,
} from './run-data.ts'

/** What a run's record asks for that nobody can give is a fault of the record, not of the command. */
function asRecorded<T>(read: () => T): T {
  try {
    return read()
  } catch (error) {
    if (!(error instanceof ConfigError || error instanceof ShapeError)) throw error
    throw new DataError(
      `the run's config.json cannot be used: ${error.message}. It was changed, or another version wrote it.`,
    )
  }
}

/** The model of a run: of the registry, of a file of one's own, or built upon that of another run. */
function recordedModel({ model, code, origin }: TrainedModel): string | ModelDefinition {
  if (origin) return fineTunedModel(baseOf(origin))
  return code ? ownModel(code) : model
}

/**
 * The settings of a run, checked against the model as it is now.
 *
 * @throws DataError when there is no such model, or a setting does not fit it
 */
export const recordedSettings = (config: TrainedModel): ResolvedSettings =>
  asRecorded(() => resolveSettings(recordedModel(config), config.settings))

/** A run as something that can be built upon. @throws DataError when it learned no images, or its record does not fit its model */
export function baseOf(trained: TrainedModel): Base {
  const { height, width, channels } = imagesOf(trained)
  return {
    model: trained.model,
    objective: recordedObjective(trained),
    imageShape: [height, width, channels],
  }
}

/** The columns that a run's data has, as it records them. */
export function recordedFacts(config: Pick<RunConfig, 'data'>): DataFacts {
  const { columns, classes } = config.data
  if (columns) return { columns: columns as Columns, classes: classes?.length }
  const { height, width, channels } = imagesOf(config)
  return imageFacts([height, width, channels], { classes: classes?.length })
}

/**
 * What a run trains.
 *
 * @throws DataError when its record does not fit the models there are
 */
export function recordedObjective(config: TrainedModel): Objective {
  const { model, common, options } = recordedSettings(config)
  return asRecorded(() => model.objective(options, { ...recordedFacts(config), steps: common.steps }))
}

/**
 * Holds the record of a run against the model that it names, before anything is added to it.
 *
 * @throws DataError when the record tells of other networks or other numbers of the log
 */
export function checkRecord(config: RunConfig, objective: Objective): void {
  const told = (what: string, recorded: readonly string[], made: readonly string[]): void => {
    if (recorded.join('\n') === made.join('\n')) return
    throw new DataError(
      `the run's config.json does not fit its model "${config.model}": expected the ${what} ${made.join(', ')}, got ${recorded.join(', ') || 'none'}. It was changed, or another version wrote it; start a new run.`,
    )
  }
  told(
    'metrics',
    config.metrics.map(({ name }) => name),
    objective.logs.map(({ name }) => name),
  )
  const describe = ({ name, total }: { name: string; total: number }): string => `${name} (${total} weights)`
  told(
    'networks',
    config.networks.map(describe),
    Object.values(objective.networks).map(summarize).map(describe),
  )
}

/** What of its data a model is given. */
const partsIn = ({ model, common, options }: ResolvedSettings): RunDataOptions => ({
  labels: labelsOf(common),
  unlabelled: model.unlabelled?.(options),
})

/** Where data is now: one place, or one for each set, undefined where it has not moved. */
export type MovedData = string | readonly (string | undefined)[]

export interface RecordedDataOptions extends Pick<FolderOptions, 'onImages' | 'signal'> {
  /** Where a named set's files, or the folder that is the data, are now; of several sets that of the first, or a list. Default: as recorded. */
  readonly dataDir?: MovedData | undefined
  /** Where files are now that options of the run name, such as that of a game. Default: as recorded. */
  readonly files?: MovedFiles | undefined
}

/** @throws DataError when the record asks a data set for what it does not have */
const recordedOptions = ({ name, options = {} }: RunSet): Readonly<Record<string, unknown>> =>
  asRecorded(() => setOptions(name, optionsOf(name), options))

/** A set as a run names it: by a name, or by the path of a folder. */
const loadRecorded: LoadSet = (set, form) =>
  Object.hasOwn(namedSets, set.name)
    ? loadData(set.name, { ...form, dataDir: set.folder, options: recordedOptions(set) })
    : movedFolder(resolve(set.folder ?? set.name), form)

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
  { dataDir, files = {}, ...options }: RecordedDataOptions = {},
): Promise<RunData> {
  const { name, hash, test: heldOut, unlabelled, channels, parts = [config.data] } = config.data
  const size = imageSize(config)
  const form: Omit<RunDataOptions, 'options'> = {
    ...options,
    ...(size ? { imageSize: { height: size.height, width: size.width } } : {}),
    ...(channels === 1 || channels === 3 ? { channels } : {}),
  }
  const recorded = withFiles(recordedSettings(config), files)
  if (name === OWN_DATA) {
    const settings = await prepared(recorded)
    const own = asRecorded(() => modelData(settings, name))
    if (own) return own
  }
  const sets: readonly RunSet[] = parts
  const places = [dataDir].flat()
  const data = isColumns(name)
    ? await loadRunData(name, {
        ...form,
        options: recordedOptions(sets[0]!),
        dataDir: places[0] ?? sets[0]!.folder,
      })
    : await loadImages(
        sets.map((set, i) => ({ ...set, folder: places[i] ?? (i === 0 ? placeOf(set) : set.folder) })),
        { ...form, ...partsIn(recorded) },
        loadRecorded,
      )
  if (unlabelled) checkHash(config, `the data "${name}"`, unlabelled.hash, data.record.unlabelled?.hash)
  checkHash(config, `the data "${name}"`, hash, data.record.hash)
  if (heldOut) checkHash(config, `the held-out part of the data "${name}"`, heldOut.hash, data.test?.hash)
  return data
}

/** Where the files of a named set lay; a folder is its own name. */
const placeOf = ({ name, folder }: RunSet): string | undefined =>
  Object.hasOwn(namedSets, name) ? folder : undefined

/** The same of a run on images. @throws DataError when its data is something else */
export const recordedImages = async (
  config: RunConfig,
  options: RecordedDataOptions = {},
): Promise<DataSplits> => imagesIn(await recordedData(config, options))

/** A folder as data; when it cannot be read, the error says how to name its new place. */
const movedFolder = (folder: string, form: FolderOptions): ReturnType<typeof loadFolder> =>
  loadFolder(folder, form).catch((error: Error) => {
    if (!(error instanceof DataError)) throw error
    throw new DataError(
      `${error.message.replace(/\.$/, '')}. If the data was moved, name its new folder with --data-dir.`,
    )
  })

/** What arrays of the data's source are called in checkpoints. */
const SOURCE = 'source/'

/** A state as the tensors of a checkpoint. */
export const checkpointTensors = (
  { arrays, source = {} }: TrainingState,
  shapes: Readonly<Record<string, Shape>>,
): Record<string, Tensor> =>
  Object.fromEntries([
    ...Object.entries(arrays).map(([name, data]) => [name, { shape: [...shapes[name]!], data }]),
    ...Object.entries(source).map(([name, { shape, data }]) => [SOURCE + name, { shape: [...shape], data }]),
  ])

/** The arrays of a checkpoint, with their shapes, and the state of the data's source. */
export function checkpointState({ step, tensors }: Checkpointed): Required<TrainingState> {
  const entries = Object.entries(tensors)
  const trained = entries.filter(([name]) => !name.startsWith(SOURCE))
  const sourced = entries.filter(([name]) => name.startsWith(SOURCE))
  return {
    step,
    arrays: Object.fromEntries(trained.map(([name, { data }]) => [name, data as Float32Array<ArrayBuffer>])),
    shapes: Object.fromEntries(trained.map(([name, { shape }]) => [name, shape])),
    source:
      sourced.length > 0
        ? (Object.fromEntries(
            sourced.map(([name, tensor]) => [name.slice(SOURCE.length), tensor]),
          ) as unknown as SavedSource)
        : undefined,
  }
}

/**
 * Holds a checkpoint against the record of its run: model and seed, and the weights of every network.
 *
 * @returns its arrays, by name
 * @throws DataError when it is another run's
 */
export function checkpointArrays(found: Checkpointed, config: RunConfig, objective: Objective): StateArrays {
  const state = checkpointState(found)
  const recorded = { model: config.model, seed: String(config.settings.seed) }
  for (const [name, wanted] of Object.entries(recorded)) {
    const got = Object.hasOwn(found.metadata, name) ? found.metadata[name] : undefined
    if (got !== undefined && got !== wanted)
      throw new DataError(
        `${found.file} is not of this run: expected the ${name} ${wanted} that config.json names, got ${got}. Restore the file that belongs here; the other one was put in its place.`,
      )
  }
  try {
    checkFits(
      state,
      Object.values(objective.networks).flatMap(({ weights }) => weights),
    )
  } catch (error) {
    throw new DataError(
      `${found.file} and config.json do not belong together: ${messageOf(error)}. Restore the file that was changed.`,
    )
  }
  return state.arrays
}

/** The newest good checkpoint. @throws DataError when the run has none yet */
export async function newestCheckpoint(run: RunFolder): Promise<LoadedCheckpoint> {
  const found = await run.latestCheckpoint()
  if (!found)
    throw new DataError(
      `${run.folder} has no checkpoint yet: let it train for a while, or continue it with "sparring resume"`,
    )
  return found
}
