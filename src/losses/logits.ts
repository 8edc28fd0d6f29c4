// From probabilities back to the logits they came from.
import { reshape, stopGradient } from '../graph/build.ts'
import type { Value } from '../graph/value.ts'
import { ConfigError } from '../util/errors.ts'

/**
 * The logits under a value that ends in a sigmoid, so that a network may end in `activation: 'sigmoid'` while its loss
 * is computed from logits: the logarithm of a probability that rounds to 0 or 1 is lost, that of a logit is not.
 *
 * @param probabilities  the output of a network whose last operation is Sigmoid, reshaped or not
 * @returns the input of that Sigmoid, in the shape of `probabilities`
 * @throws ConfigError when the value does not end in a Sigmoid
 */
export function logitsOf(probabilities: Value): Value {
  const { op, inputs } = probabilities.node
  if (op === 'Sigmoid') return inputs[0]!
  if (op === 'Identity') return logitsOf(inputs[0]!)
  if (op === 'StopGradient') return stopGradient(logitsOf(inputs[0]!))
  if (op === 'Reshape') return reshape(logitsOf(inputs[0]!), probabilities.shape)
  throw new ConfigError(
    `logitsOf: expects a value that ends in Sigmoid, got one that ends in ${op}; ` +
      "end the network with activation 'sigmoid', or give its logits to the loss directly",
  )
}
