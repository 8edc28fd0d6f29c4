// The conditional GAN of Mirza & Osindero 2014: the class stands beside what both players see, as zeros and a one.
import { expand, reshape } from '../../graph/build.ts'
import { network } from '../../layers/network.ts'
import type { Condition } from './condition.ts'
import { besides, LABEL, labelPort, oneHot, PLAYER } from './players.ts'

/**
 * G(z, y), D(x, y): y joins the latent, and the numbers of a vector; of an image it becomes a channel for each class, which is 1
 * everywhere in that of the example's class.
 *
 * @source Mirza & Osindero 2014, arXiv:1411.1784; as channels: Perarnau et al. 2016, arXiv:1611.06355
 */
export const concatCondition: Condition = {
  name: 'concat',
  description: 'zeros and a one beside what both players see (Mirza & Osindero 2014)',
  code: 'one-hot',
  discriminator: (make, { classes, pack, asVectors }) =>
    besides(
      make,
      {
        port: LABEL,
        shape: labelPort(pack),
        network: (example) =>
          network(PLAYER, { [LABEL]: labelPort(pack) }, ({ [LABEL]: label }) => {
            const [n, around] = [label!.shape[0]!, example.slice(0, -1)]
            const one = reshape(oneHot(label!, classes), [n, ...around.map(() => 1), pack * classes])
            return { beside: expand(one, [n, ...around, pack * classes]) }
          }),
      },
      asVectors,
    ),
}
