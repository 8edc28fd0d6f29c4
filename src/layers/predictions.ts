// What capsules predict of the capsules above them: one small matrix for each pair of a lower and an upper one.
import { matMul, reshape, transpose } from '../graph/build.ts'
import type { Value } from '../graph/value.ts'
import type { Initializer } from '../initializers/initializer.ts'
import { type InitializerOption, initializerOf } from '../initializers/registry.ts'
import { ShapeError } from '../util/errors.ts'
import { checkNumber } from '../util/options.ts'
import type { Shape } from '../util/shape.ts'
import type { WeightSpec } from './layer.ts'

/** What layers of capsules above others have in common. */
export interface UpperCapsulesOptions {
  /** Upper capsules, such as one for each class. */
  readonly capsules: number
  /** Numbers of an upper capsule. */
  readonly dimension: number
  readonly kernelInitializer?: InitializerOption
}

export interface Predictions {
  readonly capsules: number
  readonly dimension: number
  readonly kernel: Initializer
  /** The kernel [lower, d, capsules, dimension] of lower capsules [lower, d]. */
  spec(input: Shape): WeightSpec
  outputShape(input: Shape): Shape
  /** Lower capsules [n, lower, d] to what each of them says of each upper one: [lower, n, capsules, dimension]. */
  of(input: Value, kernel: Value): Value
}

/** @throws ConfigError for options out of range */
export function predictionsOf(
  where: string,
  options: UpperCapsulesOptions,
  initializer: InitializerOption,
): Predictions {
  const whole = { integer: true, atLeast: 1 }
  const capsules = checkNumber(where, 'capsules', options.capsules, whole)
  const dimension = checkNumber(where, 'dimension', options.dimension, whole)
  const kernel = initializerOf(where, 'kernelInitializer', options.kernelInitializer ?? initializer)
  const outputShape = (input: Shape): Shape => {
    if (input.length !== 2)
      throw new ShapeError(`expects capsules [n, capsules, dimension], got [${['n', ...input].join(', ')}]`)
    return [capsules, dimension]
  }
  return {
    capsules,
    dimension,
    kernel,
    spec(input) {
      const shape = [...input, ...outputShape(input)]
      return { name: 'kernel', shape, initializer: kernel, trainable: true }
    },
    outputShape,
    of(input, weights) {
      const [n, lower, d] = input.shape as [number, number, number]
      // The lower capsules are outermost, so that neither the kernel nor what comes out, which is large, is turned around.
      const product = matMul(transpose(input, [1, 0, 2]), reshape(weights, [lower, d, capsules * dimension]))
      return reshape(product, [lower, n, capsules, dimension])
    },
  }
}
