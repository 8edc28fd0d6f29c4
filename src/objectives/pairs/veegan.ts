// VEEGAN of Srivastava et al. 2017: a reconstructor that finds latents again, judged together with the examples.
import { add, reduceMean, reduceSum, square, sub } from '../../graph/build.ts'
import { apart } from './minimax.ts'
import { ACCURACY, BY_CROSSENTROPY, DISTANCE, type PairLoss } from './pair-loss.ts'

/**
 * A third player R makes latents of examples. D tells the pairs (x, R(x)) from (G(z), z) by logistic regression; G and R together descend
 * D(x, R(x)) - D(G(z), z) + |z - R(G(z))|². D is turned around: the paper's is large for what is made, here for what is real. A generator
 * that leaves modes out cannot let R find all latents again and have R(x) look like latents as well.
 *
 * The paper gives no rates: they, and that all three have the same, are those of the program for MNIST that its authors publish.
 *
 * @source Srivastava et al. 2017, arXiv:1705.07761, algorithm 1; akashgit/VEEGAN
 */
export const veegan: PairLoss = {
  name: 'veegan',
  description: 'a third network finds latents again, and is judged with the examples (Srivastava 2017)',
  usual: () => ({ ...BY_CROSSENTROPY, learningRate: 1e-3, discriminatorRate: 1e-3, beta1: 0.7 }),
  isProbability: true,
  joint: true,
  logs: [ACCURACY, DISTANCE],
  discriminator: ({ score, real, fake, latent, reconstruct, settings }) =>
    apart(score(real, reconstruct('real')), score(fake, latent), settings),
  generator({ score, real, fake, latent, reconstruct }) {
    const divergence = sub(reduceMean(score(real, reconstruct('real'))), reduceMean(score(fake, latent)))
    // Summed over the numbers of a latent, the mean over examples.
    const apartBy = reduceSum(square(sub(latent, reconstruct('fake'))), { axes: [1] })
    const reconstruction = reduceMean(apartBy)
    return { loss: add(divergence, reconstruction), metrics: { reconstruction } }
  },
}
