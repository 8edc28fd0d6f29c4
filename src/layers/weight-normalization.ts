// WeightNormalization: a layer whose kernel is a direction for each filter, and a length that is learned apart.
import { add, div, mul, reduceMean, reduceSum, reshape, sqrt, square, sub } from '../graph/build.ts'
import { describeInitializer, type InitializerOption, initializerOf } from '../initializers/registry.ts'
import { ConfigError } from '../util/errors.ts'
import { checkBoolean } from '../util/options.ts'
import type { Layer, LayerResult } from './layer.ts'
import { openOptions } from './layer-options.ts'
import { matrixOf, reparametrized, type WrapperOptions } from './reparametrized.ts'

export interface WeightNormalizationOptions extends WrapperOptions {
  /** Of g. Default `ones`: each filter begins with length 1, which gives outputs of variance 1 for inputs of variance 1. */
  readonly gInitializer?: InitializerOption
  /** Whether g is learned; default true. */
  readonly trainG?: boolean
  /**
   * Whether g and the layer's bias begin so that the outputs for the first batch have mean 0 and deviation 1, filter by filter. The
   * layer needs a bias and no activation of its own. Default false.
   */
  readonly dataInit?: boolean
}

/** Outputs brought to mean 0 and deviation 1 over all but the last axis, and the g and bias that do it. */
function normalizedBeginning(
  { output, updates }: LayerResult,
  { g, bias }: { readonly g: LayerResult['output']; readonly bias: LayerResult['output'] },
): LayerResult {
  const axes = output.shape.slice(0, -1).map((_, axis) => axis)
  const mean = reduceMean(output, { axes }) // [filters]
  const centred = sub(output, mean)
  const deviation = sqrt(add(reduceMean(square(centred), { axes }), 1e-12))
  return {
    output: div(centred, deviation),
    updates: { ...updates, g: div(g, deviation), bias: div(sub(bias, mean), deviation) },
  }
}

/**
 * Weight normalization, as TensorFlow Addons' wrapper of this name: the kernel is g v / |v| for each filter, where v is the
 * layer's own kernel. Weights: those of the layer, g [filters].
 *
 * @throws ShapeError for a layer without a kernel; ConfigError where `dataInit` is asked of a layer with an activation or without bias
 * @source Salimans & Kingma 2016, arXiv:1602.07868; the beginning by data is that of their section 3
 */
export function weightNormalization(options: WeightNormalizationOptions): Layer {
  const where = openOptions('weightNormalization', options, ['layer', 'gInitializer', 'trainG', 'dataInit'])
  const initializer = initializerOf(where, 'gInitializer', options.gInitializer ?? 'ones')
  const trainable = checkBoolean(where, 'trainG', options.trainG ?? true)
  const dataInit = checkBoolean(where, 'dataInit', options.dataInit ?? false)
  const layer = reparametrized('WeightNormalization', where, options, {
    config: { gInitializer: describeInitializer(initializer), trainG: trainable, dataInit },
    own: (kernel) => [{ name: 'g', shape: kernel.slice(-1), initializer, trainable }],
    kernel({ kernel, weights }) {
      const matrix = reshape(kernel, matrixOf(kernel.shape)) // [rows, filters]
      const lengths = sqrt(reduceSum(square(matrix), { axes: [0] })) // [filters]
      return { kernel: mul(kernel, div(weights.g!, lengths)) }
    },
  })
  if (!dataInit) return layer
  const { activation = 'linear', useBias = true } = options.layer.config
  if (activation !== 'linear' || useBias === false)
    throw new ConfigError(
      `${where}: dataInit needs a layer with a bias and without an activation, got ${options.layer.type} with ${useBias === false ? 'no bias' : `the activation ${activation}`}; put reLU() and the like after it`,
    )
  return {
    ...layer,
    call(call) {
      const result = layer.call(call)
      return call.beginning
        ? normalizedBeginning(result, { g: call.weights.g!, bias: call.weights.bias! })
        : result
    },
  }
}
