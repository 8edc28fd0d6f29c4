// The gradient rules: one visible formula per operator.
import * as g from '../graph/build.ts'
import { sliceBounds } from '../graph/ops.ts'
import { type Attributes, constant, constantData, type Value } from '../graph/value.ts'
import { sizeOf, stridesOf } from '../util/shape.ts'

const { cast, cos, div, equal, exp, expand, less, log, mul, neg, pow, reduceSum } = g
const { reshape, sigmoid, sign, sin, square, sub, transposeLast, where } = g

export interface GradientCall {
  /** The operator's inputs. */
  readonly x: readonly Value[]
  /** The operator's output. */
  readonly y: Value
  /** The gradient of the loss with respect to `y`. */
  readonly dy: Value
  readonly attributes: Attributes
}

/**
 * From the gradient of the output to the gradients of the inputs, in order; `undefined` where there is none.
 * A rule may ignore broadcasting: the walk sums each gradient to the shape of its input.
 */
export type GradientRule = (call: GradientCall) => readonly (Value | undefined)[]

/** A written reason for an operator that has no rule. */
export interface NotDifferentiable {
  readonly reason: string
  /** `zero`: contributes nothing, rightly. `error`: must not be met when a graph is differentiated. */
  readonly meaning: 'zero' | 'error'
}

type One = (call: { x: Value; y: Value; dy: Value; attributes: Attributes }) => Value
const unary =
  (rule: One): GradientRule =>
  ({ x, ...rest }) => [rule({ x: x[0]!, ...rest })]

const notDifferentiable = (reason: string, meaning: 'zero' | 'error' = 'zero'): NotDifferentiable => ({
  reason,
  meaning,
})
const steps = notDifferentiable('piecewise constant: its derivative is zero almost everywhere')
const truth = notDifferentiable('gives truth values or indices, which have no derivative')
const source = notDifferentiable('has no inputs')
const lowered = notDifferentiable('appears only in lowered graphs, after differentiation', 'error')

const axesOf = (attributes: Attributes): readonly number[] => attributes.axes as readonly number[]
const axisOf = (attributes: Attributes): number => (attributes.axis as number | undefined) ?? 0

/** A reduced value with its reduced axes back as length 1. */
const keepDims = (value: Value, x: Value, axes: readonly number[]): Value =>
  reshape(
    value,
    x.shape.map((length, axis) => (axes.includes(axis) ? 1 : length)),
  )

/** The gradient to what is chosen where a condition holds, and to what is chosen elsewhere. */
const oneOf = (condition: Value, dy: Value): [Value, Value] => [
  where(condition, dy, 0),
  where(condition, 0, dy),
]

/** Whether a positive number was added, as normalisations add their epsilon to a variance, so that no root is zero. */
const isLifted = ({ node }: Value): boolean =>
  node.op === 'Add' &&
  node.inputs.some((value) => value.shape.length === 0 && (constantData(value)?.[0] ?? 0) > 0)

/**
 * What the slope of a root is divided by. At zero, where the root has no slope, it takes none: a norm of zeros, and the root
 * of Adam's squares of a weight at rest, then pass nothing on, where infinity times zero would be NaN.
 */
const infiniteAtZero = (y: Value): Value => where(g.greater(y, 0), y, Number.POSITIVE_INFINITY)

/** Shares the gradient equally among the elements that attain the extreme. */
const extreme = unary(({ x, y, dy, attributes }) => {
  const axes = axesOf(attributes)
  const hit = cast(equal(x, keepDims(y, x, axes)), x.dtype)
  const count = reduceSum(hit, { axes, keepdims: true })
  return mul(hit, div(keepDims(dy, x, axes), count))
})

/** Indices of a Gather, written for GatherElements and ScatterElements on data reshaped to [before, axis, after]. */
function flatGather(x: Value, indices: Value, axis: number): { shape: number[]; indices: Value } {
  const before = sizeOf(x.shape.slice(0, axis))
  const after = sizeOf(x.shape.slice(axis + 1))
  const count = sizeOf(indices.shape)
  return {
    shape: [before, x.shape[axis]!, after],
    indices: expand(reshape(indices, [1, count, 1]), [before, count, after]),
  }
}

const zerosLike = (x: Value): Value => expand(constant([0], [], x.dtype), x.shape)

