// The divergence of a diagonal normal distribution from the standard one: the regularizer of a VAE.
import { add, exp, mul, reduceMean, reduceSum, square, sub } from '../graph/build.ts'
import type { Value } from '../graph/value.ts'
import { targetFor } from './target.ts'

/**
 * KL(N(mean, exp(logVariance)) || N(0, 1)), summed over the last axis and averaged over the examples, in nats:
 * ½ sum(mean² + exp(v) - 1 - v).
 *
 * @param mean         [..., d]
 * @param logVariance  the same shape
 * @returns scalar, never negative
 * @source Kingma & Welling 2014, arXiv:1312.6114, appendix B
 */
export function klDivergence(mean: Value, logVariance: Value): Value {
  targetFor('klDivergence', mean, logVariance)
  const terms = sub(add(square(mean), exp(logVariance)), add(logVariance, 1))
  return mul(reduceMean(reduceSum(terms, { axes: [-1] })), 0.5)
}
