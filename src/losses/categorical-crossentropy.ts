// Cross-entropy of classes on logits: with target probabilities, or with integer labels.
import { cast, gatherElements, logSoftmax, mul, neg, reduceMean, reduceSum, reshape } from '../graph/build.ts'
import type { Value } from '../graph/value.ts'
import { ShapeError } from '../util/errors.ts'
import { formatShape, sameShape } from '../util/shape.ts'
import { targetFor } from './target.ts'

/**
 * -sum t log softmax(logits) over the last axis, averaged over the examples, in nats.
 *
 * @param logits  [..., classes]
 * @param target  probabilities of the same shape, e.g. one-hot
 * @returns scalar
 */
export function categoricalCrossentropy(logits: Value, target: Value): Value {
  const t = targetFor('categoricalCrossentropy', logits, target)
  return neg(reduceMean(reduceSum(mul(logSoftmax(logits), t), { axes: [-1] })))
}

/** Integer labels as indices into the last axis of the logits: [..., 1]. */
export function labelIndices(where: string, logits: Value, labels: Value): Value {
  if (labels.dtype !== 'int64' && labels.dtype !== 'int32' && labels.dtype !== 'uint8')
    throw new ShapeError(`${where}: labels must be integers (int64, int32 or uint8), got ${labels.dtype}`)
  const expected = logits.shape.slice(0, -1)
  if (logits.shape.length === 0 || !sameShape(labels.shape, expected))
    throw new ShapeError(
      `${where}: logits ${formatShape(logits.shape)} need labels ${formatShape(expected)}, got ${formatShape(labels.shape)}`,
    )
  return reshape(cast(labels, 'int64'), [...expected, 1])
}

/**
 * -log softmax(logits)[label], averaged over the examples, in nats.
 *
 * @param logits  [..., classes]
 * @param labels  integers [...] in 0 ... classes - 1
 * @returns scalar
 */
export function sparseCategoricalCrossentropy(logits: Value, labels: Value): Value {
  const indices = labelIndices('sparseCategoricalCrossentropy', logits, labels)
  return neg(reduceMean(gatherElements(logSoftmax(logits), indices, logits.shape.length - 1)))
}
