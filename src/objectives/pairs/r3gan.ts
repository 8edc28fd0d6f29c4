// R3GAN of Huang et al. 2024: the relativistic loss with both zero-centred gradient penalties.
import { add, mul } from '../../graph/build.ts'
import { type Shape, sizeOf } from '../../util/shape.ts'
import { ACCURACY, type PairLoss, PENALTY } from './pair-loss.ts'
import { besideEachOther, overtaking } from './relativistic.ts'
import { zeroCentred } from './slopes.ts'

/** γ at the first step: CIFAR's .05 at 32 x 32, growing with the number of pixels; of points what the ring wants. */
const gamma = (example: Shape): number =>
  example.length === 3 ? Math.max(0.05, (0.05 * sizeOf(example.slice(0, 2))) / 1024) : 0.04

/** Images as in the paper; points by what was tried on the ring (docs/LOG.md). */
const rates = (example: Shape) =>
  example.length === 3 ? { rate: 2e-4, finalRate: 0.25 } : { rate: 2e-3, finalRate: 0.001 }

/** D: softplus(D(G(z)) - D(x)) + γ/2 |∇D(x)|² + γ/2 |∇D(G(z))|²; G: the mirrored loss. Adam's beta2 is the paper's last from the start, where theirs rises from .9. The paper's samples are made by an average of the weights: `--ema 0.999`. @source arXiv:2501.05441 */
export const r3gan: PairLoss = {
  name: 'r3gan',
  description: 'the relativistic loss with penalties R1 and R2, rates falling along a cosine (Huang 2024)',
  usual: (example) => ({
    learningRate: rates(example).rate,
    discriminatorRate: rates(example).rate,
    finalRate: rates(example).finalRate,
    beta1: 0,
    beta2: 0.99,
    discriminatorUpdates: 1,
    penalty: gamma(example),
    finalPenalty: example.length === 3 ? 0.1 : 1,
  }),
  isProbability: false,
  perExample: true,
  logs: [ACCURACY, PENALTY],
  discriminator(round) {
    const { score, real, fake, penaltyWeight } = round
    const { loss, metrics } = besideEachOther(round)
    const penalty = add(zeroCentred(score, real), zeroCentred(score, fake))
    return { loss: add(loss, mul(penalty, penaltyWeight)), metrics: { ...metrics, penalty } }
  },
  generator: overtaking,
}
