// The unrolled GAN of Metz et al. 2017: the generator is judged by the discriminator as it will be.
import { binaryCrossentropy } from '../../losses/index.ts'
import { tellApart } from './minimax.ts'
import { ACCURACY, BY_CROSSENTROPY, type PairLoss, type Round } from './pair-loss.ts'

/** The non-saturating game some updates of the discriminator on, through which the generator's gradient flows. @source arXiv:1611.02163 */
export const unrolled: PairLoss = {
  name: 'unrolled',
  description: 'the generator looks five updates of its opponent ahead (Metz 2017)',
  usual: () => ({ ...BY_CROSSENTROPY, learningRate: 1e-3, discriminatorRate: 1e-4, lookahead: 5 }),
  isProbability: true,
  believed: true,
  logs: [ACCURACY],
  discriminator: tellApart,
  generator(round) {
    let later: Round = round
    for (let i = 0; i < round.settings.lookahead; i++) later = later.ahead(tellApart(later).loss)
    return { loss: binaryCrossentropy(later.score(later.fake), 1) }
  },
}
