// The auxiliary classifier GAN of Odena et al. 2017: the discriminator is not told the class, but names it.
import { add, mul, reshape } from '../../graph/build.ts'
import type { Value } from '../../graph/value.ts'
import { composed } from '../../layers/composed.ts'
import { dense } from '../../layers/dense.ts'
import { network } from '../../layers/network.ts'
import { sparseCategoricalAccuracy, sparseCategoricalCrossentropy } from '../../losses/index.ts'
import type { Condition } from './condition.ts'
import { CLASSES, judging, PLAYER } from './players.ts'

/**
 * A second dense layer on the discriminator's features gives a logit for each class, of a pack for each class of each example. The
 * discriminator learns the classes of real and of made examples, the generator that its own are named as asked: L_C for both, beside
 * whatever they play for.
 *
 * @source Odena et al. 2017, arXiv:1610.09585, section 3
 */
export const acganCondition: Condition = {
  name: 'acgan',
  description: 'the discriminator names the class, and both players learn by that (Odena 2017)',
  code: 'one-hot',
  discriminator:
    (make, { classes, pack }) =>
    (example) => {
      const { inner, length, call: judged } = judging(make, example)
      const logits = dense({ units: pack * classes, name: 'class-logits' })
      const naming = network(PLAYER, { features: [length] }, ({ features }, apply) => {
        const all = apply(logits, features!)
        return { [CLASSES]: pack === 1 ? all : reshape(all, [all.shape[0]!, pack, classes]) }
      })
      return composed(PLAYER, inner.inputs, [inner, naming], (inputs, call) => {
        const { outputs, features } = judged(call, inputs)
        return { ...outputs, ...call(naming, { features }) }
      })
    },
}

/** Cross-entropy of the classes that a discriminator names, summed over batches, and how often it names them rightly. */
export function namedClasses(logits: readonly Value[], labels: Value): { loss: Value; accuracy: Value } {
  const accuracies = logits.map((each) => sparseCategoricalAccuracy(each, labels))
  return {
    loss: logits.map((each) => sparseCategoricalCrossentropy(each, labels)).reduce(add),
    accuracy: mul(accuracies.reduce(add), 1 / logits.length),
  }
}
