// RMSprop: the gradient divided by the root of its recent mean square.
import { add, div, mul, square, sub } from '../graph/build.ts'
import { checkNames } from '../util/options.ts'
import {
  type Coefficient,
  coefficientOf,
  decayOf,
  derived,
  entryIn,
  type LearningRate,
  learningRateOf,
  scheduleOf,
} from './coefficient.ts'
import { type Optimizer, rootOf } from './optimizer.ts'

export interface RmspropOptions {
  /** Default 0.001. */
  readonly learningRate?: LearningRate
  /** Share of the mean square kept at each update; default 0.9. */
  readonly rho?: Coefficient
  /** Default 0. */
  readonly momentum?: Coefficient
  /** Added to the mean square under the root; default 1e-7. */
  readonly epsilon?: Coefficient
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
  const rho = coefficientOf('rmsprop', 'rho', options.rho ?? 0.9, { atLeast: 0, below: 1 })
  const momentum = coefficientOf('rmsprop', 'momentum', options.momentum ?? 0, { atLeast: 0, atMost: 1 })
  const epsilon = coefficientOf('rmsprop', 'epsilon', options.epsilon ?? 1e-7, { above: 0 })
  const entries = {
    decay: decayOf(rho),
    momentum,
    epsilon: derived([epsilon, rho], (added, share) => added / (1 - share)),
  }
  return {
    type: 'RMSprop',
    config: {
      learningRate: rate.config,
      rho: rho.config,
      momentum: momentum.config,
      epsilon: epsilon.config,
    },
    slots: momentum.fixed === 0 ? ['squares'] : ['squares', 'velocity'],
    schedule: (update) => ({
      stepSize: rate.at(update) / Math.sqrt(1 - rho.at(update)),
      ...scheduleOf(entries, update),
    }),
    update({ weight, gradient, slots, schedule, differentiable }) {
      const entry = (name: keyof typeof entries) => entryIn(entries, schedule, name)
      const squares = add(mul(slots.squares!, entry('decay')), square(gradient))
      const root = rootOf(add(squares, entry('epsilon')), differentiable)
      const step = mul(div(gradient, root), schedule.stepSize!)
      if (momentum.fixed === 0) return { weight: sub(weight, step), slots: { squares } }
      const velocity = add(mul(slots.velocity!, entry('momentum')), step)
      return { weight: sub(weight, velocity), slots: { squares, velocity } }
    },
  }
}
