// WeightNormalization: a layer whose kernel is a direction for each filter, and a length that is learned apart.
import { div, mul, reduceSum, reshape, sqrt, square } from '../graph/build.ts'
import { describeInitializer, type InitializerOption, initializerOf } from '../initializers/registry.ts'
import type { Layer } from './layer.ts'
import { openOptions } from './layer-options.ts'
import { matrixOf, reparametrized, type WrapperOptions } from './reparametrized.ts'

export interface WeightNormalizationOptions extends WrapperOptions {
  /** Of g. Default `ones`: each filter begins with length 1, which gives outputs of variance 1 for inputs of variance 1. */
  readonly gInitializer?: InitializerOption
}

/**
 * Weight normalization, as TensorFlow Addons' wrapper of this name: the kernel is g v / |v| for each filter, where v is the
 * layer's own kernel. The paper sets g by the first batch; here it begins as told. Weights: those of the layer, g [filters].
 *
 * @throws ShapeError for a layer without a kernel
 * @source Salimans & Kingma 2016, arXiv:1602.07868
 */
export function weightNormalization(options: WeightNormalizationOptions): Layer {
  const where = openOptions('weightNormalization', options, ['layer', 'gInitializer'])
  const initializer = initializerOf(where, 'gInitializer', options.gInitializer ?? 'ones')
  return reparametrized('WeightNormalization', where, options, {
    config: { gInitializer: describeInitializer(initializer) },
    own: (kernel) => [{ name: 'g', shape: kernel.slice(-1), initializer, trainable: true }],
    kernel({ kernel, weights }) {
      const matrix = reshape(kernel, matrixOf(kernel.shape)) // [rows, filters]
      const lengths = sqrt(reduceSum(square(matrix), { axes: [0] })) // [filters]
      return { kernel: mul(kernel, div(weights.g!, lengths)) }
    },
  })
}
