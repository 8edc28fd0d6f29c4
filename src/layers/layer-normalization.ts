// LayerNormalization: axes of each example to mean beta and standard deviation gamma, whatever the batch.
import { reshape } from '../graph/build.ts'
import type { Value } from '../graph/value.ts'
import { ConfigError, ShapeError } from '../util/errors.ts'
import { show } from '../util/options.ts'
import type { Shape } from '../util/shape.ts'
import { affineOf, NORMALIZATION, type NormalizationOptions } from './affine.ts'
import { exampleAxis } from './axes.ts'
import type { Layer } from './layer.ts'
import { named, openOptions } from './layer-options.ts'

export interface LayerNormalizationOptions extends NormalizationOptions {
  /** The axis, or all the axes, that are normalized together, counted with the batch as axis 0; default -1. */
  readonly axis?: number | readonly number[]
}

/**
 * Layer normalization, as Keras' layer: by mean and biased variance over the axes, the same in both modes. Weights: gamma,
 * beta, each of the lengths of the axes, in their order in the input.
 *
 * @source Ba, Kiros & Hinton 2016, arXiv:1607.06450
 */
export function layerNormalization(options: LayerNormalizationOptions = {}): Layer {
  const where = openOptions('layerNormalization', options, ['axis', ...NORMALIZATION])
  const axis = options.axis ?? -1
  const listed: readonly unknown[] = Array.isArray(axis) ? axis : [axis]
  if (listed.length === 0 || !listed.every((each) => Number.isInteger(each)))
    throw new ConfigError(`${where}: axis must be an integer or a list of them, got ${show(axis)}`)
  const affine = affineOf(where, options)
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
      ...affine.config,
    },
    weights(input) {
      if (input.length === 0)
        throw new ShapeError('expects inputs [n, ..., features], got one number per example')
      const shape = axesOf(input.length + 1).map((at) => input[at - 1]!)
      return affine.weights(shape)
    },
    outputShape: (input) => input,
    call({ input, weights }) {
      const axes = axesOf(input.shape.length)
      const normal = affine.standardized(input, axes)
      // Only along the last axes a weight broadcasts by itself.
      const spread: Shape = input.shape.map((length, at) => (axes.includes(at) ? length : 1))
      const isLast = axes[0] === input.shape.length - axes.length
      const along = (value: Value): Value => (isLast ? value : reshape(value, spread))
      return { output: affine.scaled(normal, weights, along) }
    },
  }
}
