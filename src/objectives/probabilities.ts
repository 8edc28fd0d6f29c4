// Whether a network ends in probabilities whose logits a loss can take: asked of its graph, before any training.
import { input } from '../graph/value.ts'
import type { RandomSource } from '../layers/layer.ts'
import type { Network } from '../layers/network.ts'
import { outputOf, weightInputs } from '../layers/use.ts'
import { logitsOf } from '../losses/index.ts'
import { ConfigError, messageOf } from '../util/errors.ts'

/** At inference nothing is random. */
const noRandom = {} as RandomSource

/**
 * @param where   the network, as the message begins: `gan "digits": the discriminator`
 * @param output  the one that is asked; default its only one
 * @throws ConfigError for one that does not end in a sigmoid
 */
export function checkProbabilities(where: string, network: Network, output = outputOf(network).name): void {
  const weights = weightInputs(network)
  const inputs = Object.fromEntries(
    Object.entries(network.inputs).map(([port, { shape, dtype }]) => [
      port,
      input(port, [1, ...shape], dtype),
    ]),
  )
  try {
    logitsOf(network.call({ inputs, weights, training: false, random: noRandom }).outputs[output]!)
  } catch (error) {
    if (!(error instanceof ConfigError)) throw error
    throw new ConfigError(`${where} must end in a sigmoid (${messageOf(error)})`)
  }
}
