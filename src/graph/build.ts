// Functions that write graphs: one per operator, plus the few compositions that everybody needs.
import { normalizeAxis, type Shape, sameShape } from '../util/shape.ts'
import { apply, applyAll } from './ops.ts'
import { type Attributes, type DType, scalar, type Value } from './value.ts'

export { repeat } from './repeat.ts'

/** A value, or a number that takes the other operand's type. */
export type Operand = Value | number

const isValue = (operand: Operand): operand is Value => typeof operand !== 'number'

function pair(a: Operand, b: Operand): [Value, Value] {
  const dtype: DType = isValue(a) ? a.dtype : isValue(b) ? b.dtype : 'float32'
  return [isValue(a) ? a : scalar(a, dtype), isValue(b) ? b : scalar(b, dtype)]
}
const unary =
  (op: string) =>
  (x: Value): Value =>
    apply(op, [x])
const binary =
  (op: string) =>
  (a: Operand, b: Operand): Value =>
    apply(op, pair(a, b))

export const neg = unary('Neg')
export const abs = unary('Abs')
export const sign = unary('Sign')
export const reciprocal = unary('Reciprocal')
export const exp = unary('Exp')
export const log = unary('Log')
export const sqrt = unary('Sqrt')
export const sin = unary('Sin')
export const cos = unary('Cos')
export const tanh = unary('Tanh')
export const erf = unary('Erf')
export const sigmoid = unary('Sigmoid')
export const softplus = unary('Softplus')
export const relu = unary('Relu')
export const floor = unary('Floor')
export const ceil = unary('Ceil')
export const round = unary('Round')
export const not = unary('Not')
export const identity = unary('Identity')
/** x, as a constant of everything that is differentiated: no gradient passes to what x is computed from. */
export const stopGradient = unary('StopGradient')
/** x, whose gradient goes to `through`, which stands for it where it has no useful derivative. */
export const straightThrough = (x: Value, through: Value): Value => apply('StraightThrough', [x, through])
export const leakyRelu = (x: Value, alpha: number): Value => apply('LeakyRelu', [x], { alpha })
export const cast = (x: Value, to: DType): Value => (x.dtype === to ? x : apply('Cast', [x], { to }))

export const add = binary('Add')
export const sub = binary('Sub')
export const mul = binary('Mul')
export const div = binary('Div')
export const pow = binary('Pow')
export const min = binary('Min')
export const max = binary('Max')
export const equal = binary('Equal')
export const less = binary('Less')
export const lessOrEqual = binary('LessOrEqual')
export const greater = binary('Greater')
export const greaterOrEqual = binary('GreaterOrEqual')
export const and = (a: Value, b: Value): Value => apply('And', [a, b])
export const or = (a: Value, b: Value): Value => apply('Or', [a, b])
export const where = (condition: Value, a: Operand, b: Operand): Value =>
  apply('Where', [condition, ...pair(a, b)])
export const square = (x: Value): Value => mul(x, x)

export const matMul = (a: Value, b: Value): Value => apply('MatMul', [a, b])

/** Axes of a reduction: all of them unless told. */
export interface Reduction {
  readonly axes?: readonly number[]
  /** Keep reduced axes with length 1; default false. */
  readonly keepdims?: boolean
}
const reduce =
  (op: string) =>
  (x: Value, { axes = x.shape.map((_, axis) => axis), keepdims = false }: Reduction = {}): Value =>
    axes.length === 0
      ? x
      : apply(op, [x], {
          axes: axes.map((axis) => normalizeAxis(axis, x.shape.length)),
          keepdims: keepdims ? 1 : 0,
        })
export const reduceSum = reduce('ReduceSum')
export const reduceMean = reduce('ReduceMean')
export const reduceMax = reduce('ReduceMax')
export const reduceMin = reduce('ReduceMin')
export const argMax = (x: Value, axis: number, keepdims = false): Value =>
  apply('ArgMax', [x], { axis: normalizeAxis(axis, x.shape.length), keepdims: keepdims ? 1 : 0 })
