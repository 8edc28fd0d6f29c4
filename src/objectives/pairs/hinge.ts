// The hinge loss of Lim & Ye 2017: only scores on the wrong side of 1 and -1 count.
import { add } from '../../graph/build.ts'
import { hinge as hingeOf, wasserstein } from '../../losses/index.ts'
import { type PairLoss, USUAL } from './pair-loss.ts'

/** D: max(0, 1 - D(x)) + max(0, 1 + D(G(z))); G: -D(G(z)). @source arXiv:1705.02894; settings of Miyato et al. 2018, arXiv:1802.05957 */
export const hinge: PairLoss = {
  name: 'hinge',
  description: 'scores count only on the wrong side of their margin (Lim & Ye 2017)',
  usual: () => ({ ...USUAL, beta1: 0, beta2: 0.9, discriminatorUpdates: 5 }),
  isProbability: false,
  logs: [],
  discriminator: ({ score, real, fake }) => ({
    loss: add(hingeOf(score(real), 1), hingeOf(score(fake), -1)),
  }),
  generator: ({ score, fake }) => ({ loss: wasserstein(score(fake), 1) }),
}
