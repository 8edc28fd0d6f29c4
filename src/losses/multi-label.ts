// Examples of several labels: which classes are present, and the share of examples all of whose labels are named.
import {
  cast,
  equal,
  gatherElements,
  reduceMax,
  reduceMean,
  reduceMin,
  reshape,
  topK,
} from '../graph/build.ts'
import { constant, type Value } from '../graph/value.ts'
import { ShapeError } from '../util/errors.ts'
import { formatShape } from '../util/shape.ts'

/** @throws ShapeError unless they are integers [n] or [n, k] */
function checkLabels(where: string, labels: Value): void {
  if (labels.dtype !== 'int64' && labels.dtype !== 'int32' && labels.dtype !== 'uint8')
    throw new ShapeError(`${where}: labels must be integers (int64, int32 or uint8), got ${labels.dtype}`)
  if (labels.shape.length !== 1 && labels.shape.length !== 2)
    throw new ShapeError(
      `${where}: expected one label for each example [n], or several [n, k], got ${formatShape(labels.shape)}`,
    )
}

/** Labels as [n, k]: of one for each example k is 1. */
const listed = (labels: Value): Value => {
  const [n, k = 1] = labels.shape as [number, number?]
  return reshape(cast(labels, 'int64'), [n, k])
}

/**
 * Each label as a row with a 1 at its class.
 *
 * @param labels  integers [n] or [n, k] in 0 ... classes - 1
 * @returns [n, k, classes], float32
 */
export function oneHot(labels: Value, classes: number): Value {
  checkLabels('oneHot', labels)
  const each = listed(labels)
  const numbers = constant(
    Float64Array.from({ length: classes }, (_, label) => label),
    [1, 1, classes],
    'int64',
  )
  return cast(equal(reshape(each, [...each.shape, 1]), numbers), 'float32')
}

/**
 * 1 for every class that is among an example's labels, 0 for the others.
 *
 * @param labels  integers [n] or [n, k] in 0 ... classes - 1
 * @returns [n, classes], float32
 */
export const classesPresent = (labels: Value, classes: number): Value =>
  reduceMax(oneHot(labels, classes), { axes: [1] })

/**
 * Share of examples whose k largest scores are those of their k labels, in any order; for one label this is the accuracy.
 *
 * @param scores  [n, classes]
 * @param labels  integers [n], or [n, k] that differ within an example
 * @returns scalar in [0, 1]
 */
export function exactMatch(scores: Value, labels: Value): Value {
  checkLabels('exactMatch', labels)
  const [n, classes] = scores.shape
  const each = listed(labels)
  const k = each.shape[1]!
  if (scores.shape.length !== 2 || each.shape[0] !== n || k > classes!)
    throw new ShapeError(
      `exactMatch: expected scores [n, classes] and as many labels, got ${formatShape(scores.shape)} and ${formatShape(labels.shape)}`,
    )
  // Every label is among the k largest where, of the one-hot rows at those places, each has a 1.
  const { indices } = topK(scores, k) // [n, k]
  const present = classesPresent(each, classes!)
  return reduceMean(reduceMin(gatherElements(present, indices, 1), { axes: [1] }))
}
