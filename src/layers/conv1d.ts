// Conv1D: convolution over sequences with channels last.
import { add, matMul, pad, reshape, transposeLast } from '../graph/build.ts'
import type { Value } from '../graph/value.ts'
import type { InitializerOption } from '../initializers/registry.ts'
import { ConfigError, ShapeError } from '../util/errors.ts'
import { checkNumber, show } from '../util/options.ts'
import { type Shape, sizeOf } from '../util/shape.ts'
import { type ActivationFunction, type ActivationName, activationOf } from './activations.ts'
import { conv2D } from './conv2d.ts'
import type { Layer, LayerCall } from './layer.ts'
import { type LayerOptions, named, openOptions } from './layer-options.ts'

export interface Conv1DOptions extends LayerOptions {
  /** Channels of the output. */
  readonly filters: number
  /** Length of the kernel. */
  readonly kernelSize: number
  /** Default 1. */
  readonly strides?: number
  /**
   * `valid`: only where the kernel fits; `same`: ceil(length / stride) positions, zeros around; `causal`: as many, zeros before,
   * so that no output depends on what comes after it. Default `valid`.
   */
  readonly padding?: 'valid' | 'same' | 'causal'
  /** Distance between the kernel's taps; default 1. */
  readonly dilationRate?: number
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

const KNOWN = [
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
]

/** @throws ShapeError unless an example is a sequence [steps, channels] */
function checkSequence(input: Shape): void {
  if (input.length !== 2)
    throw new ShapeError(`expects sequences [n, steps, channels], got [${['n', ...input].join(', ')}]`)
}

/** Numbers of a window, and filters, up to which places make the longer rows of a product. */
const FEW = 8

/**
 * Windows that stand side by side, none beside or over another, are rows of a matrix: [n, steps, c] is [n * places, window] as it lies.
 * A product with so few columns that a register holds more than a row is turned, [filters, window] times [window, n * places]: for the
 * two and four channels of networks that learn to hide messages the whole step takes a third of the time of the convolutions.
 */
function ofPieces(
  { input, weights }: Pick<LayerCall, 'input' | 'weights'>,
  length: number,
  activate: ActivationFunction,
): Value {
  const [n, steps, channels] = input.shape as [number, number, number]
  const filters = weights.kernel!.shape.at(-1)!
  const [places, window] = [steps / length, length * channels]
  const kernel = reshape(weights.kernel!, [window, filters])
  const pieces = reshape(input, [n * places, window])
  if (window > FEW || filters > FEW) {
    const product = matMul(pieces, kernel)
    return reshape(activate(weights.bias ? add(product, weights.bias) : product), [n, places, filters])
  }
  const product = matMul(transposeLast(kernel), transposeLast(pieces)) // [filters, n * places]
  const sum = weights.bias ? add(product, reshape(weights.bias, [filters, 1])) : product
  return reshape(transposeLast(activate(sum)), [n, places, filters])
}

/** Activations that look at one number at a time: those along the channels cannot be turned. */
const isPointwise = (activation: ActivationName): boolean => !activation.toLowerCase().includes('softmax')

/**
 * Convolution (cross-correlation) of [n, steps, c] to [n, steps', filters]: that of images of one row. Weights: kernel
 * [kernelSize, c / groups, filters], bias [filters], as Keras stores them.
 */
export function conv1D(options: Conv1DOptions): Layer {
  const where = openOptions('conv1D', options, KNOWN)
  const { padding = 'valid', kernelSize, strides = 1, dilationRate = 1, name: _, ...rest } = options
  if (!['valid', 'same', 'causal'].includes(padding))
    throw new ConfigError(`${where}: padding must be "valid", "same" or "causal", got ${show(padding)}`)
  const { activation = 'linear', groups = 1 } = rest
  const activate = activationOf(where, activation)
  const whole = { integer: true, atLeast: 1 }
  const along = (option: string, length: number): [number, number] => [
    1,
    checkNumber(where, option, length, whole),
  ]
  const rows = conv2D({
    ...rest,
    ...(options.name === undefined ? {} : { name: options.name }),
    kernelSize: along('kernelSize', kernelSize),
    strides: along('strides', strides),
    dilationRate: along('dilationRate', dilationRate),
    padding: padding === 'same' ? 'same' : 'valid',
  })
  const before = padding === 'causal' ? (kernelSize - 1) * dilationRate : 0
  /** An example as an image of one row. */
  const row = (input: Shape): Shape => {
    checkSequence(input)
    return [1, input[0]! + before, input[1]!]
  }
  const isInPieces = ([, steps]: Shape): boolean =>
    strides === kernelSize &&
    (dilationRate === 1 || kernelSize === 1) &&
    before === 0 &&
    groups === 1 &&
    isPointwise(activation) &&
    steps! % kernelSize === 0
  return {
    type: 'Conv1D',
    ...named(options),
    config: { ...rows.config, kernelSize, strides, padding, dilationRate },
    weights: (input) =>
      rows
        .weights(row(input))
        .map((spec) => (spec.name === 'kernel' ? { ...spec, shape: spec.shape.slice(1) } : spec)),
    outputShape: (input) => rows.outputShape(row(input)).slice(1),
    call({ input, weights, ...call }) {
      if (isInPieces(input.shape)) return { output: ofPieces({ input, weights }, kernelSize, activate) }
      const padded = before === 0 ? input : pad(input, [0, before, 0, 0, 0, 0])
      const [n, steps, channels] = padded.shape as [number, number, number]
      const kernel = weights.kernel!
      const { output } = rows.call({
        ...call,
        input: reshape(padded, [n, 1, steps, channels]),
        weights: { ...weights, kernel: reshape(kernel, [1, ...kernel.shape]) },
      })
      return { output: reshape(output, [n, sizeOf(output.shape.slice(1, 3)), output.shape[3]!]) }
    },
  }
}
