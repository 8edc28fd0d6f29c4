// Import rules of reductions.
import * as g from '../../graph/build.ts'
import type { Value } from '../../graph/value.ts'
import { axesOf, type Call, int, intsOrInput, operand, type Rule, refuse } from './call.ts'

type Reduce = (x: Value, reduction: { axes: readonly number[]; keepdims: boolean }, call: Call) => Value

/** Axes that are left out mean all of them, unless `noop_with_empty_axes`. */
const over =
  (reduce: Reduce): Rule =>
  (call: Call) => {
    const x = operand(call, 0)
    const given = intsOrInput(call, 'axes', 1) ?? []
    const none = given.length === 0 && int(call, 'noop_with_empty_axes', 0) === 1
    const axes = given.length > 0 ? axesOf(given, x.shape.length) : none ? [] : x.shape.map((_, axis) => axis)
    return reduce(x, { axes, keepdims: int(call, 'keepdims', 1) === 1 }, call)
  }

/** The product along each axis, place by place. */
const product: Reduce = (x, { axes, keepdims }, call) => {
  for (const axis of axes) {
    const length = x.shape[axis]!
    call.budget.checkUnrolled(length, 'an axis that is multiplied up')
    if (length === 0) refuse('a product over no numbers')
  }
  const folded = axes.reduce(
    (value, axis) =>
      Array.from({ length: value.shape[axis]! }, (_, i) =>
        g.slice(value, [{ axis, start: i, end: i + 1 }]),
      ).reduce((a, b) => g.mul(a, b)),
    x,
  )
  return keepdims
    ? folded
    : g.reshape(
        folded,
        folded.shape.filter((_, axis) => !axes.includes(axis)),
      )
}

/** The largest number is taken out, so that the exponential cannot overflow. */
const logSumExp: Reduce = (x, { axes, keepdims }) => {
  const most = g.reduceMax(x, { axes, keepdims: true })
  const sum = g.add(g.log(g.reduceSum(g.exp(g.sub(x, most)), { axes, keepdims: true })), most)
  return keepdims
    ? sum
    : g.reshape(
        sum,
        sum.shape.filter((_, axis) => !axes.includes(axis)),
      )
}

export const REDUCTIONS: Readonly<Record<string, Rule>> = {
  ReduceSum: over(g.reduceSum),
  ReduceMean: over(g.reduceMean),
  ReduceMax: over(g.reduceMax),
  ReduceMin: over(g.reduceMin),
  ReduceL1: over((x, how) => g.reduceSum(g.abs(x), how)),
  ReduceL2: over((x, how) => g.sqrt(g.reduceSum(g.square(x), how))),
  ReduceSumSquare: over((x, how) => g.reduceSum(g.square(x), how)),
  ReduceLogSum: over((x, how) => g.log(g.reduceSum(x, how))),
  ReduceLogSumExp: over(logSumExp),
  ReduceProd: over(product),
}
