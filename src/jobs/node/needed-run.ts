// A run that another job of a study trains, as far as it is known before: its model, its data, what it can be asked.
import { recordedObjective } from '../../lifecycle/recorded-run.ts'
import type { Objective } from '../../objectives/objective.ts'
import type { TrainedModel } from '../../runs/index.ts'
import { ConfigError } from '../../util/errors.ts'
import type { DataHashes, KnownData, Needed } from '../kind.ts'
import { FOLDER, formIn } from './data.ts'
import { type Training, trainingIn } from './training-options.ts'

/** The kind of jobs that train a model of the registry. */
export const TRAINING = 'training'

export interface NeededRun {
  readonly training: Training
  /** Name of its data, or its folder on the machine that asks. */
  readonly data: string
  readonly known: KnownData
  /** Of this its networks follow. */
  readonly trained: TrainedModel
  readonly objective: Objective
}

/** @throws ConfigError unless the job trains a model on images; ConfigError, DataError when its data cannot be had */
export async function neededRun(
  role: string,
  { name, request, places }: Needed,
  hashes: DataHashes,
): Promise<NeededRun> {
  if (request.kind !== TRAINING)
    throw new ConfigError(
      `needs.${role}: expected jobs that train a model, got "${name}", which is itself built upon another run; name the block that it needs`,
    )
  const training = trainingIn(request.options)
  const data = training.data === FOLDER ? places.train! : training.data
  const known = await hashes.about({
    data,
    options: training.dataOptions,
    form: formIn(training.settings),
  })
  if (!known.imageShape)
    throw new ConfigError(
      `needs.${role}: "${name}" learns the data "${data}", which is no images; name jobs that learn images`,
    )
  const [height, width, channels] = known.imageShape
  const { classes, count } = known
  const trained: TrainedModel = {
    model: training.model,
    settings: training.settings as TrainedModel['settings'],
    data: {
      name: data,
      hash: request.data.train!,
      count,
      height,
      width,
      channels,
      ...(classes ? { classes: [...classes] } : {}),
    },
  }
  return { training, data, known, trained, objective: recordedObjective(trained) }
}
