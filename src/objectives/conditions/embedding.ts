// A condition by learned vectors, as is common practice: beside the latent, and as one more channel of an image.
import { reshape, transpose } from '../../graph/build.ts'
import { dense } from '../../layers/dense.ts'
import { network } from '../../layers/network.ts'
import { sizeOf } from '../../util/shape.ts'
import type { Condition } from './condition.ts'
import { besides, CODE, isVector, LABEL, labelPort, learnedCode, PLAYER } from './players.ts'

/**
 * Each player learns a vector of 50 numbers for each class. It joins the latent, and the numbers of a vector; of an image a dense layer
 * makes a channel of it.
 *
 * @source Denton et al. 2015, arXiv:1506.05751, whose class-conditional networks take the class through a dense layer as a channel
 */
export const embeddingCondition: Condition = {
  name: 'embedding',
  description:
    'a learned vector beside the latent, and a channel made of one beside images (common practice)',
  code: 'learned',
  discriminator: (make, { classes, pack, asVectors }) =>
    besides(
      make,
      {
        port: LABEL,
        shape: labelPort(pack),
        network(example) {
          const code = learnedCode(classes)
          const around = example.slice(0, -1)
          const channel = dense({ units: sizeOf(around), name: 'class-channel' })
          return network(PLAYER, { [LABEL]: labelPort(pack) }, ({ [LABEL]: label }, apply) => {
            const n = label!.shape[0]!
            const vectors = apply(code, label!) // [n, 50], of packs [n, pack, 50]
            if (isVector(example)) return { beside: reshape(vectors, [n, ...around, pack * CODE]) }
            const channels = reshape(apply(channel, vectors), [n, pack, sizeOf(around)])
            return { beside: reshape(transpose(channels, [0, 2, 1]), [n, ...around, pack]) }
          })
        },
      },
      asVectors,
    ),
}
