// An optimizer whose gradients are scaled down together where their norm exceeds a limit.
import { add, div, min, mul, reduceSum, square } from '../graph/build.ts'
import { checkNumber } from '../util/options.ts'
import { type Optimizer, rootOf } from './optimizer.ts'

/**
 * The same optimizer on gradients whose norm, over all weights of an update, is at most `norm`: each is multiplied by
 * min(1, norm / their norm), as Keras' `global_clipnorm` does.
 *
 * @throws ConfigError for a norm that is not above 0
 * @source Pascanu et al. 2013, arXiv:1211.5063
 */
export function globalClipnorm(optimizer: Optimizer, norm: number): Optimizer {
  const most = checkNumber('globalClipnorm', 'norm', norm, { above: 0 })
  return {
    ...optimizer,
    config: { ...optimizer.config, globalClipnorm: most },
    together(given) {
      const gradients = optimizer.together?.(given) ?? given
      const squares = gradients.map((gradient) => reduceSum(square(gradient))).reduce((a, b) => add(a, b))
      // Nothing to scale where all of them are zero.
      const share = min(div(most, add(rootOf(squares, true), 1e-12)), 1)
      return gradients.map((gradient) => mul(gradient, share))
    },
  }
}
