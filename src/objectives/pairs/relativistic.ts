// The relativistic GAN of Jolicoeur-Martineau 2018: a real example need only look more real than the made one beside it.

import { sub } from '../../graph/build.ts'
import { binaryAccuracy, binaryCrossentropy } from '../../losses/index.ts'
import { ACCURACY, type Judged, type PairLoss, type Round, USUAL } from './pair-loss.ts'

/** softplus(-(D(x) - D(G(z)))), pair by pair. */
export function besideEachOther({ score, real, fake }: Round): Judged {
  const lead = sub(score(real), score(fake))
  return { loss: binaryCrossentropy(lead, 1), metrics: { accuracy: binaryAccuracy(lead, 1) } }
}

/** The same with the players' parts exchanged. */
export const overtaking = ({ score, real, fake }: Round): Judged => ({
  loss: binaryCrossentropy(sub(score(fake), score(real)), 1),
})

/** D: softplus(D(G(z)) - D(x)); G: softplus(D(x) - D(G(z))). @source arXiv:1807.00734, section 4 */
export const relativistic: PairLoss = {
  name: 'relativistic',
  description: 'real and made examples are judged in pairs (Jolicoeur-Martineau 2018)',
  usual: () => USUAL,
  isProbability: false,
  logs: [ACCURACY],
  discriminator: besideEachOther,
  generator: overtaking,
}
