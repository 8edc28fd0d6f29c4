// SGD: steps against the gradient, with momentum when asked.
import { add, mul, sub } from '../graph/build.ts'
import { checkBoolean, checkNames, checkNumber } from '../util/options.ts'
import { type LearningRate, learningRateOf } from './learning-rate.ts'
import type { Optimizer } from './optimizer.ts'

export interface SgdOptions {
  /** Default 0.01. */
  readonly learningRate?: LearningRate
  /** Share of the velocity kept at each update; default 0. */
  readonly momentum?: number
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
  const momentum = checkNumber('sgd', 'momentum', options.momentum ?? 0, { atLeast: 0, atMost: 1 })
  const nesterov = checkBoolean('sgd', 'nesterov', options.nesterov ?? false)
  return {
    type: 'SGD',
    config: { learningRate: rate.config, momentum, nesterov },
    slots: momentum > 0 ? ['velocity'] : [],
    schedule: (update) => ({ learningRate: rate.at(update) }),
    update({ weight, gradient, slots, schedule: { learningRate } }) {
      const step = mul(gradient, learningRate!)
      if (momentum === 0) return { weight: sub(weight, step), slots: {} }
      const velocity = sub(mul(slots.velocity!, momentum), step)
      const move = nesterov ? sub(mul(velocity, momentum), step) : velocity
      return { weight: add(weight, move), slots: { velocity } }
    },
  }
}
