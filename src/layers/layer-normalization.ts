// LayerNormalization: the last axis of each example to mean beta and standard deviation gamma, whatever the batch.
import { add, div, mul, reduceMean, sqrt, square, sub } from '../graph/build.ts'
import { describeInitializer, type InitializerOption, initializerOf } from '../initializers/registry.ts'
import { ShapeError } from '../util/errors.ts'
import { checkBoolean, checkNumber } from '../util/options.ts'
import type { Layer, WeightSpec } from './layer.ts'
import { type LayerOptions, named, openOptions } from './layer-options.ts'

export interface LayerNormalizationOptions extends LayerOptions {
  /** Added to the variance; default 0.001. */
  readonly epsilon?: number
  /** Add beta; default true. */
  readonly center?: boolean
  /** Multiply by gamma; default true. */
  readonly scale?: boolean
  /** Default `zeros`. */
  readonly betaInitializer?: InitializerOption
  /** Default `ones`. */
  readonly gammaInitializer?: InitializerOption
}

/**
 * Layer normalization over the last axis, as Keras' layer with its default axis: by its mean and biased variance, the same
 * in both modes. Weights: gamma, beta, each [last axis].
 *
 * @source Ba, Kiros & Hinton 2016, arXiv:1607.06450
 */
export function layerNormalization(options: LayerNormalizationOptions = {}): Layer {
  const where = openOptions('layerNormalization', options, [
    'epsilon',
    'center',
    'scale',
    'betaInitializer',
    'gammaInitializer',
  ])
  const epsilon = checkNumber(where, 'epsilon', options.epsilon ?? 1e-3, { above: 0 })
  const center = checkBoolean(where, 'center', options.center ?? true)
  const scale = checkBoolean(where, 'scale', options.scale ?? true)
  const beta = initializerOf(where, 'betaInitializer', options.betaInitializer ?? 'zeros')
  const gamma = initializerOf(where, 'gammaInitializer', options.gammaInitializer ?? 'ones')
  return {
    type: 'LayerNormalization',
    ...named(options),
    config: {
      epsilon,
      center,
      scale,
      betaInitializer: describeInitializer(beta),
      gammaInitializer: describeInitializer(gamma),
    },
    weights(input) {
      if (input.length === 0)
        throw new ShapeError('expects inputs [n, ..., features], got one number per example')
      const shape = input.slice(-1)
      const specs: WeightSpec[] = []
      if (scale) specs.push({ name: 'gamma', shape, initializer: gamma, trainable: true })
      if (center) specs.push({ name: 'beta', shape, initializer: beta, trainable: true })
      return specs
    },
    outputShape: (input) => input,
    call({ input, weights }) {
      const over = { axes: [input.shape.length - 1], keepdims: true }
      const centred = sub(input, reduceMean(input, over))
      const normal = div(centred, sqrt(add(reduceMean(square(centred), over), epsilon)))
      const scaled = weights.gamma ? mul(normal, weights.gamma) : normal
      return { output: weights.beta ? add(scaled, weights.beta) : scaled }
    },
  }
}
