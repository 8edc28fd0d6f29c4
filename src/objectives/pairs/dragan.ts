// DRAGAN of Kodali et al. 2017: the discriminator's slope stays near 1 around real examples.
import { add, mul, reduceMean, sqrt, square, sub } from '../../graph/build.ts'
import type { Value } from '../../graph/value.ts'
import { binaryCrossentropy } from '../../losses/index.ts'
import { tellApart } from './minimax.ts'
import { ACCURACY, BY_CROSSENTROPY, type PairLoss, PENALTY, SLOPE } from './pair-loss.ts'
import { awayFromOne } from './slopes.ts'

/** Standard deviation of all numbers of a batch. */
const deviation = (batch: Value): Value => sqrt(reduceMean(square(sub(batch, reduceMean(batch)))))

/**
 * The non-saturating game with λ(|∇D(x + δ)| - 1)² for the discriminator; δ moves every number of a real example by a draw of
 * its own, uniform in [0, ½) deviations of the batch, as the published programs perturb a batch. The penalty is taken there;
 * some programs take it at a place between x and x + δ.
 *
 * @source Kodali et al. 2017, arXiv:1705.07215
 */
export const dragan: PairLoss = {
  name: 'dragan',
  description: 'a slope of 1 around real examples only (Kodali 2017)',
  usual: () => ({
    ...BY_CROSSENTROPY,
    learningRate: 1e-4,
    discriminatorRate: 1e-4,
    penalty: 10,
    finalPenalty: 1,
  }),
  isProbability: true,
  believed: true,
  perExample: true,
  logs: [ACCURACY, PENALTY, SLOPE],
  discriminator(round) {
    const { score, real, random, penaltyWeight } = round
    const told = tellApart(round)
    const around = add(real, mul(random.uniform(real.shape), mul(deviation(real), 0.5)))
    const { penalty, slope } = awayFromOne(score, around)
    return {
      loss: add(told.loss, mul(penalty, penaltyWeight)),
      metrics: { ...told.metrics, penalty, slope },
    }
  },
  generator: ({ score, fake }) => ({ loss: binaryCrossentropy(score(fake), 1) }),
}
