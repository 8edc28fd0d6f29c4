// Conv2DTranspose: the transposed convolution, which enlarges images.
import { add, convInputGradient, transpose } from '../graph/build.ts'
import { reachOf } from '../graph/pooling.ts'
import { describeInitializer, initializerOf } from '../initializers/registry.ts'
import { checkBoolean, checkNumber } from '../util/options.ts'
import type { Shape } from '../util/shape.ts'
import { activationOf } from './activations.ts'
import type { Conv2DOptions } from './conv2d.ts'
import type { Layer } from './layer.ts'
import { named, openOptions } from './layer-options.ts'
import { checkImage, type Padding, type Pair, paddingOf, padsOf, pairOf } from './windows.ts'

export interface Conv2DTransposeOptions extends Omit<Conv2DOptions, 'groups'> {
  /**
   * `same`: length * stride; `valid`: as far as the kernel reaches, (length - 1) * stride + kernelSize, and at least
   * length * stride. Default `valid`.
   */
  readonly padding?: Padding
  /**
   * Chooses among the lengths that the matching convolution maps to the input's: (length - 1) * stride + outputPadding,
   * plus the kernel's reach (`valid`) or its reach modulo 2 (`same`). Left out, the length is as `padding` says.
   */
  readonly outputPadding?: number | Pair
}

/**
 * Transposed convolution of [n, h, w, c] to [n, h', w', filters]: the gradient, to its input, of the Conv2D with these
 * options that maps [n, h', w', filters] to [n, h, w, c]. Weights: kernel [kh, kw, filters, c], bias [filters], as
 * Keras stores them.
 */
export function conv2DTranspose(options: Conv2DTransposeOptions): Layer {
  const where = openOptions('conv2DTranspose', options, [
    'filters',
    'kernelSize',
    'strides',
    'padding',
    'outputPadding',
    'dilationRate',
    'activation',
    'useBias',
    'kernelInitializer',
    'biasInitializer',
  ])
  const { activation = 'linear' } = options
  const filters = checkNumber(where, 'filters', options.filters, { integer: true, atLeast: 1 })
  const kernelSize = pairOf(where, 'kernelSize', options.kernelSize)
  const strides = pairOf(where, 'strides', options.strides ?? 1)
  const dilationRate = pairOf(where, 'dilationRate', options.dilationRate ?? 1)
  const padding = paddingOf(where, options.padding ?? 'valid')
  const outputPadding =
    options.outputPadding === undefined ? undefined : pairOf(where, 'outputPadding', options.outputPadding, 0)
  const useBias = checkBoolean(where, 'useBias', options.useBias ?? true)
  const activate = activationOf(where, activation)
  const kernel = initializerOf(where, 'kernelInitializer', options.kernelInitializer ?? 'glorotUniform')
  const bias = initializerOf(where, 'biasInitializer', options.biasInitializer ?? 'zeros')

  // An output has (length - 1) * stride + tail rows. The convolution that maps it back allows `stride` different tails.
  const tails = [0, 1].map((axis) => {
    const [stride, extra] = [strides[axis]!, outputPadding?.[axis]]
    const reach = reachOf({ kernel: kernelSize[axis]!, dilation: dilationRate[axis]! })
    if (extra === undefined) return padding === 'valid' ? Math.max(reach, stride) : stride
    const odd = reach % 2
    const [base, least] = padding === 'valid' ? [reach, 0] : [odd, 1 - odd]
    return base + checkNumber(where, 'outputPadding', extra, { atLeast: least, below: least + stride })
  })
  const spatialOf = (lengths: Shape): number[] =>
    lengths.map((length, axis) => (length - 1) * strides[axis]! + tails[axis]!)
  const outputShape = (input: Shape): Shape => {
    checkImage(input)
    return [...spatialOf(input.slice(0, 2)), filters]
  }
  return {
    type: 'Conv2DTranspose',
    ...named(options),
    config: {
      filters,
      kernelSize,
      strides,
      padding,
      ...(outputPadding === undefined ? {} : { outputPadding }),
      dilationRate,
      activation,
      useBias,
      kernelInitializer: describeInitializer(kernel),
      biasInitializer: describeInitializer(bias),
    },
    weights(input) {
      checkImage(input)
      const spec = {
        name: 'kernel',
        shape: [...kernelSize, filters, input[2]!],
        initializer: kernel,
        trainable: true,
      }
      return useBias ? [spec, { name: 'bias', shape: [filters], initializer: bias, trainable: true }] : [spec]
    },
    outputShape,
    call({ input, weights }) {
      const lengths = spatialOf(input.shape.slice(1, 3))
      const enlarged = convInputGradient(
        transpose(input, [0, 3, 1, 2]), // [n, c, h, w]
        transpose(weights.kernel!, [3, 2, 0, 1]), // [c, filters, kh, kw]
        {
          strides,
          dilations: dilationRate,
          group: 1,
          pads: padsOf(lengths, kernelSize, strides, dilationRate, padding),
          inputShape: [input.shape[0]!, filters, ...lengths],
        },
      )
      const channelsLast = transpose(enlarged, [0, 2, 3, 1])
      return { output: activate(useBias ? add(channelsLast, weights.bias!) : channelsLast) }
    },
  }
}
