// How far one distribution over classes is from another, both given by logits.
import { exp, logSoftmax, mul, reduceMean, reduceSum, sub } from '../graph/build.ts'
import type { Value } from '../graph/value.ts'
import { targetFor } from './target.ts'

/**
 * KL(softmax(logits) || softmax(others)) over the last axis, averaged over the examples, in nats. Gradients flow to both.
 *
 * @param logits  [..., classes]
 * @param others  the same shape
 * @returns scalar, never negative
 */
export function softmaxDivergence(logits: Value, others: Value): Value {
  targetFor('softmaxDivergence', logits, others)
  const [p, q] = [logSoftmax(logits), logSoftmax(others)]
  return reduceMean(reduceSum(mul(exp(p), sub(p, q)), { axes: [-1] }))
}
