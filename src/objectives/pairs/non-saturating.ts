// The non-saturating game of Goodfellow et al. 2014: the generator raises the probability that it is believed.
import { binaryCrossentropy } from '../../losses/index.ts'
import { tellApart } from './minimax.ts'
import { ACCURACY, BY_CROSSENTROPY, type PairLoss } from './pair-loss.ts'

/** D: -log D(x) - log(1 - D(G(z))); G: -log D(G(z)). @source arXiv:1406.2661, section 3 */
export const nonSaturating: PairLoss = {
  name: 'non-saturating',
  description: 'what is usually called a GAN: the generator raises log D(G(z)) (Goodfellow 2014)',
  usual: () => BY_CROSSENTROPY,
  isProbability: true,
  believed: true,
  logs: [ACCURACY],
  discriminator: tellApart,
  generator: ({ score, fake }) => ({ loss: binaryCrossentropy(score(fake), 1) }),
}
