// Classification under Gaussian noise, for classifiers that are to be smoothed: what is certified is their vote under such noise.
import { add } from '../graph/build.ts'
import { sparseCategoricalCrossentropy } from '../losses/index.ts'
import { checkNumber } from '../util/options.ts'
import type { ClassificationOptions } from './classification.ts'
import { type Objective, objective } from './objective.ts'
import { classificationFor, compared, robustLogs } from './robust-classification.ts'

export interface NoisyClassificationOptions extends ClassificationOptions {
  /** Standard deviation of the noise, images being in [0, 1]; default 0.5. */
  readonly noise?: number
}

/**
 * Descends the cross-entropy of the labels on images with independent normal noise added to every pixel; they are not brought
 * back within [0, 1], as they are not when they are certified. The log has the accuracy without noise and with it.
 *
 * @throws ConfigError for options that are missing, unknown or out of range; ShapeError for a classifier whose output is no
 *         list of logits
 * @source Cohen et al. 2019, arXiv:1902.02918, section 4
 */
export function noisyClassification(options: NoisyClassificationOptions): Objective<'classifier'> {
  const { base, where, column } = classificationFor('noisyClassification', options, ['noise'])
  const noise = checkNumber(where, 'noise', options.noise ?? 0.5, { above: 0 })
  return objective({
    ...base,
    phases: [
      {
        name: 'classifier',
        updates: ['classifier'],
        optimizer: options.optimizer,
        loss: ({ data: { [column]: images, labels }, random, networks: { classifier } }) => {
          const changed = classifier(add(images!, random.normal(images!.shape, 0, noise)))
          return compared({
            loss: sparseCategoricalCrossentropy(changed, labels!),
            clean: classifier.inference(images!),
            changed,
            labels: labels!,
          })
        },
      },
    ],
    logs: robustLogs('classifier', { name: 'noisyAccuracy', label: 'accuracy under noise' }),
  })
}
