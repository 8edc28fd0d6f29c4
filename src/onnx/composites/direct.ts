// Import rules of the operators that our graph has too.
import * as g from '../../graph/build.ts'
import { apply, applyAll } from '../../graph/ops.ts'
import { type Attributes, constantData, type Value } from '../../graph/value.ts'
import { broadcastShapes, sizeOf } from '../../util/shape.ts'
import { dtypeOf } from '../tensor-proto.ts'
import {
  type Call,
  float,
  int,
  ints,
  intsOrInput,
  numberOf,
  numbersOf,
  operand,
  operands,
  type Rule,
  refuse,
  requiredInt,
  text,
} from './call.ts'

/** The same operator, with attributes. */
const same =
  (attributes: (call: Call) => Attributes = () => ({})): Rule =>
  (call) =>
    apply(call.op, operands(call), attributes(call), call.label)

/** Any number of inputs, combined from the left. */
const variadic =
  (combine: (a: Value, b: Value) => Value): Rule =>
  (call) =>
    operands(call).reduce(combine)

/** The shape that Reshape asks for: 0 copies a length, -1 takes what is left. */
const reshapeTarget = (x: Value, given: readonly number[], allowZero: boolean): number[] => {
  const copied = given.map((length, axis) => (length === 0 && !allowZero ? (x.shape[axis] ?? 0) : length))
  const rest = copied.reduce((size, length) => (length === -1 ? size : size * length), 1)
  return copied.map((length) => (length === -1 ? (rest === 0 ? 0 : sizeOf(x.shape) / rest) : length))
}

const names = [
  ...['Abs', 'Neg', 'Sign', 'Reciprocal', 'Exp', 'Log', 'Sqrt', 'Sin', 'Cos', 'Tanh', 'Erf', 'Sigmoid'],
  ...['Softplus', 'Relu', 'Floor', 'Ceil', 'Round', 'Not', 'Add', 'Sub', 'Mul', 'Div', 'Equal', 'Less'],
  ...['LessOrEqual', 'Greater', 'GreaterOrEqual', 'And', 'Or', 'Where', 'Identity'],
]

export const DIRECT: Readonly<Record<string, Rule>> = {
  ...Object.fromEntries(names.map((name) => [name, same()])),
  LeakyRelu: same((call) => ({ alpha: float(call, 'alpha', 0.01) })),
  Cast: (call) => {
    const x = operand(call, 0)
    const to = dtypeOf(requiredInt(call, 'to'), 'attribute "to"')
    return x.dtype === to ? x : apply('Cast', [x], { to }, call.label)
  },
  CastLike: (call) => g.cast(operand(call, 0), operand(call, 1).dtype),
  Pow: (call) => g.pow(operand(call, 0), g.cast(operand(call, 1), operand(call, 0).dtype)),
  Xor: (call) => g.not(g.equal(operand(call, 0), operand(call, 1))),
  Min: variadic((a, b) => g.min(a, b)),
  Max: variadic((a, b) => g.max(a, b)),
  Sum: variadic((a, b) => g.add(a, b)),
  Mean: (call) =>
    g.div(
      operands(call).reduce((a, b) => g.add(a, b)),
      call.inputs.length,
    ),

  ArgMax: (call) => arg(call, operand(call, 0)),
  ArgMin: (call) => arg(call, g.neg(operand(call, 0))),
  TopK: (call) => {
    const x = operand(call, 0)
    const k = intsOrInput(call, 'k', 1)?.[0] ?? requiredInt(call, 'k')
    const given = int(call, 'axis', -1)
    const axis = given < 0 ? given + x.shape.length : given
    // The largest of the negated numbers are the smallest. Values are picked by their places, which has a gradient.
    const ranked = int(call, 'largest', 1) === 1 ? x : g.neg(x)
    const places = applyAll('TopK', [ranked], { k, axis }, call.label)[1]!
    return [g.gatherElements(x, places, axis), places]
  },
  CumSum: (call) =>
    g.cumSum(operand(call, 0), numberOf(call, 1, '"axis"'), {
      exclusive: int(call, 'exclusive', 0) === 1,
      reverse: int(call, 'reverse', 0) === 1,
    }),

  Reshape: (call) => {
    const x = operand(call, 0)
    return apply(
      'Reshape',
      [x],
      { shape: reshapeTarget(x, intsOrInput(call, 'shape', 1) ?? [], int(call, 'allowzero', 0) === 1) },
      call.label,
    )
  },
  Transpose: (call) => {
    const x = operand(call, 0)
    const reversed = x.shape.map((_, axis) => x.shape.length - 1 - axis)
    return apply('Transpose', [x], { perm: ints(call, 'perm') ?? reversed }, call.label)
  },
  Expand: (call) => {
    const x = operand(call, 0)
    return g.expand(x, broadcastShapes(x.shape, numbersOf(call, operand(call, 1), '"shape"')))
  },
  Concat: (call) => g.concat(operands(call), requiredInt(call, 'axis')),
  Slice: (call) => {
    const x = operand(call, 0)
    const starts = intsOrInput(call, 'starts', 1) ?? []
    const ends = intsOrInput(call, 'ends', 2) ?? []
    const axes = intsOrInput(call, 'axes', 3) ?? starts.map((_, axis) => axis)
    const steps = intsOrInput(call, 'steps', 4) ?? axes.map(() => 1)
    // Numbers beyond the ends of any tensor stand for "to the end".
    const clamp = (list: readonly number[]): number[] =>
      list.map((n) => Math.min(Math.max(n, -(2 ** 31)), 2 ** 31 - 1))
    return apply('Slice', [x], { starts: clamp(starts), ends: clamp(ends), axes, steps }, call.label)
  },
  Gather: gather,
  GatherElements: (call) => g.gatherElements(operand(call, 0), operand(call, 1), int(call, 'axis', 0)),
  ScatterElements: (call) => {
    const reduction = text(call, 'reduction', 'none')
    if (reduction !== 'add') refuse(`reduction "${reduction}"`, 'only "add" is')
    return g.scatterAdd(operand(call, 0), operand(call, 1), operand(call, 2), int(call, 'axis', 0))
  },
}

/** One place of real numbers is a slice: its gradient is a pad, where that of a Gather scatters. */
function gather(call: Call): Value {
  const [x, indices] = [operand(call, 0), operand(call, 1)]
  const given = int(call, 'axis', 0)
  const axis = given < 0 ? given + x.shape.length : given
  const place = indices.shape.length === 0 ? constantData(indices)?.[0] : undefined
  const length = x.shape[axis]!
  if (place === undefined || !x.dtype.startsWith('float') || !(place >= -length && place < length))
    return g.gather(x, indices, given)
  const start = place < 0 ? place + length : place
  const slice = { axes: [axis], starts: [start], ends: [start + 1], steps: [1] }
  return g.reshape(
    apply('Slice', [x], slice, call.label),
    x.shape.filter((_, i) => i !== axis),
  )
}

function arg(call: Call, x: Value): Value {
  if (int(call, 'select_last_index', 0) === 1) refuse('select_last_index = 1')
  return apply('ArgMax', [x], { axis: int(call, 'axis', 0), keepdims: int(call, 'keepdims', 1) }, call.label)
}
