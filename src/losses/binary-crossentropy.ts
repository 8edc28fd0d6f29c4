// Binary cross-entropy on logits.
import { mul, neg, reduceMean, softplus, sub } from '../graph/build.ts'
import type { Value } from '../graph/value.ts'
import { ConfigError } from '../util/errors.ts'
import { targetFor } from './target.ts'

/**
 * -t log p - (1 - t) log(1 - p) with p = sigmoid(logits), averaged over all elements, in nats. Computed as
 * softplus(x) - x t, which neither overflows nor loses small losses.
 *
 * @param logits  any shape; for a network that ends in a sigmoid, `logitsOf(output)`
 * @param target  probabilities of the logits' shape, or one number for all of them, in [0, 1]
 * @returns scalar
 */
export function binaryCrossentropy(logits: Value, target: Value | number): Value {
  const t = targetFor('binaryCrossentropy', logits, target)
  if (typeof t === 'number' && (t < 0 || t > 1))
    throw new ConfigError(`binaryCrossentropy: target is a probability in [0, 1], got ${t}`)
  if (t === 1) return reduceMean(softplus(neg(logits)))
  if (t === 0) return reduceMean(softplus(logits))
  return reduceMean(sub(softplus(logits), mul(logits, t)))
}
