// Gradients of scores with respect to examples, and penalties on them; all of it can be differentiated again.
import { gradients } from '../../autodiff/backward.ts'
import { add, mul, reduceMean, reduceSum, reshape, sqrt, square, sub } from '../../graph/build.ts'
import type { Value } from '../../graph/value.ts'
import type { Round } from './pair-loss.ts'

/** Squared length of each example's gradient [n]. */
export function squaredSlopes(score: Round['score'], examples: Value): Value {
  const [slopes] = gradients(reduceSum(score(examples)), [examples])
  return reduceSum(square(slopes!), { axes: slopes!.shape.map((_, axis) => axis).slice(1) })
}

/** Length of each example's gradient [n]; an example without any has length 1e-12, since the root has no slope at 0. */
export const slopesOf = (score: Round['score'], examples: Value): Value =>
  sqrt(add(squaredSlopes(score, examples), 1e-24))

/** (length - 1)² averaged over examples, and the mean length: what WGAN-GP and DRAGAN penalise. */
export function awayFromOne(score: Round['score'], examples: Value) {
  const slopes = slopesOf(score, examples)
  return { penalty: reduceMean(square(sub(slopes, 1))), slope: reduceMean(slopes) }
}

/** Half of the mean squared length: R1 on real examples, R2 on made ones (Mescheder et al. 2018, arXiv:1801.04406). */
export const zeroCentred = (score: Round['score'], examples: Value): Value =>
  mul(reduceMean(squaredSlopes(score, examples)), 0.5)

/** A number of its own for each example, as a factor of its elements. */
export const shareOfEach = (random: Round['random'], { shape }: Value): Value =>
  reshape(random.uniform([shape[0]!]), [shape[0]!, ...shape.slice(1).map(() => 1)])
