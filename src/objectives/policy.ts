// Policies of teams: actions that are drawn, how likely they were, how open the choice was. Logits are [n, agents, actions].
import {
  add,
  argMax,
  cast,
  div,
  equal,
  exp,
  log,
  logSoftmax,
  mul,
  neg,
  reduceMean,
  reduceSum,
  reshape,
  sqrt,
  square,
  sub,
} from '../graph/build.ts'
import { constant, type Value } from '../graph/value.ts'

/**
 * Actions drawn by their probabilities, int64 `[n, agents]`: the largest of logits with Gumbel noise added.
 *
 * @param uniform  random numbers above 0 and below 1, of the logits' shape
 */
export const drawActions = (logits: Value, uniform: Value): Value =>
  argMax(sub(logits, log(neg(log(uniform)))), -1)

/** 1 at each agent's action, else 0: `[n, agents, actions]`. */
export function oneHotActions(actions: Value, count: number): Value {
  const numbers = constant(
    Float32Array.from({ length: count }, (_, i) => i),
    [1, 1, count],
  )
  return cast(equal(reshape(cast(actions, 'float32'), [...actions.shape, 1]), numbers), 'float32')
}

/** The logarithm of the probability of each agent's action, `[n, agents]`. */
export const logProbability = (logits: Value, oneHot: Value): Value =>
  reduceSum(mul(logSoftmax(logits), oneHot), { axes: [2] })

/** The entropy of each agent's choice in nats, `[n, agents]`. */
export function choiceEntropy(logits: Value): Value {
  const logs = logSoftmax(logits)
  return neg(reduceSum(mul(exp(logs), logs), { axes: [2] }))
}

/** To mean 0 and deviation 1 over the batch; all zero where all are alike. */
export function normalized(advantage: Value): Value {
  const centred = sub(advantage, reduceMean(advantage, { axes: [0], keepdims: true }))
  return div(centred, add(sqrt(reduceMean(square(centred))), 1e-8))
}