/** The `k` largest along an axis, in falling order, and their indices (int64); of equal ones the first. */
export function topK(x: Value, k: number, axis = -1): { values: Value; indices: Value } {
  const [values, indices] = applyAll('TopK', [x], { k, axis: normalizeAxis(axis, x.shape.length) })
  return { values: values!, indices: indices! }
}
/** Running sum along an axis; `exclusive` leaves out the element itself, `reverse` runs from the end. */
export const cumSum = (x: Value, axis: number, { exclusive = false, reverse = false } = {}): Value =>
  apply('CumSum', [x], {
    axis: normalizeAxis(axis, x.shape.length),
    exclusive: Number(exclusive),
    reverse: Number(reverse),
  })

export const reshape = (x: Value, shape: Shape): Value =>
  sameShape(x.shape, shape) ? x : apply('Reshape', [x], { shape })
export const transpose = (x: Value, perm: readonly number[]): Value =>
  perm.length === x.shape.length && perm.every((axis, i) => axis === i)
    ? x
    : apply('Transpose', [x], { perm })
/** Swaps the last two axes. */
export const transposeLast = (x: Value): Value => {
  const axes = x.shape.map((_, axis) => axis)
  return transpose(x, [...axes.slice(0, -2), axes.at(-1)!, axes.at(-2)!])
}
export const expand = (x: Value, shape: Shape): Value =>
  sameShape(x.shape, shape) ? x : apply('Expand', [x], { shape })
export const concat = (values: readonly Value[], axis: number): Value =>
  values.length === 1
    ? values[0]!
    : apply('Concat', values, { axis: normalizeAxis(axis, values[0]!.shape.length) })

/** A range of one axis: `start` up to but not including `end`, every `step`. */
export interface Range {
  readonly axis: number
  readonly start: number
  readonly end: number
  readonly step?: number
}
export const slice = (x: Value, ranges: readonly Range[]): Value =>
  apply('Slice', [x], {
    axes: ranges.map(({ axis }) => normalizeAxis(axis, x.shape.length)),
    starts: ranges.map(({ start }) => start),
    ends: ranges.map(({ end }) => end),
    steps: ranges.map(({ step }) => step ?? 1),
  })
/** Pads with zeros; `pads` is all begins, then all ends. Negative numbers crop. */
export const pad = (x: Value, pads: readonly number[]): Value =>
  pads.every((n) => n === 0) ? x : apply('Pad', [x], { pads })
export const gather = (x: Value, indices: Value, axis = 0): Value =>
  apply('Gather', [x, indices], { axis: normalizeAxis(axis, x.shape.length) })
export const gatherElements = (x: Value, indices: Value, axis: number): Value =>
  apply('GatherElements', [x, indices], { axis: normalizeAxis(axis, x.shape.length) })
/** x with `updates` added at `indices` along `axis`. */
export const scatterAdd = (x: Value, indices: Value, updates: Value, axis: number): Value =>
  apply('ScatterElements', [x, indices, updates], {
    axis: normalizeAxis(axis, x.shape.length),
    reduction: 'add',
  })

/** Convolution of [n, c, ...] with [o, c / group, ...]; attributes as in ONNX (strides, pads, dilations, group). */
export const conv = (x: Value, kernel: Value, attributes: Attributes = {}): Value =>
  apply('Conv', [x, kernel], attributes)
export const convInputGradient = (dy: Value, kernel: Value, attributes: Attributes): Value =>
  apply('ConvInputGradient', [dy, kernel], attributes)
export const convFilterGradient = (x: Value, dy: Value, attributes: Attributes): Value =>
  apply('ConvFilterGradient', [x, dy], attributes)

/** Sums `x` down to a shape that broadcasts to it: the adjoint of broadcasting. */
export function sumTo(x: Value, shape: Shape): Value {
  if (sameShape(x.shape, shape)) return x
  const offset = x.shape.length - shape.length
  const axes = x.shape.flatMap((length, axis) =>
    axis < offset || (shape[axis - offset] === 1 && length !== 1) ? [axis] : [],
  )
  return reshape(reduceSum(x, { axes, keepdims: true }), shape)
}

/** Numerically stable log-softmax along one axis. */
export function logSoftmax(x: Value, axis = -1): Value {
  const shifted = sub(x, reduceMax(x, { axes: [axis], keepdims: true }))
  return sub(shifted, log(reduceSum(exp(shifted), { axes: [axis], keepdims: true })))
}

/** Numerically stable softmax along one axis. */
export function softmax(x: Value, axis = -1): Value {
  const raised = exp(sub(x, reduceMax(x, { axes: [axis], keepdims: true })))
  return div(raised, reduceSum(raised, { axes: [axis], keepdims: true }))
}
