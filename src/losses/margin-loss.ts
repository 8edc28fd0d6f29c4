// The margin loss of capsules: long where a class is present, short where it is not.
import { add, mul, reduceMean, reduceSum, relu, square, sub } from '../graph/build.ts'
import type { Value } from '../graph/value.ts'
import { checkNumber } from '../util/options.ts'
import { targetFor } from './target.ts'

export interface MarginLossOptions {
  /** Length above which a present class costs nothing; default 0.9. */
  readonly present?: number
  /** Length below which an absent class costs nothing; default 0.1. */
  readonly absent?: number
  /** Weight of the classes that are absent, lambda; default 0.5. */
  readonly absentWeight?: number
}

/**
 * t max(0, m⁺ - |v|)² + lambda (1 - t) max(0, |v| - m⁻)², summed over the classes and averaged over the examples. Any number of classes
 * may be present at once.
 *
 * @param lengths  of the capsules [n, classes]
 * @param target   1 where a class is present, 0 elsewhere, [n, classes]
 * @returns scalar
 * @source Sabour et al. 2017, arXiv:1710.09829, equation 4
 */
export function marginLoss(lengths: Value, target: Value, options: MarginLossOptions = {}): Value {
  const t = targetFor('marginLoss', lengths, target)
  const unit = { atLeast: 0, atMost: 1 }
  const present = checkNumber('marginLoss', 'present', options.present ?? 0.9, unit)
  const absent = checkNumber('marginLoss', 'absent', options.absent ?? 0.1, unit)
  const absentWeight = checkNumber('marginLoss', 'absentWeight', options.absentWeight ?? 0.5, { atLeast: 0 })
  const short = mul(t, square(relu(sub(present, lengths))))
  const long = mul(sub(1, t), square(relu(sub(lengths, absent))))
  return reduceMean(reduceSum(add(short, mul(long, absentWeight)), { axes: [-1] }))
}
