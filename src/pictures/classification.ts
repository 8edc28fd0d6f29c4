// How a trained classifier names held-out images: `classification.json`, and its confusion matrix as a figure.

import { imageInputs } from '../data/examples.ts'
import type { Dataset } from '../data/index.ts'
import { inputOf } from '../layers/use.ts'
import { likeliest } from '../metrics/index.ts'
import { functionOf } from '../objectives/offer.ts'
import { confusionMatrix, type ReportFigure } from '../report/index.ts'
import {
  CLASSIFICATION_FILE,
  type Classification,
  classificationOf,
  classificationSchema,
} from '../runs/index.ts'
import type { RunFolder } from '../runs/node/index.ts'
import { applyFunction } from '../training/functions.ts'
import { formatCount, formatPercent } from '../util/format.ts'
import type { PictureContext, PictureMaker } from './picture-maker.ts'

/** Names the images of a data set with a run's classifier. */
export async function classify(
  { objective, weights, step }: Pick<PictureContext, 'objective' | 'weights' | 'step'>,
  dataset: Dataset & { readonly labels: Uint8Array },
): Promise<Classification> {
  const named = functionOf(objective, 'classify')
  const indices = Uint32Array.from({ length: dataset.count }, (_, i) => i)
  const images = { [inputOf(named.of).name]: imageInputs(dataset, indices) }
  const logits = await applyFunction(weights, named, images)
  const { name, hash, count, labels, classes } = dataset
  const given = likeliest({ data: logits, shape: [count, classes.length] })
  return classificationOf(labels, given, { step, data: { name, hash, count }, classes: [...classes] })
}

function figure(found: Classification): ReportFigure {
  const { accuracy, data, step } = found
  const n = formatCount(data.count)
  return {
    name: 'confusion-matrix',
    title: 'What held-out images are taken for',
    caption: `${formatPercent(accuracy, 2)} of ${n} held-out images are named rightly at step ${formatCount(step)}. A row holds the images of a class, a column those that are given it; empty squares are zero. The last column is the share of the row that is right.`,
    alt: `Confusion matrix of ${found.classes.length} classes; ${formatPercent(accuracy, 2)} of ${n} images are on the diagonal`,
    svg: confusionMatrix(found),
    wide: true,
  }
}

/** Only held-out images with labels of the training classes count: those that were trained on say nothing. */
export const classificationPictures: PictureMaker = async (context) => {
  const shown = await context.images()
  const { classes } = context.run.config.data
  if (shown?.part !== 'held-out' || !shown.dataset.labels) return []
  const { dataset } = shown
  if (dataset.classes.join('\n') !== classes?.join('\n')) return []
  const found = await classify(context, { ...dataset, labels: shown.dataset.labels })
  await context.run.writeFile(CLASSIFICATION_FILE, `${JSON.stringify(found)}\n`)
  return [figure(found)]
}

/** What was found with the weights of this step; undefined when it was not, or the file is damaged. */
export async function readClassification(run: RunFolder, step: number): Promise<Classification | undefined> {
  const bytes = await run.readFile(CLASSIFICATION_FILE)
  if (!bytes) return undefined
  try {
    const found = classificationSchema.parse(JSON.parse(new TextDecoder().decode(bytes)))
    return found.step === step ? found : undefined
  } catch {
    return undefined
  }
}
