// Losses of unbounded scores with targets 1 and -1: hinge, Wasserstein.
import { mul, neg, type Operand, reduceMean, relu, sub } from '../graph/build.ts'
import type { Value } from '../graph/value.ts'
import { ConfigError } from '../util/errors.ts'
import { targetFor } from './target.ts'

function signFor(loss: string, scores: Value, target: Value | number): Operand {
  const sign = targetFor(loss, scores, target)
  if (typeof sign === 'number' && sign !== 1 && sign !== -1)
    throw new ConfigError(`${loss}: target must be 1 or -1, got ${sign}; unlike probabilities, false is -1`)
  return sign
}

/** score * target, without a pass over the data where the target is the number 1 or -1. */
const signed = (scores: Value, target: Operand): Value =>
  target === 1 ? scores : target === -1 ? neg(scores) : mul(scores, target)

/**
 * max(0, 1 - target score), averaged over all elements.
 *
 * @param scores  any shape, unbounded
 * @param target  1 or -1: one number for all, or a value of the scores' shape
 * @returns scalar
 * @source Lim & Ye 2017, arXiv:1705.02894, for its use in a GAN
 */
export const hinge = (scores: Value, target: Value | number): Value =>
  reduceMean(relu(sub(1, signed(scores, signFor('hinge', scores, target)))))

/**
 * -target score, averaged over all elements: a critic lowers it by scoring target 1 high and target -1 low.
 *
 * @param scores  any shape, unbounded
 * @param target  1 or -1: one number for all, or a value of the scores' shape
 * @returns scalar, of any sign
 * @source Arjovsky et al. 2017, arXiv:1701.07875
 */
export function wasserstein(scores: Value, target: Value | number): Value {
  const sign = signFor('wasserstein', scores, target)
  return sign === -1 ? reduceMean(scores) : neg(reduceMean(signed(scores, sign)))
}
