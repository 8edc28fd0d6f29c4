// The minimax game of Goodfellow et al. 2014: the generator lowers what the discriminator raises.
import { add, mul, neg } from '../../graph/build.ts'
import type { Value } from '../../graph/value.ts'
import { binaryAccuracy, binaryCrossentropy } from '../../losses/index.ts'
import {
  ACCURACY,
  BY_CROSSENTROPY,
  type Judged,
  type PairLoss,
  type PairSettings,
  type Round,
} from './pair-loss.ts'

/**
 * Cross-entropy of the scores of both batches, and how often the discriminator is right. The target of real examples may be a little
 * less than 1: one-sided label smoothing.
 *
 * @source of the smoothing: Salimans et al. 2016, arXiv:1606.03498, section 3.4, with 0.1
 */
export const apart = (
  onReal: Value,
  onFake: Value,
  { labelSmoothing }: Pick<PairSettings, 'labelSmoothing'>,
): Judged => ({
  loss: add(binaryCrossentropy(onReal, 1 - labelSmoothing), binaryCrossentropy(onFake, 0)),
  metrics: { accuracy: mul(add(binaryAccuracy(onReal, 1), binaryAccuracy(onFake, 0)), 0.5) },
})

/** What a discriminator learns that tells real examples from made ones. */
export const tellApart = ({ score, real, fake, settings }: Round): Judged =>
  apart(score(real), score(fake), settings)

/** D: -log D(x) - log(1 - D(G(z))); G: log(1 - D(G(z))). @source arXiv:1406.2661, equation 1 */
export const minimax: PairLoss = {
  name: 'minimax',
  description:
    'the game as it was first written; its generator learns little while it loses (Goodfellow 2014)',
  usual: () => BY_CROSSENTROPY,
  isProbability: true,
  logs: [ACCURACY],
  discriminator: tellApart,
  generator: ({ score, fake }) => ({ loss: neg(binaryCrossentropy(score(fake), 0)) }),
}
