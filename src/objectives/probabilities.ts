// Whether a network ends in probabilities whose logits a loss can take: asked of its graph, before any training.
import { input } from '../graph/value.ts'
import type { RandomSource } from '../layers/layer.ts'
import type { Network } from '../layers/network.ts'
import { callNetwork, inputOf, weightInputs } from '../layers/use.ts'
import { logitsOf } from '../losses/index.ts'
import { ConfigError, messageOf } from '../util/errors.ts'

/** At inference nothing is random. */
const noRandom = {} as RandomSource

/**
 * @param where  the network, as the message begins: `gan "digits": the discriminator`
 * @throws ConfigError for one that does not end in a sigmoid
 */
export function checkProbabilities(where: string, network: Network): void {
  const weights = weightInputs(network)
  const example = input('example', [1, ...inputOf(network).shape])
  try {
    logitsOf(callNetwork(network, { input: example, weights, training: false, random: noRandom }).output)
  } catch (error) {
    if (!(error instanceof ConfigError)) throw error
    throw new ConfigError(`${where} must end in a sigmoid (${messageOf(error)})`)
  }
}
