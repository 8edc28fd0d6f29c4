// Fast adversarial training: one gradient of the attacker, from a random start.
import { type AdversarialOptions, adversarial } from './adversarial.ts'
import type { Objective } from './objective.ts'
import { classificationFor } from './robust-classification.ts'

export type FastAdversarialOptions = Omit<AdversarialOptions, 'attackSteps'>

/**
 * Adversarial training with a single step of the attacker, by default a quarter longer than eps: twice the cost of a step without
 * an attacker. Should the accuracy under this attack rise above that without one, the classifier has learned to fool a single
 * step only (catastrophic overfitting): measure it with more.
 *
 * @throws as `adversarial`
 * @source Wong, Rice & Kolter 2020, arXiv:2001.03994
 */
export function fastAdversarial(options: FastAdversarialOptions): Objective<'classifier'> {
  classificationFor('fastAdversarial', options, ['eps', 'stepSize', 'warmup'])
  const { eps = 0.3, stepSize = 1.25 * eps } = options
  return adversarial({ ...options, eps, stepSize, attackSteps: 1 })
}
