// Adversarial training: a classifier learns the examples that an attacker makes of the batch, against itself as it is.
import { add, mul } from '../graph/build.ts'
import { sparseCategoricalCrossentropy } from '../losses/index.ts'
import type { ClassificationOptions } from './classification.ts'
import { ATTACK_SETTINGS, type AttackSettings, ascended, attackSettings, warmth } from './inner-attack.ts'
import { type Objective, objective } from './objective.ts'
import { classificationFor, compared, robustLogs } from './robust-classification.ts'

export interface AdversarialOptions extends ClassificationOptions, AttackSettings {}

/**
 * Descends the cross-entropy of the labels on images that PGD has found: from a random start within eps, `attackSteps` steps by
 * the sign of the gradient. The attacker meets the classifier in inference mode, so that dropout does not blind it, and the
 * classifier learns what was found in training mode; the paper's networks have neither dropout nor batch normalization.
 *
 * Images are in [0, 1] and the norm is the maximum. The log has accuracy on the images as they are and under this attack;
 * validation measures both on the held-out ones.
 *
 * @throws ConfigError for options that are missing, unknown or out of range; ShapeError for a classifier whose output is no
 *         list of logits
 * @source Madry et al. 2018, arXiv:1706.06083
 */
export function adversarial(options: AdversarialOptions): Objective<'classifier'> {
  const { base, where, column } = classificationFor('adversarial', options, ATTACK_SETTINGS)
  const { eps, attackSteps, stepSize, warmup } = attackSettings(where, options)
  return objective({
    ...base,
    phases: [
      {
        name: 'classifier',
        updates: ['classifier'],
        optimizer: options.optimizer,
        loss: ({ data: { [column]: examples, labels }, random, networks: { classifier }, scheduled }) => {
          const grown = scheduled('warmth', warmth(warmup))
          const images = examples!
          const attacked = ascended({
            images,
            start: add(images, mul(random.uniform(images.shape, -eps, eps), grown)),
            eps: mul(grown, eps),
            stepSize: mul(grown, stepSize),
            attackSteps,
            loss: (x) => sparseCategoricalCrossentropy(classifier.inference(x), labels!),
          })
          const changed = classifier(attacked)
          return compared({
            loss: sparseCategoricalCrossentropy(changed, labels!),
            clean: classifier.inference(images),
            changed,
            labels: labels!,
          })
        },
      },
    ],
    logs: robustLogs('classifier'),
  })
}
