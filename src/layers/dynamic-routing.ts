// DynamicRouting: upper capsules from lower ones, each of which sends most to the one that agrees with what it predicts.
import { add, mul, reduceSum, softmax } from '../graph/build.ts'
import type { Value } from '../graph/value.ts'
import { describeInitializer, type InitializerOption } from '../initializers/registry.ts'
import { checkNumber } from '../util/options.ts'
import type { Layer } from './layer.ts'
import { type LayerOptions, named, openOptions } from './layer-options.ts'
import { predictionsOf, type UpperCapsulesOptions } from './predictions.ts'
import { squashed } from './squash.ts'

export interface DynamicRoutingOptions extends LayerOptions, UpperCapsulesOptions {
  /** Default normal with a standard deviation of 0.1, cut off at two of them. */
  readonly kernelInitializer?: InitializerOption
  /** Rounds of agreement; default 3. With 1 every lower capsule sends as much to each upper one. */
  readonly routings?: number
}

/**
 * Routing by agreement: [n, lower, d] to squashed capsules [n, capsules, dimension]. Logits of who sends where begin at 0 for every
 * example and grow by how much a prediction agrees with what came of all of them; the softmax is over the upper capsules. All rounds are
 * written out and gradients go through all of them. Weights: kernel [lower, d, capsules, dimension].
 *
 * @source Sabour et al. 2017, arXiv:1710.09829, procedure 1
 */
export function dynamicRouting(options: DynamicRoutingOptions): Layer {
  const where = openOptions('dynamicRouting', options, [
    'capsules',
    'dimension',
    'routings',
    'kernelInitializer',
  ])
  const routings = checkNumber(where, 'routings', options.routings ?? 3, { integer: true, atLeast: 1 })
  const predictions = predictionsOf(where, options, { name: 'truncatedNormal', config: { stddev: 0.1 } })
  const { capsules, dimension, kernel } = predictions
  return {
    type: 'DynamicRouting',
    ...named(options),
    config: { capsules, dimension, routings, kernelInitializer: describeInitializer(kernel) },
    weights: (input) => [predictions.spec(input)],
    outputShape: predictions.outputShape,
    call({ input, weights }) {
      const said = predictions.of(input, weights.kernel!) // [lower, n, capsules, dimension]
      // The softmax of logits that are all 0: the first round needs no logits.
      let upper = squashed(mul(reduceSum(said, { axes: [0] }), 1 / capsules), 'quadratic') // [n, capsules, dimension]
      let logits: Value | undefined
      for (let round = 1; round < routings; round++) {
        const agreement = reduceSum(mul(said, upper), { axes: [3], keepdims: true }) // [lower, n, capsules, 1]
        logits = logits ? add(logits, agreement) : agreement
        const shares = softmax(logits, 2)
        upper = squashed(reduceSum(mul(said, shares), { axes: [0] }), 'quadratic')
      }
      return { output: upper }
    },
  }
}
