// LayerNormalization: axes of each example to mean beta and standard deviation gamma, whatever the batch.
import { add, div, mul, reduceMean, reshape, sqrt, square, sub } from '../graph/build.ts'
import type { Value } from '../graph/value.ts'
import { describeInitializer, type InitializerOption, initializerOf } from '../initializers/registry.ts'
import { ConfigError, ShapeError } from '../util/errors.ts'
import { checkBoolean, checkNumber, show } from '../util/options.ts'
import type { Shape } from '../util/shape.ts'
import { exampleAxis } from './axes.ts'
import type { Layer, WeightSpec } from './layer.ts'
import { type LayerOptions, named, openOptions } from './layer-options.ts'

export interface LayerNormalizationOptions extends LayerOptions {
  /** The axis, or all the axes, that are normalized together, counted with the batch as axis 0; default -1. */
  readonly axis?: number | readonly number[]
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
 * Layer normalization, as Keras' layer: by mean and biased variance over the axes, the same in both modes. Weights: gamma,
 * beta, each of the lengths of the axes, in their order in the input.
 *
 * @source Ba, Kiros & Hinton 2016, arXiv:1607.06450
 */
export function layerNormalization(options: LayerNormalizationOptions = {}): Layer {
  const where = openOptions('layerNormalization', options, [
    'axis',
    'epsilon',
    'center',
    'scale',
    'betaInitializer',
    'gammaInitializer',
  ])
  const axis = options.axis ?? -1
  const listed: readonly unknown[] = Array.isArray(axis) ? axis : [axis]
  if (listed.length === 0 || !listed.every((each) => Number.isInteger(each)))
    throw new ConfigError(`${where}: axis must be an integer or a list of them, got ${show(axis)}`)
  const epsilon = checkNumber(where, 'epsilon', options.epsilon ?? 1e-3, { above: 0 })
  const center = checkBoolean(where, 'center', options.center ?? true)
  const scale = checkBoolean(where, 'scale', options.scale ?? true)
  const beta = initializerOf(where, 'betaInitializer', options.betaInitializer ?? 'zeros')
  const gamma = initializerOf(where, 'gammaInitializer', options.gammaInitializer ?? 'ones')
  /** The axes that are meant, ascending. */
  const axesOf = (rank: number): number[] => {
    const axes = [...new Set(listed.map((each) => exampleAxis(each as number, rank)))].sort((a, b) => a - b)
    if (axes.length === listed.length) return axes
    throw new ShapeError(`axis ${show(axis)} names an axis of an input of rank ${rank} twice`)
  }
  return {
    type: 'LayerNormalization',
    ...named(options),
    config: {
      axis: Array.isArray(axis) ? [...axis] : axis,
      epsilon,
      center,
      scale,
      betaInitializer: describeInitializer(beta),
      gammaInitializer: describeInitializer(gamma),
    },
    weights(input) {
      if (input.length === 0)
        throw new ShapeError('expects inputs [n, ..., features], got one number per example')
      const shape = axesOf(input.length + 1).map((at) => input[at - 1]!)
      const specs: WeightSpec[] = []
      if (scale) specs.push({ name: 'gamma', shape, initializer: gamma, trainable: true })
      if (center) specs.push({ name: 'beta', shape, initializer: beta, trainable: true })
      return specs
    },
    outputShape: (input) => input,
    call({ input, weights }) {
      const axes = axesOf(input.shape.length)
      const over = { axes, keepdims: true }
      const centred = sub(input, reduceMean(input, over))
      const normal = div(centred, sqrt(add(reduceMean(square(centred), over), epsilon)))
      // Only along the last axes a weight broadcasts by itself.
      const spread: Shape = input.shape.map((length, at) => (axes.includes(at) ? length : 1))
      const isLast = axes[0] === input.shape.length - axes.length
      const along = (value: Value): Value => (isLast ? value : reshape(value, spread))
      const scaled = weights.gamma ? mul(normal, along(weights.gamma)) : normal
      return { output: weights.beta ? add(scaled, along(weights.beta)) : scaled }
    },
  }
}
