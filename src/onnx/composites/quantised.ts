// Import rules of quantisation. Quantised numbers are kept as whole real ones, so that gradients can be passed through them.
import * as g from '../../graph/build.ts'
import { apply } from '../../graph/ops.ts'
import type { Value } from '../../graph/value.ts'
import { DataError } from '../../util/errors.ts'
import { formatShape } from '../../util/shape.ts'
import { nameOfType } from '../tensor-proto.ts'
import { type Call, float, fold, int, operand, type Rule, refuse } from './call.ts'
import { convolve } from './convolution.ts'
import { averagePooling, globalAverage } from './pooling.ts'

const RANGES: Readonly<Record<string, readonly [number, number]>> = {
  uint8: [0, 255],
  int8: [-128, 127],
  uint16: [0, 65_535],
  int16: [-32_768, 32_767],
}

const real = (value: Value): Value => g.cast(value, 'float32')

/** What a zero point, which is of the type of the quantised numbers, says of them. */
function rangeOf(call: Call, zero: Value | undefined): readonly [number, number] {
  const told = int(call, 'output_dtype', 0)
  const type = zero
    ? ((zero.node.attributes.stored as string | undefined) ?? (zero.dtype === 'uint8' ? 'uint8' : 'int8'))
    : told
      ? nameOfType(told)
      : 'uint8'
  return RANGES[type] ?? refuse(`quantisation to ${type}`)
}

/** One number, or one for each place of an axis, shaped to stand beside x. */
function beside(call: Call, value: Value, x: Value, axis: number): Value {
  if (value.shape.length === 0) return value
  if (value.shape.length === 1 && value.shape[0] === 1) return fold(call, g.reshape(value, []))
  if (value.shape.length !== 1) refuse('quantisation in blocks')
  if (value.shape[0] !== x.shape[axis])
    throw new DataError(
      `expects ${x.shape[axis]} scales and zero points for axis ${axis} of ${formatShape(x.shape)}, got ${value.shape[0]}; the file is damaged`,
    )
  return fold(
    call,
    g.reshape(
      value,
      x.shape.map((length, i) => (i === axis ? length : 1)),
    ),
  )
}

/** Numbers less their zero point. */
function centred(call: Call, x: Value, zero: Value | undefined, axis: number): Value {
  if (!zero) return fold(call, real(x))
  const point = fold(call, real(beside(call, zero, x, axis)))
  return fold(call, g.sub(real(x), point))
}

/** round(x) + zero, within the range; `x` is divided by the scale already. */
function rounded(call: Call, x: Value, zero: Value | undefined, axis: number): Value {
  const [low, high] = rangeOf(call, zero)
  const whole = apply('Round', [x], {}, call.label)
  const moved = zero ? g.add(whole, fold(call, real(beside(call, zero, x, axis)))) : whole
  return g.min(g.max(moved, low), high)
}

const axisOf = (call: Call, x: Value): number => {
  const axis = int(call, 'axis', 1)
  return axis < 0 ? axis + x.shape.length : axis
}

function quantise(call: Call): Value {
  const x = operand(call, 0)
  const axis = axisOf(call, x)
  const scale = beside(call, operand(call, 1), x, axis)
  return rounded(call, g.div(x, scale), call.inputs[2], axis)
}

function dequantise(
  call: Call,
  x = operand(call, 0),
  scale = operand(call, 1),
  zero = call.inputs[2],
): Value {
  const axis = axisOf(call, x)
  return fold(call, g.mul(centred(call, x, zero, axis), fold(call, real(beside(call, scale, x, axis)))))
}

/** The scale and zero point of a tensor are those of the numbers that it has, and 0. */
function dynamicQuantise(call: Call): Value[] {
  const x = operand(call, 0)
  const [low, high] = [g.min(g.reduceMin(x), 0), g.max(g.reduceMax(x), 0)]
  const range = g.sub(high, low)
  const scale = g.where(g.equal(range, 0), 1, g.div(range, 255))
  const zero = g.min(g.max(apply('Round', [g.neg(g.div(low, scale))], {}, call.label), 0), 255)
  const whole = apply('Round', [g.div(x, scale)], {}, call.label)
  return [g.min(g.max(g.add(whole, zero), 0), 255), scale, zero]
}

/** Sums of products of whole numbers, exact in float32 up to 2^24. */
const convInteger: Rule = (call) =>
  convolve(
    call,
    centred(call, operand(call, 0), call.inputs[2], 1),
    centred(call, operand(call, 1), call.inputs[3], 0),
  )

/** A zero point for each row is a column beside the matrix. */
const matMulInteger: Rule = (call) => {
  const [a, b] = [operand(call, 0), operand(call, 1)]
  return g.matMul(
    centred(call, a, call.inputs[2], a.shape.length - 2),
    centred(call, b, call.inputs[3], b.shape.length - 1),
  )
}

