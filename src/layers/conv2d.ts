// Conv2D: two-dimensional convolution over images with channels last.
import { add, conv, transpose } from '../graph/build.ts'
import { describeInitializer, type InitializerOption, initializerOf } from '../initializers/registry.ts'
import { ShapeError } from '../util/errors.ts'
import { checkBoolean, checkNumber } from '../util/options.ts'
import { formatShape, type Shape } from '../util/shape.ts'
import { type ActivationName, activationOf } from './activations.ts'
import type { Layer } from './layer.ts'
import { type LayerOptions, named, openOptions } from './layer-options.ts'
import { checkImage, type Padding, type Pair, paddedLength, paddingOf, padsOf, pairOf } from './windows.ts'

export interface Conv2DOptions extends LayerOptions {
  /** Channels of the output. */
  readonly filters: number
  /** Height and width of the kernel; one number for both. */
  readonly kernelSize: number | Pair
  /** Default 1. */
  readonly strides?: number | Pair
  /** `valid`: only where the kernel fits; `same`: ceil(length / stride) positions, zeros around. Default `valid`. */
  readonly padding?: Padding
  /** Distance between the kernel's taps; default 1. */
  readonly dilationRate?: number | Pair
  /** Independent groups of channels; default 1. */
  readonly groups?: number
  /** Default `linear`. */
  readonly activation?: ActivationName
  /** Default true. */
  readonly useBias?: boolean
  /** Default `glorotUniform`. */
  readonly kernelInitializer?: InitializerOption
  /** Default `zeros`. */
  readonly biasInitializer?: InitializerOption
}

/**
 * Convolution (cross-correlation) of [n, h, w, c] to [n, h', w', filters]. Weights: kernel [kh, kw, c / groups,
 * filters], bias [filters], as Keras stores them.
 */
export function conv2D(options: Conv2DOptions): Layer {
  const where = openOptions('conv2D', options, [
    'filters',
    'kernelSize',
    'strides',
    'padding',
    'dilationRate',
    'groups',
    'activation',
    'useBias',
    'kernelInitializer',
    'biasInitializer',
  ])
  const { activation = 'linear' } = options
  const whole = { integer: true, atLeast: 1 }
  const filters = checkNumber(where, 'filters', options.filters, whole)
  const groups = checkNumber(where, 'groups', options.groups ?? 1, whole)
  const kernelSize = pairOf(where, 'kernelSize', options.kernelSize)
  const strides = pairOf(where, 'strides', options.strides ?? 1)
  const dilationRate = pairOf(where, 'dilationRate', options.dilationRate ?? 1)
  const padding = paddingOf(where, options.padding ?? 'valid')
  const useBias = checkBoolean(where, 'useBias', options.useBias ?? true)
  const activate = activationOf(where, activation)
  const kernel = initializerOf(where, 'kernelInitializer', options.kernelInitializer ?? 'glorotUniform')
  const bias = initializerOf(where, 'biasInitializer', options.biasInitializer ?? 'zeros')

  const channelsOf = (input: Shape): number => {
    checkImage(input)
    const channels = input[2]!
    if (channels % groups !== 0 || filters % groups !== 0)
      throw new ShapeError(
        `groups ${groups} must divide both the ${channels} input channels and the ${filters} filters`,
      )
    return channels / groups
  }
  const outputShape = (input: Shape): Shape => {
    channelsOf(input)
    const spatial = [0, 1].map((axis) =>
      paddedLength(input[axis]!, kernelSize[axis]!, strides[axis]!, dilationRate[axis]!, padding),
    )
    if (spatial.some((length) => length < 1))
      throw new ShapeError(`kernel ${formatShape(kernelSize)} is larger than the image ${formatShape(input)}`)
    return [...spatial, filters]
  }
  return {
    type: 'Conv2D',
    ...named(options),
    config: {
      filters,
      kernelSize,
      strides,
      padding,
      dilationRate,
      groups,
      activation,
      useBias,
      kernelInitializer: describeInitializer(kernel),
      biasInitializer: describeInitializer(bias),
    },
    weights(input) {
      outputShape(input)
      const shape = [...kernelSize, channelsOf(input), filters]
      const spec = { name: 'kernel', shape, initializer: kernel, trainable: true }
      return useBias ? [spec, { name: 'bias', shape: [filters], initializer: bias, trainable: true }] : [spec]
    },
    outputShape,
    call({ input, weights }) {
      const convolved = conv(
        transpose(input, [0, 3, 1, 2]), // [n, c, h, w]
        transpose(weights.kernel!, [3, 2, 0, 1]), // [filters, c / groups, kh, kw]
        {
          strides,
          dilations: dilationRate,
          group: groups,
          pads: padsOf(input.shape.slice(1, 3), kernelSize, strides, dilationRate, padding),
        },
      )
      const channelsLast = transpose(convolved, [0, 2, 3, 1])
      return { output: activate(useBias ? add(channelsLast, weights.bias!) : channelsLast) }
    },
  }
}
