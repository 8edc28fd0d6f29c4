// A classifier that another job of a study trains, or fine-tunes, as far as it is known before.
import { offeredBy } from '../../objectives/offer.ts'
import { ConfigError } from '../../util/errors.ts'
import type { DataHashes, KnownData, Needed } from '../kind.ts'
import { FOLDER, formIn } from './data.ts'
import { neededRun, TRAINING } from './needed-run.ts'
import { type Training, trainingIn } from './training-options.ts'

export interface NeededClassifier {
  readonly training: Training
  /** Name of its data, or its folder on the machine that asks. */
  readonly data: string
  readonly known: KnownData & { readonly classes: readonly string[] }
}

/**
 * @param role  the part that it plays, as the study says it
 * @throws ConfigError unless the job trains what names classes; ConfigError, DataError when its data cannot be had
 */
export async function neededClassifier(
  role: string,
  needed: Needed,
  hashes: DataHashes,
): Promise<NeededClassifier> {
  const { name, request, places } = needed
  const training = trainingIn(request.options)
  const data = training.data === FOLDER ? places.train! : training.data
  const known = await hashes.about({ data, options: training.dataOptions, form: formIn(training.settings) })
  // A job that is no training is built upon one, to name classes.
  const isClassifier =
    request.kind !== TRAINING ||
    offeredBy((await neededRun(role, needed, hashes)).objective, 'classify') !== undefined
  const { classes } = known
  if (!isClassifier || !classes)
    throw new ConfigError(
      `needs.${role}: the ${training.model} of "${name}" names no classes; name jobs that train a classifier, or fine-tune one`,
    )
  return { training, data, known: { ...known, classes } }
}