/** What whole sums are multiplied by to be quantised numbers of the result. */
function factorOf(call: Call, [a, b, y]: readonly [number, number, number], out: Value, axis: number): Value {
  const scales = g.mul(real(operand(call, a)), real(operand(call, b)))
  const factor = fold(call, g.div(fold(call, scales), real(operand(call, y))))
  return beside(call, factor, out, axis)
}

const qLinearConv: Rule = (call) => {
  const x = centred(call, operand(call, 0), call.inputs[2], 1)
  const kernel = centred(call, operand(call, 3), call.inputs[5], 0)
  const sums = convolve(call, x, kernel)
  const bias = call.inputs[8]
  const all = bias ? g.add(sums, beside(call, fold(call, real(bias)), sums, 1)) : sums
  return rounded(call, g.mul(all, factorOf(call, [1, 4, 6], all, 1)), call.inputs[7], 1)
}

const qLinearMatMul: Rule = (call) => {
  const [a, b] = [operand(call, 0), operand(call, 3)]
  const sums = g.matMul(
    centred(call, a, call.inputs[2], a.shape.length - 2),
    centred(call, b, call.inputs[5], b.shape.length - 1),
  )
  const last = sums.shape.length - 1
  return rounded(call, g.mul(sums, factorOf(call, [1, 4, 6], sums, last)), call.inputs[7], last)
}

/** alpha A B + C; a real result where no scale is told for it. */
const qGemm: Rule = (call) => {
  const [a, b] = [0, 3].map((i) => {
    const x = operand(call, i)
    const turned = int(call, i === 0 ? 'transA' : 'transB', 0) === 1
    // Columns of B, after turning, have their own scales.
    const numbers = centred(call, x, call.inputs[i + 2], i === 0 || turned ? 0 : 1)
    return turned ? fold(call, g.transposeLast(numbers)) : numbers
  })
  const product = g.matMul(a!, b!)
  const alpha = float(call, 'alpha', 1)
  const c = call.inputs[6]
  const scales = fold(call, g.mul(real(operand(call, 1)), real(operand(call, 4))))
  // C is in units of alpha times both scales.
  const sums = c ? g.add(product, fold(call, real(c))) : product
  const y = g.mul(sums, beside(call, fold(call, g.mul(scales, alpha)), sums, 1))
  return call.inputs[7] ? rounded(call, g.div(y, call.inputs[7]), call.inputs[8], 1) : y
}

export const QUANTISED: Readonly<Record<string, Rule>> = {
  QuantizeLinear: quantise,
  DequantizeLinear: (call) => dequantise(call),
  DynamicQuantizeLinear: dynamicQuantise,
  ConvInteger: convInteger,
  MatMulInteger: matMulInteger,
  QLinearConv: qLinearConv,
  QLinearMatMul: qLinearMatMul,
}

/** Computes with real numbers and quantises the result: inputs `from` on are a tensor, its scale and its zero point. */
const between =
  (count: number, compute: (call: Call, ...values: Value[]) => Value, from = 0): Rule =>
  (call) => {
    const values = Array.from({ length: count }, (_, i) =>
      dequantise(
        call,
        operand(call, from + 3 * i),
        operand(call, from + 3 * i + 1),
        call.inputs[from + 3 * i + 2],
      ),
    )
    const y = compute(call, ...values)
    const [scale, zero] = from === 0 ? [3 * count, 3 * count + 1] : [0, 1]
    return rounded(call, g.div(y, operand(call, scale)), call.inputs[zero], 1)
  }

/** ONNX Runtime's own operators on quantised numbers. */
export const MICROSOFT_QUANTISED: Readonly<Record<string, Rule>> = {
  QuantizeLinear: quantise,
  DequantizeLinear: (call) => dequantise(call),
  QGemm: qGemm,
  QLinearAdd: between(2, (_, a, b) => g.add(a!, b!)),
  QLinearMul: between(2, (_, a, b) => g.mul(a!, b!)),
  QLinearSigmoid: between(1, (_, x) => g.sigmoid(x!)),
  QLinearGlobalAveragePool: between(1, (call, x) =>
    int(call, 'channels_last', 0) === 1 ? refuse('channels_last = 1') : globalAverage(x!),
  ),
  QLinearAveragePool: between(1, (call, x) =>
    int(call, 'channels_last', 0) === 1 ? refuse('channels_last = 1') : averagePooling(call, x!),
  ),
  QLinearConcat: (call) =>
    between((call.inputs.length - 2) / 3, (_, ...values) => g.concat(values, int(call, 'axis', 1)), 2)(call),
}
