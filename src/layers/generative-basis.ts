// GenerativeBasis: a learned picture for each feature, as bright as the feature says: from vectors to the first small images.
import { mul, reshape } from '../graph/build.ts'
import { randomNormal } from '../initializers/random.ts'
import { describeInitializer, type InitializerOption, initializerOf } from '../initializers/registry.ts'
import { ShapeError } from '../util/errors.ts'
import { formatShape, type Shape } from '../util/shape.ts'
import type { Layer } from './layer.ts'
import { type LayerOptions, named, openOptions } from './layer-options.ts'
import { type Pair, pairOf } from './windows.ts'

export interface GenerativeBasisOptions extends LayerOptions {
  /** Height and width of the pictures; one number for both. */
  readonly size: number | Pair
  /** Default normal with a standard deviation of 1. */
  readonly basisInitializer?: InitializerOption
}

/**
 * [n, c] to [n, height, width, c]: each feature times its picture. Weights: basis [height, width, c].
 *
 * @source the first layer of the generator of Huang et al. 2024, arXiv:2501.05441
 */
export function generativeBasis(options: GenerativeBasisOptions): Layer {
  const where = openOptions('generativeBasis', options, ['size', 'basisInitializer'])
  const size = pairOf(where, 'size', options.size)
  const initializer = initializerOf(
    where,
    'basisInitializer',
    options.basisInitializer ?? randomNormal({ stddev: 1 }),
  )
  const outputShape = (input: Shape): Shape => {
    if (input.length !== 1)
      throw new ShapeError(`expects vectors [n, features], got examples of ${formatShape(input)}`)
    return [...size, input[0]!]
  }
  return {
    type: 'GenerativeBasis',
    ...named(options),
    config: { size, basisInitializer: describeInitializer(initializer) },
    weights: (input) => [{ name: 'basis', shape: outputShape(input), initializer, trainable: true }],
    outputShape,
    call: ({ input, weights }) => ({
      output: mul(reshape(input, [input.shape[0]!, 1, 1, input.shape[1]!]), weights.basis!),
    }),
  }
}
