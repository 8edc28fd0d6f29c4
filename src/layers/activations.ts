// The table of activation functions, with Keras' names and constants.
import {
  abs,
  add,
  div,
  erf,
  exp,
  leakyRelu,
  logSoftmax,
  min,
  mul,
  neg,
  relu,
  sigmoid,
  softmax,
  softplus,
  sub,
  tanh,
} from '../graph/build.ts'
import type { Value } from '../graph/value.ts'
import { checkChoice } from '../util/options.ts'

export type ActivationFunction = (x: Value) => Value

/** x above 0, alpha (e^x - 1) below. The exponential never sees a positive number, so it cannot overflow. */
export const elu = (x: Value, alpha = 1): Value => add(relu(x), mul(sub(exp(min(x, 0)), 1), alpha))

const SELU_ALPHA = 1.6732632423543772
const SELU_SCALE = 1.0507009873554805

const relu6 = (x: Value): Value => min(relu(x), 6)
const silu = (x: Value): Value => mul(x, sigmoid(x))
const hardSigmoid = (x: Value): Value => div(relu6(add(x, 3)), 6)
const hardSilu = (x: Value): Value => mul(x, hardSigmoid(x))

export const ACTIVATIONS = {
  linear: (x) => x,
  relu,
  relu6,
  /** Slope 0.2 below zero, Keras' default for the function; the LeakyReLU layer's own is 0.3. */
  leakyRelu: (x) => leakyRelu(x, 0.2),
  elu: (x) => elu(x),
  selu: (x) => mul(elu(x, SELU_ALPHA), SELU_SCALE),
  /** Exact, with the error function. */
  gelu: (x) => mul(mul(x, 0.5), add(erf(mul(x, Math.SQRT1_2)), 1)),
  silu,
  swish: silu,
  mish: (x) => mul(x, tanh(softplus(x))),
  sigmoid,
  hardSigmoid,
  hardSilu,
  hardSwish: hardSilu,
  logSigmoid: (x) => neg(softplus(neg(x))),
  tanh,
  softplus,
  softsign: (x) => div(x, add(abs(x), 1)),
  exponential: exp,
  softmax: (x) => softmax(x, -1),
  logSoftmax: (x) => logSoftmax(x, -1),
} satisfies Record<string, ActivationFunction>

export type ActivationName = keyof typeof ACTIVATIONS

/**
 * The activation of this name.
 *
 * @throws ConfigError with the nearest known name and all of them
 */
export const activationOf = (where: string, name: ActivationName): ActivationFunction =>
  checkChoice<ActivationFunction>(where, 'activation', name, ACTIVATIONS)
