// TRADES: accuracy on the examples as they are, and answers that an attacker can hardly move.
import { add, mul, stopGradient } from '../graph/build.ts'
import { softmaxDivergence, sparseCategoricalCrossentropy } from '../losses/index.ts'
import { checkNumber } from '../util/options.ts'
import type { ClassificationOptions } from './classification.ts'
import { ATTACK_SETTINGS, type AttackSettings, ascended, attackSettings, warmth } from './inner-attack.ts'
import { type Objective, objective } from './objective.ts'
import { classificationFor, compared, robustLogs } from './robust-classification.ts'

export interface TradesOptions extends ClassificationOptions, AttackSettings {
  /** Weight of the divergence; default 1, as the paper's on MNIST (6 on CIFAR-10). */
  readonly beta?: number
}

/** Deviation of the noise that the attacker begins with, where the divergence has no slope. */
const NUDGE = 0.001

/**
 * Descends the cross-entropy on the images as they are plus `beta` times the divergence of the answers to images within eps,
 * KL(p(x) || p(x')), where the attacker looks for x' that makes that divergence large. The attacker meets the classifier in
 * inference mode, as in the authors' program; both terms are learned in training mode.
 *
 * Images are in [0, 1] and the norm is the maximum. The log is that of `adversarial`.
 *
 * @throws as `adversarial`
 * @source Zhang et al. 2019, arXiv:1901.08573
 */
export function trades(options: TradesOptions): Objective<'classifier'> {
  const { base, where, column } = classificationFor('trades', options, [...ATTACK_SETTINGS, 'beta'])
  const beta = checkNumber(where, 'beta', options.beta ?? 1, { atLeast: 0 })
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
          const still = stopGradient(classifier.inference(images))
          const attacked = ascended({
            images,
            start: add(images, random.normal(images.shape, 0, NUDGE)),
            eps: mul(grown, eps),
            stepSize: mul(grown, stepSize),
            attackSteps,
            loss: (x) => softmaxDivergence(still, classifier.inference(x)),
          })
          const clean = classifier(images)
          const changed = classifier(attacked)
          return compared({
            loss: add(
              sparseCategoricalCrossentropy(clean, labels!),
              mul(softmaxDivergence(clean, changed), beta),
            ),
            clean,
            changed,
            labels: labels!,
          })
        },
      },
    ],
    logs: robustLogs('classifier'),
  })
}
