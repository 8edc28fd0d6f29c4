// Adam: steps along the mean gradient, divided by the root of the mean square.
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
  productOf,
  scheduleOf,
} from './coefficient.ts'
import { type Optimizer, rootOf } from './optimizer.ts'

export interface AdamOptions {
  /** Default 0.001. */
  readonly learningRate?: LearningRate
  /** Share of the mean gradient kept at each update; default 0.9. */
  readonly beta1?: Coefficient
  /** Share of the mean square kept at each update; default 0.999. */
  readonly beta2?: Coefficient
  /** Added to the root of the mean square; default 1e-7. */
  readonly epsilon?: Coefficient
}

export interface AdamWOptions extends AdamOptions {
  /** Share of each weight taken away at each update, times the learning rate; default 0.004. */
  readonly weightDecay?: Coefficient
}

const ADAM_OPTIONS = ['learningRate', 'beta1', 'beta2', 'epsilon']

/**
 * Adam in Keras' form, m = beta1 m + (1 - beta1) g, v = beta2 v + (1 - beta2) g²,
 * weight -= rate sqrt(1 - beta2^t) / (1 - beta1^t) m / (sqrt(v) + epsilon), written with two passes fewer.
 *
 * The slots hold sums instead of means: M = m / (1 - beta1) and V = v / (1 - beta2), so
 *
 *     M = beta1 M + g        V = beta2 V + g²
 *     weight -= stepSize M / (sqrt(V) + epsilon / sqrt(1 - beta2))
 *     stepSize = rate sqrt(1 - beta2^t) / (1 - beta1^t) (1 - beta1) / sqrt(1 - beta2)
 *
 * That is ten elementwise operations per weight, and the exact same steps but for rounding.
 */
function make(
  factory: string,
  type: string,
  options: AdamWOptions,
  weightDecayOf: Coefficient | undefined,
): Optimizer {
  const rate = learningRateOf(factory, options.learningRate ?? 1e-3)
  const share = { atLeast: 0, below: 1 }
  const beta1 = coefficientOf(factory, 'beta1', options.beta1 ?? 0.9, share)
  const beta2 = coefficientOf(factory, 'beta2', options.beta2 ?? 0.999, share)
  const epsilon = coefficientOf(factory, 'epsilon', options.epsilon ?? 1e-7, { above: 0 })
  const weightDecay =
    weightDecayOf === undefined
      ? undefined
      : coefficientOf(factory, 'weightDecay', weightDecayOf, { atLeast: 0 })
  const [product1, product2] = [productOf(beta1), productOf(beta2)]
  const entries = {
    decay1: decayOf(beta1),
    decay2: decayOf(beta2),
    epsilon: derived([epsilon, beta2], (added, beta) => added / Math.sqrt(1 - beta)),
  }
  return {
    type,
    config: {
      learningRate: rate.config,
      beta1: beta1.config,
      beta2: beta2.config,
      epsilon: epsilon.config,
      ...(weightDecay === undefined ? {} : { weightDecay: weightDecay.config }),
    },
    slots: ['gradients', 'squares'],
    schedule(update) {
      const learningRate = rate.at(update)
      const correction = Math.sqrt(1 - product2(update)) / (1 - product1(update))
      const stepSize = (learningRate * correction * (1 - beta1.at(update))) / Math.sqrt(1 - beta2.at(update))
      return {
        stepSize,
        ...(weightDecay === undefined ? {} : { kept: 1 - learningRate * weightDecay.at(update) }),
        ...scheduleOf(entries, update),
      }
    },
    update({ weight, gradient, slots, schedule, differentiable }) {
      const { stepSize, kept } = schedule
      const entry = (name: keyof typeof entries) => entryIn(entries, schedule, name)
      const gradients = add(mul(slots.gradients!, entry('decay1')), gradient)
      const squares = add(mul(slots.squares!, entry('decay2')), square(gradient))
      const direction = div(gradients, add(rootOf(squares, differentiable), entry('epsilon')))
      const before = kept ? mul(weight, kept) : weight
      return { weight: sub(before, mul(direction, stepSize!)), slots: { gradients, squares } }
    },
  }
}

/**
 * Adam with Keras' names and defaults. Slots: `gradients` and `squares`, decaying sums (not means) of the gradient and
 * of its square.
 *
 * @source Kingma & Ba 2015, arXiv:1412.6980, the form before section 2.1 (epsilon outside the bias correction)
 */
export function adam(options: AdamOptions = {}): Optimizer {
  checkNames('adam', options, ADAM_OPTIONS)
  return make('adam', 'Adam', options, undefined)
}

/**
 * Adam with decoupled weight decay, as Keras': every weight is multiplied by 1 - learningRate weightDecay, then
 * updated by Adam. Slots as Adam's.
 *
 * @source Loshchilov & Hutter 2019, arXiv:1711.05101
 */
export function adamW(options: AdamWOptions = {}): Optimizer {
  checkNames('adamW', options, [...ADAM_OPTIONS, 'weightDecay'])
  return make('adamW', 'AdamW', options, options.weightDecay ?? 0.004)
}
