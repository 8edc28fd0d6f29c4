// What agents learn about the worth of actions: a number for each (DQN), or how probable each return is (C51).
import {
  abs,
  add,
  argMax,
  cast,
  equal,
  less,
  logSoftmax,
  max,
  min,
  mul,
  reduceSum,
  relu,
  reshape,
  softmax,
  sqrt,
  square,
  stopGradient,
  sub,
  where,
} from '../graph/build.ts'
import { constant, type Value } from '../graph/value.ts'
import { ConfigError } from '../util/errors.ts'

/** A transition of every example, `[batch]` each, and the batch's two networks at its ends. */
export interface Transitions {
  readonly action: Value
  readonly reward: Value
  readonly discount: Value
}

/** What is learned about actions: shapes, values, and what an update comes to. */
export interface ValueKind {
  /** Numbers that a network gives for each action. */
  readonly perAction: number
  /** Mean returns `[batch, actions]` of what a network gives, `[batch, actions * perAction]`. */
  values(given: Value): Value
  /** Of kinds that know how probable returns are: `perAction` returns, lowest first. */
  readonly returns?: readonly number[]
  /** How probable each of these is, `[batch, actions, perAction]`. */
  probabilities?(given: Value): Value
  /**
   * The loss and the priority of every example, `[batch]` each.
   *
   * @param online  what the learning network gives for the observation
   * @param target  what the target network gives for the one after
   * @param chosen  the action there, int64 `[batch]`
   */
  learn(
    online: Value,
    target: Value,
    chosen: Value,
    transitions: Transitions,
  ): { readonly loss: Value; readonly priority: Value }
}

const row = (count: number): Value =>
  constant(
    Float32Array.from({ length: count }, (_, i) => i),
    [1, count],
  )

/** 1 at the action of every example, else 0: `[batch, actions]`. */
export const oneHot = (action: Value, actions: number): Value =>
  cast(equal(reshape(cast(action, 'float32'), [action.shape[0]!, 1]), row(actions)), 'float32')

/** The value of the action of every example. */
const picked = (values: Value, action: Value): Value =>
  reduceSum(mul(values, oneHot(action, values.shape[1]!)), { axes: [1] })

/** Mnih et al. 2015: the mean return of each action; Huber's loss of the error. */
export const expectedValues: ValueKind = {
  perAction: 1,
  values: (given) => given,
  learn(online, target, chosen, { action, reward, discount }) {
    const wanted = stopGradient(add(reward, mul(discount, picked(target, chosen))))
    const error = sub(picked(online, action), wanted)
    const size = abs(error)
    return {
      loss: where(less(size, 1), mul(square(error), 0.5), sub(size, 0.5)),
      priority: add(size, 1e-6),
    }
  },
}

/**
 * Bellemare, Dabney and Munos 2017, arXiv:1707.06887: how probable each of `atoms` returns from `low` to `high` is. What the target
 * network says, moved by the reward, is laid upon them again; each probability is shared by the two neighbours, which is
 * `1 - |distance| / gap` where that is not negative.
 */
export function returnDistributions({
  atoms = 51,
  low,
  high,
}: {
  readonly atoms?: number
  readonly low: number
  readonly high: number
}): ValueKind {
  if (!(low < high))
    throw new ConfigError(
      `expected returns from a lowest to a highest one, got ${low} to ${high}; give --lowest below --highest`,
    )
  const gap = (high - low) / (atoms - 1)
  const places = Array.from({ length: atoms }, (_, i) => low + gap * i)
  const returns = constant(Float32Array.from(places), [1, atoms])
  const byAction = (given: Value): Value => reshape(given, [given.shape[0]!, given.shape[1]! / atoms, atoms])
  /** The distribution of the action of every example, of `[batch, actions, atoms]`. */
  const distributionOf = (all: Value, action: Value): Value => {
    const [batch, actions] = all.shape as [number, number]
    return reduceSum(mul(all, reshape(oneHot(action, actions), [batch, actions, 1])), { axes: [1] })
  }
  const probabilities = (given: Value): Value => softmax(byAction(given), -1)
  return {
    perAction: atoms,
    returns: places,
    probabilities,
    values: (given) => reduceSum(mul(probabilities(given), reshape(returns, [1, 1, atoms])), { axes: [2] }),
    learn(online, target, chosen, { action, reward, discount }) {
      const [batch] = reward.shape as [number]
      const column = (value: Value): Value => reshape(value, [batch, 1])
      const next = distributionOf(probabilities(target), chosen)
      const moved = min(max(add(column(reward), mul(column(discount), returns)), low), high)
      const distance = abs(sub(reshape(moved, [batch, atoms, 1]), reshape(returns, [1, 1, atoms])))
      const shares = relu(sub(1, mul(distance, 1 / gap)))
      const wanted = stopGradient(reduceSum(mul(reshape(next, [batch, atoms, 1]), shares), { axes: [1] }))
      const logProbabilities = distributionOf(logSoftmax(byAction(online), -1), action)
      const loss = mul(reduceSum(mul(wanted, logProbabilities), { axes: [1] }), -1)
      // As Dopamine has it.
      return { loss, priority: sqrt(add(loss, 1e-10)) }
    },
  }
}

/** The best action of every example by mean returns, int64 `[batch]`; of equal ones the first. */
export const bestAction = (values: Value): Value => argMax(values, 1)

/** The value of the best action of every example. */
export const bestValue = (values: Value): Value => picked(values, bestAction(values))
