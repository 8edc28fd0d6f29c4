// Putting what a run has learned to work: a classifier on its features, trained as any model.
import type { RunEvent } from '../measuring/events.ts'
import { type Base, featureSource, fineTunedModel, tunedName } from '../models/fine-tuned.ts'
import type { ModelDefinition } from '../models/model.ts'
import type { Origin } from '../runs/index.ts'
import type { RunFolder } from '../runs/node/index.ts'
import { ConfigError } from '../util/errors.ts'
import type { Tensors } from './origin.ts'
import { openOwnRun } from './own-code.ts'
import { baseOf, checkpointArrays, newestCheckpoint } from './recorded-run.ts'
import { type RunRequest, resolveSettings } from './request.ts'
import { startRun } from './train-run.ts'

/** Everything but the signal is plain data. */
export interface FineTuneRequest
  extends Omit<RunRequest, 'model' | 'code' | 'origin' | 'data' | 'extractor'> {
  /** Folder of the run whose features are taken. */
  readonly run: string
  /** Labelled images; default: the data of that run. */
  readonly data?: string | readonly string[] | undefined
}

/** A run that can be built upon, and the model that this makes. */
export interface Tunable {
  readonly run: RunFolder
  readonly base: Base
  readonly model: ModelDefinition
}

/**
 * Opens a run whose features are to be classified.
 *
 * @throws DataError when it is no training on images; ConfigError when it is itself built upon another
 */
export async function openTunable(folder: string): Promise<Tunable> {
  const run = await openOwnRun(folder)
  const { origin } = run.config
  if (origin)
    throw new ConfigError(
      `${run.folder} is itself built upon the run ${origin.run}; fine-tune that one, with more steps or other settings`,
    )
  const base = baseOf(run.config)
  return { run, base, model: fineTunedModel(base) }
}

/** The weights of the newest checkpoint that the features are made of, by their names in the fine-tuned run. */
async function featureWeights(
  { run, base }: Tunable,
  options: Parameters<typeof featureSource>[1],
): Promise<{ step: number; weights: Tensors }> {
  const checkpoint = await newestCheckpoint(run)
  checkpointArrays(checkpoint, run.config, base.objective)
  const source = featureSource(base, options)
  return {
    step: checkpoint.step,
    weights: Object.fromEntries(
      source.features.weights.map(({ name }) => [tunedName(source, name), checkpoint.tensors[name]!]),
    ),
  }
}

/** The data of a run, as what it was asked for. `moved`: where its files are now. */
export function dataOf(
  { config }: RunFolder,
  moved: string | undefined,
): Pick<RunRequest, 'data' | 'dataDir' | 'dataOptions'> {
  const { parts, name, folder, options } = config.data
  const first = parts?.[0]
  return {
    data: parts ? parts.map((part) => part.name) : name,
    dataDir: moved ?? (first ? first.folder : folder),
    dataOptions: first ? first.options : options,
  }
}

/**
 * Trains a classifier on the features of a run, into a folder of its own: from there on it is a run as any other, which can be
 * resumed to the same bytes, verified, reported on, exported and audited. It keeps what it needs of the run in its own folder.
 *
 * Settings: the common ones of trainings, `labels` and `draw` among them, and `from`, `train`, `network`, `layer`, `learningRate`, `beta1`
 * and the augmentations. The last event tells the accuracy on the held-out images of the data.
 *
 * @throws ConfigError for settings; DataError when the run has no checkpoint, the data no labels, or the folder is not empty
 */
export async function* fineTuneRun(request: FineTuneRequest): AsyncGenerator<RunEvent> {
  const { run: folder, data, ...rest } = request
  const tunable = await openTunable(folder)
  const { run, base, model } = tunable
  const { channels } = run.config.data
  const settings = {
    ...(channels === 1 || channels === 3 ? { channels } : {}),
    ...request.settings,
  }
  const { options } = resolveSettings(model, settings)
  const begun =
    options.from === 'run' ? await featureWeights(tunable, options) : { step: 0, weights: undefined }
  const { code, settings: recorded, data: learned } = run.config
  const record: Origin = {
    run: run.folder,
    step: begun.step,
    model: base.model,
    ...(code ? { code } : {}),
    settings: recorded,
    data: learned,
  }
  yield* startRun({
    ...rest,
    ...(data === undefined ? dataOf(run, rest.dataDir) : { data }),
    settings,
    model,
    origin: { record, weights: begun.weights },
  })
}
