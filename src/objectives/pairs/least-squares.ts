// The least-squares GAN of Mao et al. 2017: scores are drawn to 1 for real and 0 for made.
import { add, mul, reduceMean, square, sub } from '../../graph/build.ts'
import type { Value } from '../../graph/value.ts'
import { type PairLoss, USUAL } from './pair-loss.ts'

/** Half of the mean squared distance of scores to a target. */
const away = (scores: Value, target: number): Value => mul(reduceMean(square(sub(scores, target))), 0.5)

/** D: ½(D(x) - 1)² + ½D(G(z))²; G: ½(D(G(z)) - 1)². @source arXiv:1611.04076, equation 9 */
export const leastSquares: PairLoss = {
  name: 'least-squares',
  description: 'squared distances of scores to 1 and 0, which never saturate (Mao 2017)',
  usual: () => USUAL,
  isProbability: false,
  logs: [],
  discriminator: ({ score, real, fake }) => ({ loss: add(away(score(real), 1), away(score(fake), 0)) }),
  generator: ({ score, fake }) => ({ loss: away(score(fake), 1) }),
}
