// RMSprop: the gradient divided by the root of its recent mean square.
import { add, div, mul, sqrt, square, sub } from '../graph/build.ts'
import { checkNames, checkNumber } from '../util/options.ts'
import { type LearningRate, learningRateOf } from './learning-rate.ts'
import type { Optimizer } from './optimizer.ts'

export interface RmspropOptions {
  /** Default 0.001. */
  readonly learningRate?: LearningRate
  /** Share of the mean square kept at each update; default 0.9. */
  readonly rho?: number
  /** Default 0. */
  readonly momentum?: number
  /** Added to the mean square under the root; default 1e-7. */
  readonly epsilon?: number
}

/**
 * RMSprop as Keras': v = rho v + (1 - rho) g²; weight -= learningRate g / sqrt(v + epsilon); with momentum that step
 * is added to a velocity first.
 *
 * The slot `squares` holds the sum v / (1 - rho), which saves a pass over the weights:
 * squares = rho squares + g²; weight -= stepSize g / sqrt(squares + epsilon / (1 - rho)).
 *
 * @source Hinton, Srivastava & Swersky 2012, lecture 6e
 */
export function rmsprop(options: RmspropOptions = {}): Optimizer {
  checkNames('rmsprop', options, ['learningRate', 'rho', 'momentum', 'epsilon'])
  const rate = learningRateOf('rmsprop', options.learningRate ?? 1e-3)
  const rho = checkNumber('rmsprop', 'rho', options.rho ?? 0.9, { atLeast: 0, below: 1 })
  const momentum = checkNumber('rmsprop', 'momentum', options.momentum ?? 0, { atLeast: 0, atMost: 1 })
  const epsilon = checkNumber('rmsprop', 'epsilon', options.epsilon ?? 1e-7, { above: 0 })
  return {
    type: 'RMSprop',
    config: { learningRate: rate.config, rho, momentum, epsilon },
    slots: momentum > 0 ? ['squares', 'velocity'] : ['squares'],
    schedule: (update) => ({ stepSize: rate.at(update) / Math.sqrt(1 - rho) }),
    update({ weight, gradient, slots, schedule: { stepSize } }) {
      const squares = add(mul(slots.squares!, rho), square(gradient))
      const step = mul(div(gradient, sqrt(add(squares, epsilon / (1 - rho)))), stepSize!)
      if (momentum === 0) return { weight: sub(weight, step), slots: { squares } }
      const velocity = add(mul(slots.velocity!, momentum), step)
      return { weight: sub(weight, velocity), slots: { squares, velocity } }
    },
  }
}
