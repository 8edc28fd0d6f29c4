// Metrics in the graph: the share of right answers.
import { argMax, cast, equal, greater, lessOrEqual, reduceMean } from '../graph/build.ts'
import type { Value } from '../graph/value.ts'
import { labelIndices } from './categorical-crossentropy.ts'
import { targetFor } from './target.ts'

/**
 * Share of elements whose logit is on the side of zero that the target says: above it, that is probability above .5
 * (Keras' threshold), where the target is above .5.
 *
 * @param logits  any shape
 * @param target  probabilities of the same shape, or one number for all
 * @returns scalar in [0, 1]
 */
export function binaryAccuracy(logits: Value, target: Value | number): Value {
  const t = targetFor('binaryAccuracy', logits, target)
  if (typeof t === 'number')
    return reduceMean(cast(t > 0.5 ? greater(logits, 0) : lessOrEqual(logits, 0), logits.dtype))
  return reduceMean(cast(equal(greater(logits, 0), greater(t, 0.5)), logits.dtype))
}

/**
 * Share of examples whose largest logit is the label's.
 *
 * @param logits  [..., classes]
 * @param labels  integers [...]
 * @returns scalar in [0, 1]
 */
export function sparseCategoricalAccuracy(logits: Value, labels: Value): Value {
  const indices = labelIndices('sparseCategoricalAccuracy', logits, labels)
  return reduceMean(cast(equal(argMax(logits, -1, true), indices), logits.dtype))
}
