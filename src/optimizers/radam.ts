// RAdam: Adam that goes along the mean gradient alone until its mean square can be trusted.
import { add, div, mul, square, sub } from '../graph/build.ts'
import { checkNames } from '../util/options.ts'
import { coefficientOf, type LearningRate, learningRateOf } from './coefficient.ts'
import { type Optimizer, rootOf } from './optimizer.ts'

export interface RadamOptions {
  /** Default 0.001. */
  readonly learningRate?: LearningRate
  /** Share of the mean gradient kept at each update; default 0.9. */
  readonly beta1?: number
  /** Share of the mean square kept at each update; default 0.999. */
  readonly beta2?: number
  /** Added to the root of the corrected mean square; default 1e-8, as Optax and PyTorch have it. */
  readonly epsilon?: number
}

/** The length of the average from which on its variance is finite enough. */
const THRESHOLD = 5

/**
 * Rectified Adam: with ρ∞ = 2 / (1 - β2) - 1 and ρ_t = ρ∞ - 2 t β2^t / (1 - β2^t), the step is
 * rate r_t m̂ / (√v̂ + ε) where ρ_t > 5, r_t² = (ρ_t - 4)(ρ_t - 2) ρ∞ / ((ρ∞ - 4)(ρ∞ - 2) ρ_t), else rate m̂.
 *
 * Slots hold the sums M = m / (1 - β1) and V = v / (1 - β2), as Adam's: weight -= M (rectified / (√V + ε') + plain), of which one
 * factor is 0.
 *
 * @source Liu et al. 2020, arXiv:1908.03265, algorithm 2
 */
export function radam(options: RadamOptions = {}): Optimizer {
  checkNames('radam', options, ['learningRate', 'beta1', 'beta2', 'epsilon'])
  const rate = learningRateOf('radam', options.learningRate ?? 1e-3)
  const share = { atLeast: 0, below: 1 }
  const [beta1, beta2] = (['beta1', 'beta2'] as const).map(
    (name, i) => coefficientOf('radam', name, options[name] ?? [0.9, 0.999][i]!, share).fixed!,
  ) as [number, number]
  const epsilon = coefficientOf('radam', 'epsilon', options.epsilon ?? 1e-8, { above: 0 }).fixed!
  const longest = 2 / (1 - beta2) - 1
  return {
    type: 'RAdam',
    config: { learningRate: rate.config, beta1, beta2, epsilon },
    slots: ['gradients', 'squares'],
    schedule(update) {
      const kept = beta2 ** update
      const length = longest - (2 * update * kept) / (1 - kept)
      const step = (rate.at(update) * (1 - beta1)) / (1 - beta1 ** update)
      // √v̂ = √V · root
      const root = Math.sqrt((1 - beta2) / (1 - kept))
      const isTrusted = length > THRESHOLD
      const rectifier = Math.sqrt(
        ((length - 4) * (length - 2) * longest) / ((longest - 4) * (longest - 2) * length),
      )
      return {
        rectified: isTrusted ? (step * rectifier) / root : 0,
        plain: isTrusted ? 0 : step,
        epsilon: epsilon / root,
      }
    },
    update({ weight, gradient, slots, schedule, differentiable }) {
      const gradients = add(mul(slots.gradients!, beta1), gradient)
      const squares = add(mul(slots.squares!, beta2), square(gradient))
      const root = add(rootOf(squares, differentiable), schedule.epsilon!)
      const factor = add(div(schedule.rectified!, root), schedule.plain!)
      return { weight: sub(weight, mul(gradients, factor)), slots: { gradients, squares } }
    },
  }
}
