// SelfAttentionRouting: upper capsules from lower ones in one pass, by how much what they predict is alike.
import { add, mul, reduceSum, reshape, softmax } from '../graph/build.ts'
import { describeInitializer, type InitializerOption, initializerOf } from '../initializers/registry.ts'
import type { Layer } from './layer.ts'
import { type LayerOptions, named, openOptions } from './layer-options.ts'
import { predictionsOf, type UpperCapsulesOptions } from './predictions.ts'
import { squashed } from './squash.ts'

export interface SelfAttentionRoutingOptions extends LayerOptions, UpperCapsulesOptions {
  /** Default `heNormal`. */
  readonly kernelInitializer?: InitializerOption
  /** Default `zeros`. */
  readonly biasInitializer?: InitializerOption
}

/**
 * Self-attention routing: [n, lower, d] to squashed capsules [n, capsules, dimension]. A lower capsule's prediction counts by its scaled
 * products with the predictions of all for the same upper capsule, through a softmax over the upper capsules, to which a learned bias is
 * added; nothing is repeated. Weights: kernel [lower, d, capsules, dimension], bias [lower, capsules].
 *
 * @source Mazzia et al. 2021, arXiv:2101.12491, equations 6 to 8
 */
export function selfAttentionRouting(options: SelfAttentionRoutingOptions): Layer {
  const where = openOptions('selfAttentionRouting', options, [
    'capsules',
    'dimension',
    'kernelInitializer',
    'biasInitializer',
  ])
  const predictions = predictionsOf(where, options, 'heNormal')
  const { capsules, dimension, kernel } = predictions
  const initializer = initializerOf(where, 'biasInitializer', options.biasInitializer ?? 'zeros')
  return {
    type: 'SelfAttentionRouting',
    ...named(options),
    config: {
      capsules,
      dimension,
      kernelInitializer: describeInitializer(kernel),
      biasInitializer: describeInitializer(initializer),
    },
    weights: (input) => [
      predictions.spec(input),
      { name: 'bias', shape: [input[0]!, capsules], initializer, trainable: true },
    ],
    outputShape: predictions.outputShape,
    call({ input, weights }) {
      const said = predictions.of(input, weights.kernel!) // [lower, n, capsules, dimension]
      // The products of one prediction with all, summed, are its product with their sum: no matrix of pairs is made.
      const all = reduceSum(said, { axes: [0] }) // [n, capsules, dimension]
      const products = reduceSum(mul(said, all), { axes: [3], keepdims: true }) // [lower, n, capsules, 1]
      const shares = add(
        softmax(mul(products, 1 / Math.sqrt(dimension)), 2),
        reshape(weights.bias!, [input.shape[1]!, 1, capsules, 1]),
      )
      return { output: squashed(reduceSum(mul(said, shares), { axes: [0] }), 'exponential') }
    },
  }
}
