// Import rules of activations, in terms of elementary functions.
import * as g from '../../graph/build.ts'
import type { Value } from '../../graph/value.ts'
import { sizeOf } from '../../util/shape.ts'
import { type Call, float, int, numberOf, operand, type Rule, refuse, text } from './call.ts'

/** alpha (e^(x / scale) - 1) below 0; the exponential never sees a positive number. */
const exponentialPart = (x: Value, alpha: number, scale = 1): Value =>
  g.mul(g.sub(g.exp(g.div(g.min(x, 0), scale)), 1), alpha)

/** x where x > 0, otherwise `below`. */
const positiveOr = (x: Value, below: Value): Value => g.where(g.greater(x, 0), x, below)

const clip = (x: Value, low: Value | number | undefined, high: Value | number | undefined): Value => {
  const raised = low === undefined ? x : g.max(x, low)
  return high === undefined ? raised : g.min(raised, high)
}

const hardSigmoid = (x: Value, alpha: number, beta: number): Value => clip(g.add(g.mul(x, alpha), beta), 0, 1)

/** A softmax over one axis, or, before opset 13, over all axes from the given one on. */
const overAxis =
  (softmax: (x: Value, axis: number) => Value): Rule =>
  (call) => {
    const x = operand(call, 0)
    if (call.opset >= 13) return softmax(x, int(call, 'axis', -1))
    const axis = int(call, 'axis', 1)
    const front = axis < 0 ? axis + x.shape.length : axis
    const flat = g.reshape(x, [sizeOf(x.shape.slice(0, front)), sizeOf(x.shape.slice(front))])
    return g.reshape(softmax(flat, 1), x.shape)
  }

/** Before opset 11 the bounds are attributes. */
function bounds(call: Call): [Value | number | undefined, Value | number | undefined] {
  if (call.opset >= 11) return [call.inputs[1], call.inputs[2]]
  return [
    call.attributes.has('min') ? float(call, 'min', 0) : undefined,
    call.attributes.has('max') ? float(call, 'max', 0) : undefined,
  ]
}

const tanhGelu = (x: Value): Value => {
  const inner = g.mul(g.add(x, g.mul(g.mul(g.square(x), x), 0.044715)), Math.sqrt(2 / Math.PI))
  return g.mul(g.mul(x, 0.5), g.add(g.tanh(inner), 1))
}
const gelu = (x: Value): Value => g.mul(g.mul(x, 0.5), g.add(g.erf(g.mul(x, Math.SQRT1_2)), 1))

export const ACTIVATIONS: Readonly<Record<string, Rule>> = {
  Clip: (call) => clip(operand(call, 0), ...bounds(call)),
  Elu: (call) => {
    const x = operand(call, 0)
    return positiveOr(x, exponentialPart(x, float(call, 'alpha', 1)))
  },
  Selu: (call) => {
    const x = operand(call, 0)
    const alpha = float(call, 'alpha', 1.6732631921768188)
    const gamma = float(call, 'gamma', 1.0507010221481323)
    return g.mul(positiveOr(x, exponentialPart(x, alpha)), gamma)
  },
  Celu: (call) => {
    const x = operand(call, 0)
    const alpha = float(call, 'alpha', 1)
    return positiveOr(x, exponentialPart(x, alpha, alpha))
  },
  PRelu: (call) => {
    const x = operand(call, 0)
    return g.add(g.relu(x), g.mul(operand(call, 1), g.min(x, 0)))
  },
  ThresholdedRelu: (call) => {
    const x = operand(call, 0)
    return g.where(g.greater(x, float(call, 'alpha', 1)), x, 0)
  },
  HardSigmoid: (call) => hardSigmoid(operand(call, 0), float(call, 'alpha', 0.2), float(call, 'beta', 0.5)),
  HardSwish: (call) => g.mul(operand(call, 0), hardSigmoid(operand(call, 0), 1 / 6, 0.5)),
  Gelu: (call) => (text(call, 'approximate', 'none') === 'tanh' ? tanhGelu : gelu)(operand(call, 0)),
  Mish: (call) => g.mul(operand(call, 0), g.tanh(g.softplus(operand(call, 0)))),
  Softsign: (call) => g.div(operand(call, 0), g.add(g.abs(operand(call, 0)), 1)),
  Softmax: overAxis(g.softmax),
  LogSoftmax: overAxis(g.logSoftmax),
  Tan: (call) => g.div(g.sin(operand(call, 0)), g.cos(operand(call, 0))),
  Mod: (call) => {
    // The sign follows the divisor, or with fmod the dividend.
    const [a, b] = [operand(call, 0), operand(call, 1)]
    const real = (x: Value): Value => (x.dtype.startsWith('float') ? x : g.cast(x, 'float64'))
    const quotient = g.div(real(a), real(b))
    const whole = int(call, 'fmod', 0) ? g.mul(g.sign(quotient), g.floor(g.abs(quotient))) : g.floor(quotient)
    return g.cast(g.sub(real(a), g.mul(whole, real(b))), a.dtype)
  },
  Dropout: (call) => {
    const training = call.inputs[2]
    if (training && numberOf(call, 2, '"training_mode"') !== 0)
      refuse('dropout in training mode', 'export the model in evaluation mode')
    return operand(call, 0)
  },
}
