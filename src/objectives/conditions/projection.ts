// The projection discriminator of Miyato & Koyama 2018: how well an example's features agree with its class.
import { add, mul, reduceSum, sigmoid } from '../../graph/build.ts'
import { composed } from '../../layers/composed.ts'
import { embedding } from '../../layers/embedding.ts'
import { network } from '../../layers/network.ts'
import { logitsOf } from '../../losses/index.ts'
import type { Condition } from './condition.ts'
import { judging, LABEL, labelPort, mainOutput, PLAYER } from './players.ts'

/**
 * The score is ψ(φ(x)) + vᵀφ(x): what is seen in an example is judged by itself, and by its product with a vector v that is learned for its
 * class; examples of a pack share their features, and their vectors are added. So features are those of examples alone. The generator
 * is told by a learned vector beside its latent, where the paper's has batch normalization for each class.
 *
 * @source Miyato & Koyama 2018, arXiv:1802.05637, equation 4
 */
export const projectionCondition: Condition = {
  name: 'projection',
  description: "the product of an example's features with a vector of its class (Miyato & Koyama 2018)",
  code: 'learned',
  discriminator:
    (make, { classes, pack }) =>
    (example) => {
      const { inner, length, call: judged } = judging(make, example)
      const vectors = embedding({ inputDim: classes, outputDim: length })
      const telling = network(PLAYER, { [LABEL]: labelPort(pack) }, ({ [LABEL]: label }, apply) => {
        const each = apply(vectors, label!)
        return { vector: pack === 1 ? each : reduceSum(each, { axes: [1] }) }
      })
      const probability = mainOutput('projection', inner)
      return composed(
        PLAYER,
        { ...inner.inputs, [LABEL]: labelPort(pack) },
        [telling, inner],
        ({ [LABEL]: label, ...inputs }, call) => {
          const { outputs, features } = judged(call, inputs)
          const { vector } = call(telling, { [LABEL]: label! })
          const agreement = reduceSum(mul(features, vector!), { axes: [1], keepdims: true }) // [n, 1]
          return { [probability]: sigmoid(add(logitsOf(outputs[probability]!), agreement)) }
        },
      )
    },
}
