// SGD: steps against the gradient, with momentum when asked.
import { add, mul, sub } from '../graph/build.ts'
import { checkBoolean, checkNames } from '../util/options.ts'
import {
  type Coefficient,
  coefficientOf,
  entryIn,
  type LearningRate,
  learningRateOf,
  scheduleOf,
} from './coefficient.ts'
import type { Optimizer } from './optimizer.ts'

export interface SgdOptions {
  /** Default 0.01. */
  readonly learningRate?: LearningRate
  /** Share of the velocity kept at each update; default 0. */
  readonly momentum?: Coefficient
  /** Look ahead along the velocity; default false. */
  readonly nesterov?: boolean
}

/**
 * Gradient descent as Keras' SGD: velocity = momentum velocity - learningRate gradient; weight += velocity, or with
 * `nesterov` weight += momentum velocity - learningRate gradient. Slot: velocity, when there is momentum.
 */
export function sgd(options: SgdOptions = {}): Optimizer {
  checkNames('sgd', options, ['learningRate', 'momentum', 'nesterov'])
  const rate = learningRateOf('sgd', options.learningRate ?? 0.01)
  const momentum = coefficientOf('sgd', 'momentum', options.momentum ?? 0, { atLeast: 0, atMost: 1 })
  const entries = { momentum }
  const nesterov = checkBoolean('sgd', 'nesterov', options.nesterov ?? false)
  return {
    type: 'SGD',
    config: { learningRate: rate.config, momentum: momentum.config, nesterov },
    slots: momentum.fixed === 0 ? [] : ['velocity'],
    schedule: (update) => ({ learningRate: rate.at(update), ...scheduleOf(entries, update) }),
    update({ weight, gradient, slots, schedule }) {
      const step = mul(gradient, schedule.learningRate!)
      if (momentum.fixed === 0) return { weight: sub(weight, step), slots: {} }
      const kept = entryIn(entries, schedule, 'momentum')
      const velocity = sub(mul(slots.velocity!, kept), step)
      const move = nesterov ? sub(mul(velocity, kept), step) : velocity
      return { weight: add(weight, move), slots: { velocity } }
    },
  }
}
