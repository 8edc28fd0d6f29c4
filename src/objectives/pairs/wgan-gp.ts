// WGAN-GP of Gulrajani et al. 2017: a critic whose slope between real and made examples stays near 1.
import { add, mul, sub } from '../../graph/build.ts'
import { wasserstein } from '../../losses/index.ts'
import { type PairLoss, PENALTY, SLOPE, USUAL } from './pair-loss.ts'
import { awayFromOne, shareOfEach } from './slopes.ts'

/** D: D(G(z)) - D(x) + λ(|∇D(x̂)| - 1)², x̂ between the two; G: -D(G(z)). @source arXiv:1704.00028, algorithm 1 */
export const wganGpLoss: PairLoss = {
  name: 'wgan-gp',
  description:
    "Wasserstein distance by a critic of slope 1: five of its updates for one of the generator's (Gulrajani 2017)",
  usual: () => ({
    ...USUAL,
    learningRate: 1e-4,
    discriminatorRate: 1e-4,
    beta1: 0,
    beta2: 0.9,
    discriminatorUpdates: 5,
    penalty: 10,
    finalPenalty: 1,
  }),
  isProbability: false,
  perExample: true,
  logs: [PENALTY, SLOPE],
  discriminator({ score, real, fake, random, penaltyWeight }) {
    const between = add(fake, mul(shareOfEach(random, real), sub(real, fake)))
    const { penalty, slope } = awayFromOne(score, between)
    const distance = add(wasserstein(score(real), 1), wasserstein(score(fake), -1))
    return { loss: add(distance, mul(penalty, penaltyWeight)), metrics: { penalty, slope } }
  },
  generator: ({ score, fake }) => ({ loss: wasserstein(score(fake), 1) }),
}
