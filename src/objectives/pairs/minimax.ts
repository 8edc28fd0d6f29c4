// The minimax game of Goodfellow et al. 2014: the generator lowers what the discriminator raises.
import { add, mul, neg } from '../../graph/build.ts'
import type { Value } from '../../graph/value.ts'
import { binaryAccuracy, binaryCrossentropy } from '../../losses/index.ts'
import { ACCURACY, type Judged, type PairLoss, type Round, USUAL } from './pair-loss.ts'

/** Cross-entropy of the scores of both batches, and how often the discriminator is right. */
export const apart = (onReal: Value, onFake: Value): Judged => ({
  loss: add(binaryCrossentropy(onReal, 1), binaryCrossentropy(onFake, 0)),
  metrics: { accuracy: mul(add(binaryAccuracy(onReal, 1), binaryAccuracy(onFake, 0)), 0.5) },
})

/** What a discriminator learns that tells real examples from made ones. */
export const tellApart = ({ score, real, fake }: Round): Judged => apart(score(real), score(fake))

/** D: -log D(x) - log(1 - D(G(z))); G: log(1 - D(G(z))). @source arXiv:1406.2661, equation 1 */
export const minimax: PairLoss = {
  name: 'minimax',
  description:
    'the game as it was first written; its generator learns little while it loses (Goodfellow 2014)',
  usual: () => USUAL,
  isProbability: true,
  logs: [ACCURACY],
  discriminator: tellApart,
  generator: ({ score, fake }) => ({ loss: neg(binaryCrossentropy(score(fake), 0)) }),
}
