// Dense: the fully connected layer, activation(x kernel + bias).
import { add, matMul, reshape } from '../graph/build.ts'
import { describeInitializer, type InitializerOption, initializerOf } from '../initializers/registry.ts'
import { ShapeError } from '../util/errors.ts'
import { checkBoolean, checkNumber } from '../util/options.ts'
import { type Shape, sizeOf } from '../util/shape.ts'
import { type ActivationName, activationOf } from './activations.ts'
import type { Layer } from './layer.ts'
import { type LayerOptions, named, openOptions } from './layer-options.ts'

export interface DenseOptions extends LayerOptions {
  /** Length of the output's last axis. */
  readonly units: number
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
 * Fully connected: [n, ..., in] to [n, ..., units]. Axes between the first and the last are treated as more of the
 * batch, as Keras does. Weights: kernel [in, units], bias [units].
 */
export function dense(options: DenseOptions): Layer {
  const where = openOptions('dense', options, [
    'units',
    'activation',
    'useBias',
    'kernelInitializer',
    'biasInitializer',
  ])
  const { activation = 'linear' } = options
  const units = checkNumber(where, 'units', options.units, { integer: true, atLeast: 1 })
  const useBias = checkBoolean(where, 'useBias', options.useBias ?? true)
  const activate = activationOf(where, activation)
  const kernel = initializerOf(where, 'kernelInitializer', options.kernelInitializer ?? 'glorotUniform')
  const bias = initializerOf(where, 'biasInitializer', options.biasInitializer ?? 'zeros')
  const outputShape = (input: Shape): Shape => {
    if (input.length === 0)
      throw new ShapeError('expects inputs [n, ..., features], got one number per example; reshape first')
    return [...input.slice(0, -1), units]
  }
  return {
    type: 'Dense',
    ...named(options),
    config: {
      units,
      activation,
      useBias,
      kernelInitializer: describeInitializer(kernel),
      biasInitializer: describeInitializer(bias),
    },
    weights(input) {
      outputShape(input)
      const spec = { name: 'kernel', shape: [input.at(-1)!, units], initializer: kernel, trainable: true }
      return useBias ? [spec, { name: 'bias', shape: [units], initializer: bias, trainable: true }] : [spec]
    },
    outputShape,
    call({ input, weights }) {
      // One matrix product whatever the rank: the gradient of the kernel is then one product as well.
      const rows = reshape(input, [sizeOf(input.shape.slice(0, -1)), input.shape.at(-1)!])
      const product = matMul(rows, weights.kernel!) // [rows, units]
      const sum = useBias ? add(product, weights.bias!) : product
      return { output: activate(reshape(sum, [...input.shape.slice(0, -1), units])) }
    },
  }
}
