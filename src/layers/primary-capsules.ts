// PrimaryCapsules: a convolution whose channels are read as small vectors, each squashed.
import { reshape } from '../graph/build.ts'
import type { InitializerOption } from '../initializers/registry.ts'
import { ShapeError } from '../util/errors.ts'
import { checkBoolean, checkNumber } from '../util/options.ts'
import { type Shape, sizeOf } from '../util/shape.ts'
import { conv2D } from './conv2d.ts'
import type { Layer } from './layer.ts'
import { type LayerOptions, named, openOptions } from './layer-options.ts'
import { type SquashForm, squashed, squashFormOf } from './squash.ts'
import { type Pair, pairOf } from './windows.ts'

export interface PrimaryCapsulesOptions extends LayerOptions {
  /** Kinds of capsules: so many at each place of the convolution. */
  readonly capsules: number
  /** Numbers of a capsule. */
  readonly dimension: number
  readonly kernelSize: number | Pair
  /** Default 1. */
  readonly strides?: number | Pair
  /** Each channel by itself; then the input has `capsules` times `dimension` of them. Default false. */
  readonly depthwise?: boolean
  /** Default `quadratic`; see `squash`. */
  readonly form?: SquashForm
  /** Default `glorotUniform`. */
  readonly kernelInitializer?: InitializerOption
  /** Default `zeros`. */
  readonly biasInitializer?: InitializerOption
}

/**
 * [n, h, w, c] to [n, h' w' capsules, dimension]: a convolution without padding or activation, whose channels are taken `dimension` at a
 * time. Weights: those of the convolution.
 *
 * @source Sabour et al. 2017, arXiv:1710.09829; depthwise Mazzia et al. 2021, arXiv:2101.12491
 */
export function primaryCapsules(options: PrimaryCapsulesOptions): Layer {
  const where = openOptions('primaryCapsules', options, [
    'capsules',
    'dimension',
    'kernelSize',
    'strides',
    'depthwise',
    'form',
    'kernelInitializer',
    'biasInitializer',
  ])
  const whole = { integer: true, atLeast: 1 }
  const capsules = checkNumber(where, 'capsules', options.capsules, whole)
  const dimension = checkNumber(where, 'dimension', options.dimension, whole)
  const kernelSize = pairOf(where, 'kernelSize', options.kernelSize)
  const strides = pairOf(where, 'strides', options.strides ?? 1)
  const depthwise = checkBoolean(where, 'depthwise', options.depthwise ?? false)
  const form = squashFormOf(where, options.form ?? 'quadratic')
  const { kernelInitializer = 'glorotUniform', biasInitializer = 'zeros' } = options
  const filters = capsules * dimension
  const convolution = conv2D({
    ...named(options),
    filters,
    kernelSize,
    strides,
    groups: depthwise ? filters : 1,
    kernelInitializer,
    biasInitializer,
  })
  const outputShape = (input: Shape): Shape => {
    if (depthwise && input.length === 3 && input[2] !== filters)
      throw new ShapeError(
        `depthwise capsules: expects ${filters} channels (${capsules} capsules of ${dimension} numbers), got ${input[2]}`,
      )
    const [height, width] = convolution.outputShape(input)
    return [height! * width! * capsules, dimension]
  }
  return {
    type: 'PrimaryCapsules',
    ...named(options),
    config: {
      capsules,
      dimension,
      kernelSize,
      strides,
      depthwise,
      form,
      kernelInitializer: convolution.config.kernelInitializer,
      biasInitializer: convolution.config.biasInitializer,
    },
    weights(input) {
      outputShape(input)
      return convolution.weights(input)
    },
    outputShape,
    call(call) {
      const { output } = convolution.call(call) // [n, h', w', capsules * dimension]
      const vectors = reshape(output, [
        output.shape[0]!,
        sizeOf(output.shape.slice(1)) / dimension,
        dimension,
      ])
      return { output: squashed(vectors, form) }
    },
  }
}
