// Free adversarial training: every gradient teaches the classifier and moves the attacker.
import { gradients } from '../autodiff/backward.ts'
import { add, max, min, mul, sign } from '../graph/build.ts'
import type { Value } from '../graph/value.ts'
import { inputOf } from '../layers/use.ts'
import { sparseCategoricalCrossentropy } from '../losses/index.ts'
import { checkNumber } from '../util/options.ts'
import type { ClassificationOptions } from './classification.ts'
import { type AttackSettings, ascended, attackSettings, moved } from './inner-attack.ts'
import { type Objective, objective } from './objective.ts'
import type { Phase } from './phase.ts'
import { classificationFor, compared, robustLogs } from './robust-classification.ts'

export interface FreeAdversarialOptions
  extends ClassificationOptions,
    Omit<AttackSettings, 'warmup' | 'stepSize'> {
  /** Updates on one batch; default 8. */
  readonly replays?: number
}

/**
 * Each batch is learned `replays` times in a row. One gradient serves both: it updates the weights, and its sign moves the
 * perturbation of the batch by eps, back within eps. The perturbation is never begun anew: the next batch takes it over.
 * All in training mode, as in the paper, since there is one pass for both.
 *
 * A step costs as much as `replays` steps without an attacker, so make as many fewer of them. Validation, which has no batch
 * that goes on, attacks with PGD of `attackSteps` steps. Images are in [0, 1] and the norm is the maximum.
 *
 * @throws as `adversarial`
 * @source Shafahi et al. 2019, arXiv:1904.12843, algorithm 1
 */
export function freeAdversarial(options: FreeAdversarialOptions): Objective<'classifier'> {
  const own = ['eps', 'attackSteps', 'replays']
  const { base, where, column } = classificationFor('freeAdversarial', options, own)
  const replays = checkNumber(where, 'replays', options.replays ?? 8, { integer: true, atLeast: 1 })
  const { eps, attackSteps, stepSize } = attackSettings(where, options)

  const within = (perturbation: Value): Value => min(max(perturbation, -eps), eps)
  const replay = (i: number): Phase<'classifier'>[] => [
    {
      name: `replay-${i}`,
      updates: ['classifier'],
      optimizer: options.optimizer,
      loss: ({ data: { [column]: examples, labels }, random, networks: { classifier }, variables }) => {
        const images = examples!
        const lossOf = (logits: Value): Value => sparseCategoricalCrossentropy(logits, labels!)
        const { perturbation } = variables
        const attacked = perturbation
          ? moved(images, perturbation)
          : ascended({
              images,
              start: add(images, random.uniform(images.shape, -eps, eps)),
              eps,
              stepSize,
              attackSteps,
              loss: (x) => lossOf(classifier.inference(x)),
            })
        const changed = classifier(attacked)
        const loss = lossOf(changed)
        const seen = compared({ loss, clean: classifier.inference(images), changed, labels: labels! })
        if (!perturbation) return seen
        const [slope] = gradients(loss, [perturbation])
        return {
          loss,
          metrics: { ...seen.metrics, next: within(add(perturbation, mul(sign(slope!), eps))) },
        }
      },
    },
    {
      name: `perturbation-${i}`,
      assign: ({ results }) => ({ perturbation: results[`replay-${i}`]!.metrics!.next! }),
    },
  ]
  return objective({
    ...base,
    phases: Array.from({ length: replays }, (_, i) => replay(i)).flat(),
    variables: { perturbation: { shape: inputOf(options.classifier).shape, perExample: true } },
    logs: robustLogs(`replay-${replays - 1}`),
  })
}