/** The adjoint of Slice: dy spread back to its places in zeros. */
function unslice(dy: Value, x: Value, attributes: Attributes): Value {
  const bounds = sliceBounds(x.shape, attributes)
  let value = dy
  if (bounds.some(({ step }) => step < 0)) {
    // Axes read backwards scatter through flat positions: data [size], updates [count].
    const strides = stridesOf(x.shape)
    let positions = [0]
    bounds.forEach(({ start, step, length }, axis) => {
      positions = positions.flatMap((base) =>
        Array.from({ length }, (_, i) => base + (start + i * step) * strides[axis]!),
      )
    })
    const zeros = reshape(zerosLike(x), [sizeOf(x.shape)])
    const indices = constant(positions, [positions.length], 'int64')
    return reshape(g.scatterAdd(zeros, indices, reshape(dy, [positions.length]), 0), x.shape)
  }
  bounds.forEach(({ step, length }, axis) => {
    if (step === 1) return
    // Zeros after each element: [..., length, ...] to [..., length, step, ...] to [..., length * step, ...].
    const [before, after] = [value.shape.slice(0, axis), value.shape.slice(axis + 1)]
    const apart = reshape(value, [...before, length, 1, ...after])
    const zeros = apart.shape.map((_, i) => (i === axis + 1 ? step - 1 : 0))
    value = reshape(g.pad(apart, [...zeros.map(() => 0), ...zeros]), [...before, length * step, ...after])
  })
  const begins = bounds.map(({ start }) => start)
  const ends = bounds.map(({ start }, axis) => x.shape[axis]! - start - value.shape[axis]!)
  value = g.pad(value, [...begins, ...ends])
  return value
}

const convAttributes = ({ strides, pads, dilations, group }: Attributes): Attributes => ({
  strides,
  pads,
  dilations,
  group,
})

