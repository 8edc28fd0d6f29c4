// FixMatch: what is sure of an unlabelled image that was changed a little is learned of the same image changed much.
import { augment, type Chosen } from '../augmentations/index.ts'
import {
  add,
  argMax,
  cast,
  gatherElements,
  greaterOrEqual,
  logSoftmax,
  mul,
  neg,
  reduceMax,
  reduceMean,
  reshape,
  softmax,
  stopGradient,
} from '../graph/build.ts'
import type { Value } from '../graph/value.ts'
import { inputOf } from '../layers/use.ts'
import { sparseCategoricalAccuracy, sparseCategoricalCrossentropy } from '../losses/index.ts'
import { ConfigError } from '../util/errors.ts'
import { checkNumber } from '../util/options.ts'
import type { ClassificationOptions } from './classification.ts'
import { type Objective, objective } from './objective.ts'
import { classificationFor } from './robust-classification.ts'
import { semiSupervisedLogs } from './semi-supervised-logs.ts'
import { unlabelledImages } from './unlabelled-images.ts'

export interface FixMatchOptions extends ClassificationOptions {
  /** What is done to labelled images, and to the unlabelled ones that are named. */
  readonly weak: readonly Chosen[]
  /** What is done to the unlabelled ones that are learned, each with a probability of a half. */
  readonly strong: readonly Chosen[]
  /** Probability from which a name counts; default 0.95. */
  readonly threshold?: number
  /** Weight of the unlabelled loss; default 1. */
  readonly weight?: number
}

/**
 * The loss of unlabelled images.
 *
 * @param sure    logits of the images changed a little [n, classes]; no gradient flows to them
 * @param learned logits of the same images changed much
 * @returns `loss`, the mean over all images of the cross-entropy of the names that count; `used`, the share of those
 */
export function pseudoLabelled(
  sure: Value,
  learned: Value,
  threshold: number,
): { readonly loss: Value; readonly used: Value } {
  const n = sure.shape[0]!
  const given = stopGradient(sure)
  const counts = cast(greaterOrEqual(reduceMax(softmax(given), { axes: [1] }), threshold), 'float32')
  const logs = gatherElements(logSoftmax(learned), argMax(given, 1, true), 1)
  return { loss: neg(reduceMean(mul(reshape(logs, [n]), counts))), used: reduceMean(counts) }
}

/**
 * Descends the cross-entropy of a few labels on images that are changed a little, and of the names that it gives unlabelled images, where it is
 * sure of them, on the same images changed much. Images are named in inference mode. In validation nothing is changed. The data has a
 * column `unlabelled`.
 *
 * @throws ConfigError for options that are missing, unknown or out of range; ShapeError for a classifier whose output is no list of logits
 * @source Sohn et al. 2020, arXiv:2001.07685
 */
export function fixMatch(options: FixMatchOptions): Objective<'classifier'> {
  const { base, where, column } = classificationFor('fixMatch', options, [
    'weak',
    'strong',
    'threshold',
    'weight',
  ])
  const { weak, strong } = options
  if (!Array.isArray(weak) || !Array.isArray(strong) || strong.length === 0)
    throw new ConfigError(
      `${where}: expected lists of augmentations as weak and strong, and a strong one at least`,
    )
  const threshold = checkNumber(where, 'threshold', options.threshold ?? 0.95, { above: 0, atMost: 1 })
  const weight = checkNumber(where, 'weight', options.weight ?? 1, { atLeast: 0 })
  const image = inputOf(options.classifier).shape
  return objective({
    ...base,
    phases: [
      {
        name: 'classifier',
        updates: ['classifier'],
        optimizer: options.optimizer,
        loss(context) {
          const { data, random, training, networks } = context
          const { classifier } = networks
          const changed = (images: Value, by: readonly Chosen[], probability = 1): Value =>
            training && by.length > 0 ? augment(images, by, { random, probability }) : images
          const named = classifier(changed(data[column]!, weak))
          const supervised = sparseCategoricalCrossentropy(named, data.labels!)
          const images = unlabelledImages(context, { column, image })
          const { loss, used } = pseudoLabelled(
            classifier.inference(changed(images, weak)),
            classifier(changed(images, strong, 0.5)),
            threshold,
          )
          return {
            loss: add(supervised, mul(loss, weight)),
            metrics: {
              supervised,
              unlabelled: loss,
              used,
              accuracy: sparseCategoricalAccuracy(named, data.labels!),
            },
          }
        },
      },
    ],
    logs: semiSupervisedLogs([
      { name: 'unlabelled', label: 'loss of its own names' },
      { name: 'used', label: 'names that count', format: 'percent' },
    ]),
  })
}