export const GRADIENTS: Readonly<Record<string, GradientRule | NotDifferentiable>> = {
  Input: source,
  Constant: source,
  Identity: unary(({ dy }) => dy),
  StopGradient: notDifferentiable('written to make its input a constant for whoever differentiates'),
  StraightThrough: ({ dy }) => [undefined, dy],
  Cast: unary(({ x, dy }) => cast(dy, x.dtype)),

  Neg: unary(({ dy }) => neg(dy)),
  Abs: unary(({ x, dy }) => mul(dy, sign(x))),
  Reciprocal: unary(({ y, dy }) => neg(mul(dy, square(y)))),
  Exp: unary(({ y, dy }) => mul(dy, y)),
  Log: unary(({ x, dy }) => div(dy, x)),
  Sqrt: unary(({ x, y, dy }) => div(mul(dy, 0.5), isLifted(x) ? y : infiniteAtZero(y))),
  Sin: unary(({ x, dy }) => mul(dy, cos(x))),
  Cos: unary(({ x, dy }) => neg(mul(dy, sin(x)))),
  Tanh: unary(({ y, dy }) => mul(dy, sub(1, square(y)))),
  Erf: unary(({ x, dy }) => mul(dy, mul(2 / Math.sqrt(Math.PI), exp(neg(square(x)))))),
  Sigmoid: unary(({ y, dy }) => mul(dy, mul(y, sub(1, y)))),
  Softplus: unary(({ x, dy }) => mul(dy, sigmoid(x))),
  Relu: unary(({ y, dy }) => where(g.greater(y, 0), dy, 0)),
  LeakyRelu: unary(({ x, dy, attributes }) =>
    where(less(x, 0), mul(dy, (attributes.alpha as number | undefined) ?? 0.01), dy),
  ),
  Sign: steps,
  Floor: steps,
  Ceil: steps,
  Round: steps,
  Not: truth,

  Add: ({ dy }) => [dy, dy],
  Sub: ({ dy }) => [dy, neg(dy)],
  Mul: ({ x: [a, b], dy }) => [mul(dy, b!), mul(dy, a!)],
  Div: ({ x: [, b], y, dy }) => {
    const da = div(dy, b!)
    return [da, neg(mul(da, y))]
  },
  Pow: ({ x: [a, b], y, dy }) => [
    mul(dy, mul(b!, pow(a!, sub(b!, 1)))),
    mul(dy, where(g.greater(a!, 0), mul(y, log(where(g.greater(a!, 0), a!, 1))), 0)),
  ],
  Min: ({ x: [a, b], dy }) => oneOf(g.lessOrEqual(a!, b!), dy),
  Max: ({ x: [a, b], dy }) => oneOf(g.greaterOrEqual(a!, b!), dy),
  Equal: truth,
  Less: truth,
  LessOrEqual: truth,
  Greater: truth,
  GreaterOrEqual: truth,
  And: truth,
  Or: truth,
  Where: ({ x: [condition], dy }) => [undefined, ...oneOf(condition!, dy)],

  MatMul: ({ x: [a, b], dy }) => [g.matMul(dy, transposeLast(b!)), g.matMul(transposeLast(a!), dy)],

  ReduceSum: unary(({ x, dy, attributes }) => expand(keepDims(dy, x, axesOf(attributes)), x.shape)),
  ReduceMean: unary(({ x, y, dy, attributes }) =>
    expand(keepDims(mul(dy, sizeOf(y.shape) / sizeOf(x.shape)), x, axesOf(attributes)), x.shape),
  ),
  ReduceMax: extreme,
  ReduceMin: extreme,
  ArgMax: truth,
  TopK: notDifferentiable(
    'gather the elements by its indices instead: gatherElements has a gradient',
    'error',
  ),
  CumSum: unary(({ dy, attributes }) =>
    g.cumSum(dy, axisOf(attributes), {
      exclusive: attributes.exclusive === 1,
      reverse: attributes.reverse !== 1,
    }),
  ),

  Reshape: unary(({ x, dy }) => reshape(dy, x.shape)),
  Transpose: unary(({ dy, attributes }) => {
    const perm = attributes.perm as readonly number[]
    return g.transpose(
      dy,
      perm.map((_, axis) => perm.indexOf(axis)),
    )
  }),
  Expand: ({ dy }) => [dy],
  Concat: ({ x, dy, attributes }) => {
    const axis = axisOf(attributes)
    let start = 0
    return x.map(({ shape }) => {
      const end = start + shape[axis]!
      const part = g.slice(dy, [{ axis, start, end }])
      start = end
      return part
    })
  },
  Slice: unary(({ x, dy, attributes }) => unslice(dy, x, attributes)),
  Pad: unary(({ dy, attributes }) =>
    g.pad(
      dy,
      (attributes.pads as readonly number[]).map((n) => -n),
    ),
  ),
  Gather: ({ x: [x, indices], dy, attributes }) => {
    const flat = flatGather(x!, indices!, axisOf(attributes))
    const updates = reshape(dy, flat.indices.shape)
    return [
      reshape(g.scatterAdd(reshape(zerosLike(x!), flat.shape), flat.indices, updates, 1), x!.shape),
      undefined,
    ]
  },
  GatherElements: ({ x: [x, indices], dy, attributes }) => [
    g.scatterAdd(zerosLike(x!), indices!, dy, axisOf(attributes)),
    undefined,
  ],
  ScatterElements: ({ x: [, indices], dy, attributes }) => [
    dy,
    undefined,
    g.gatherElements(dy, indices!, axisOf(attributes)),
  ],

  // The three bilinear forms of convolution are each other's gradients.
  Conv: ({ x: [x, kernel], dy, attributes }) => [
    g.convInputGradient(dy, kernel!, { ...convAttributes(attributes), inputShape: x!.shape }),
    g.convFilterGradient(x!, dy, { ...convAttributes(attributes), kernelShape: kernel!.shape }),
  ],
  ConvInputGradient: ({ x: [given, kernel], dy, attributes }) => [
    g.conv(dy, kernel!, convAttributes(attributes)),
    g.convFilterGradient(dy, given!, { ...convAttributes(attributes), kernelShape: kernel!.shape }),
  ],
  ConvFilterGradient: ({ x: [x, given], dy, attributes }) => [
    g.convInputGradient(given!, dy, { ...convAttributes(attributes), inputShape: x!.shape }),
    g.conv(x!, dy, convAttributes(attributes)),
  ],

  Repeat: notDifferentiable(
    'the result of a loop is a constant for whoever differentiates, as after StopGradient, since its passes are not kept; write the passes out where a gradient should go through them',
  ),

  FusedMatMul: lowered,
  Gemm: lowered,
  HardSigmoid: lowered,
  DequantizeLinear: lowered,
  Split: lowered,
  ConvTranspose: lowered,
  ScanSlices: lowered,
}
