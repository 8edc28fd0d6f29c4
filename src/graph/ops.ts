// The table of operators: ONNX names, attributes and shape rules.
import { ShapeError, UnsupportedError } from '../util/errors.ts'
import { broadcastShapes, formatShape, normalizeAxis, type Shape, sameShape, sizeOf } from '../util/shape.ts'
import { convInputShape, convKernelShape, convOutputShape } from './conv-shape.ts'
import { type Attributes, type DType, type Graph, makeNode, type Signature, type Value } from './value.ts'

/** Shape rule: from the inputs and attributes to the signatures of the outputs. Throws ShapeError. */
export type ShapeRule = (inputs: readonly Value[], attributes: Attributes) => Signature[]

export interface OpDefinition {
  readonly infer: ShapeRule
  /** Smallest and largest number of inputs. */
  readonly arity: readonly [number, number]
  /** `core` operators are what layers are written in and what can be differentiated; `lowered` ones are introduced by lowering/ only. */
  readonly level: 'core' | 'lowered'
}

const isFloat = (dtype: DType): boolean => dtype === 'float32' || dtype === 'float64'
const numbers = (attributes: Attributes, name: string): readonly number[] => {
  const value = attributes[name]
  if (!Array.isArray(value)) throw new ShapeError(`attribute "${name}" must be a list of integers`)
  return value
}
const integer = (attributes: Attributes, name: string, fallback?: number): number => {
  const value = attributes[name] ?? fallback
  if (typeof value !== 'number') throw new ShapeError(`attribute "${name}" must be a number`)
  return value
}

const requireFloat = (value: Value): void => {
  if (!isFloat(value.dtype)) throw new ShapeError(`expects a floating-point input, got ${value.dtype}`)
}
const requireSameType = (...values: Value[]): DType => {
  const dtype = values[0]!.dtype
  for (const value of values)
    if (value.dtype !== dtype)
      throw new ShapeError(`expects inputs of one type, got ${values.map((v) => v.dtype).join(' and ')}`)
  return dtype
}

const core = (arity: number | [number, number], infer: ShapeRule): OpDefinition => ({
  infer,
  arity: typeof arity === 'number' ? [arity, arity] : arity,
  level: 'core',
})
const lowered = (arity: [number, number], infer: ShapeRule): OpDefinition => ({
  infer,
  arity,
  level: 'lowered',
})

const unary = core(1, ([x]) => [{ dtype: x!.dtype, shape: x!.shape }])
const floatUnary = core(1, ([x]) => {
  requireFloat(x!)
  return [{ dtype: x!.dtype, shape: x!.shape }]
})
const binary = core(2, ([a, b]) => [
  { dtype: requireSameType(a!, b!), shape: broadcastShapes(a!.shape, b!.shape) },
])
const comparison = core(2, ([a, b]) => {
  requireSameType(a!, b!)
  return [{ dtype: 'bool', shape: broadcastShapes(a!.shape, b!.shape) }]
})
const logical = core(2, ([a, b]) => {
  if (a!.dtype !== 'bool' || b!.dtype !== 'bool')
    throw new ShapeError(`expects bool inputs, got ${a!.dtype} and ${b!.dtype}`)
  return [{ dtype: 'bool', shape: broadcastShapes(a!.shape, b!.shape) }]
})

/** The shape left after reducing `axes` (kept as length 1 when `keepdims`). */
export function reducedShape(shape: Shape, axes: readonly number[], keepdims: boolean): number[] {
  const reduced = new Set(axes.map((axis) => normalizeAxis(axis, shape.length)))
  return shape.flatMap((length, axis) => (reduced.has(axis) ? (keepdims ? [1] : []) : [length]))
}

const reduction = (dtype?: DType): OpDefinition =>
  core(1, ([x], attributes) => [
    {
      dtype: dtype ?? x!.dtype,
      shape: reducedShape(x!.shape, numbers(attributes, 'axes'), integer(attributes, 'keepdims', 1) === 1),
    },
  ])

function matMulShape(a: Shape, b: Shape): number[] {
  if (a.length < 2 || b.length < 2)
    throw new ShapeError(
      `expects matrices, got ${formatShape(a)} and ${formatShape(b)}; reshape vectors to matrices`,
    )
  const [rows, inner] = a.slice(-2)
  const [innerB, columns] = b.slice(-2)
  if (inner !== innerB)
    throw new ShapeError(`inner lengths differ: ${formatShape(a)} times ${formatShape(b)}`)
  return [...broadcastShapes(a.slice(0, -2), b.slice(0, -2)), rows!, columns!]
}

/** Indices of GatherElements and ScatterElements: of the data's rank, and no longer than it outside the axis. */
function requireElementIndices(x: Value, indices: Value, attributes: Attributes): void {
  const axis = normalizeAxis(integer(attributes, 'axis', 0), x.shape.length)
  if (x.shape.length !== indices.shape.length)
    throw new ShapeError(
      `indices must have the rank of the data, got ${formatShape(indices.shape)} for ${formatShape(x.shape)}`,
    )
  if (indices.shape.some((length, i) => i !== axis && length > x.shape[i]!))
    throw new ShapeError(
      `indices ${formatShape(indices.shape)} are longer than the data ${formatShape(x.shape)} outside axis ${axis}`,
    )
}

const describe = ({ dtype, shape }: Signature): string => `${dtype} ${formatShape(shape)}`
const sameSignature = (a: Signature, b: Signature): boolean =>
  a.dtype === b.dtype && sameShape(a.shape, b.shape)

const transposedLast = (shape: Shape, on: boolean): Shape =>
  on ? [...shape.slice(0, -2), shape.at(-1)!, shape.at(-2)!] : shape

/** Start, step and length of each axis of a Slice, after ONNX' clamping of negative and overlong bounds. */
export function sliceBounds(
  shape: Shape,
  attributes: Attributes,
): { start: number; step: number; length: number }[] {
  const bounds = shape.map((length) => ({ start: 0, step: 1, length }))
  const axes = numbers(attributes, 'axes')
  const starts = numbers(attributes, 'starts')
  const ends = numbers(attributes, 'ends')
  const steps = (attributes.steps as readonly number[] | undefined) ?? axes.map(() => 1)
  if (starts.length !== axes.length || ends.length !== axes.length || steps.length !== axes.length)
    throw new ShapeError('starts, ends, axes and steps must have one length')
  axes.forEach((given, i) => {
    const axis = normalizeAxis(given, shape.length)
    const size = shape[axis]!
    const step = steps[i]!
    if (step === 0) throw new ShapeError('a step of 0 is not allowed')
    const from = starts[i]! < 0 ? starts[i]! + size : starts[i]!
    const to = ends[i]! < 0 ? ends[i]! + size : ends[i]!
    const start = step > 0 ? Math.min(Math.max(from, 0), size) : Math.min(Math.max(from, 0), size - 1)
    const end = step > 0 ? Math.min(Math.max(to, 0), size) : Math.min(Math.max(to, -1), size - 1)
    bounds[axis] = { start, step, length: Math.max(0, Math.ceil((end - start) / step)) }
  })
  return bounds
}

export const OPS: Readonly<Record<string, OpDefinition>> = {
  Input: core(0, () => {
    throw new ShapeError('inputs are made with input()')
  }),
  Constant: core(0, () => {
    throw new ShapeError('constants are made with constant()')
  }),
  Identity: unary,
  /** The value itself, through which autodiff lets no gradient. Lowering drops it, and no file that is read makes one. */
  StopGradient: unary,
  /** The first input, whose gradient goes to the second: that stands for it where it has no useful derivative. */
  StraightThrough: core(2, ([x, through]) => {
    requireFloat(x!)
    if (x!.dtype !== through!.dtype || !sameShape(x!.shape, through!.shape))
      throw new ShapeError(
        `expects two values of one type and shape, got ${x!.dtype} ${formatShape(x!.shape)} and ${through!.dtype} ${formatShape(through!.shape)}`,
      )
    return [{ dtype: x!.dtype, shape: x!.shape }]
  }),
  Cast: core(1, ([x], attributes) => [{ dtype: attributes.to as DType, shape: x!.shape }]),

  Neg: unary,
  Abs: unary,
  Sign: unary,
  Reciprocal: floatUnary,
  Exp: floatUnary,
  Log: floatUnary,
  Sqrt: floatUnary,
  Sin: floatUnary,
  Cos: floatUnary,
  Tanh: floatUnary,
  Erf: floatUnary,
  Sigmoid: floatUnary,
  Softplus: floatUnary,
  Relu: unary,
  LeakyRelu: floatUnary,
  Floor: floatUnary,
  Ceil: floatUnary,
  Round: floatUnary,
  Not: core(1, ([x]) => {
    if (x!.dtype !== 'bool') throw new ShapeError(`expects a bool input, got ${x!.dtype}`)
    return [{ dtype: 'bool', shape: x!.shape }]
  }),

  Add: binary,
  Sub: binary,
  Mul: binary,
  Div: binary,
  Pow: binary,
  Min: binary,
  Max: binary,
  Equal: comparison,
  Less: comparison,
  LessOrEqual: comparison,
  Greater: comparison,
  GreaterOrEqual: comparison,
  And: logical,
  Or: logical,
  Where: core(3, ([condition, a, b]) => {
    if (condition!.dtype !== 'bool') throw new ShapeError(`expects a bool condition, got ${condition!.dtype}`)
    return [{ dtype: requireSameType(a!, b!), shape: broadcastShapes(condition!.shape, a!.shape, b!.shape) }]
  }),

  MatMul: core(2, ([a, b]) => [{ dtype: requireSameType(a!, b!), shape: matMulShape(a!.shape, b!.shape) }]),

  ReduceSum: reduction(),
  ReduceMean: reduction(),
  ReduceMax: reduction(),
  ReduceMin: reduction(),
  ArgMax: core(1, ([x], attributes) => [
    {
      dtype: 'int64',
      shape: reducedShape(
        x!.shape,
        [integer(attributes, 'axis', 0)],
        integer(attributes, 'keepdims', 1) === 1,
      ),
    },
  ]),
  /** The `k` largest along an axis, in falling order, and where they stand; of equal ones the first. */
  TopK: core(1, ([x], attributes) => {
    requireFloat(x!)
    const axis = normalizeAxis(integer(attributes, 'axis', -1), x!.shape.length)
    const k = integer(attributes, 'k')
    if (!Number.isInteger(k) || k < 1 || k > x!.shape[axis]!)
      throw new ShapeError(`k must be 1 to ${x!.shape[axis]} for ${formatShape(x!.shape)}, got ${k}`)
    const shape = x!.shape.map((length, i) => (i === axis ? k : length))
    return [
      { dtype: x!.dtype, shape },
      { dtype: 'int64', shape },
    ]
  }),
  CumSum: core(1, ([x], attributes) => {
    normalizeAxis(integer(attributes, 'axis'), x!.shape.length)
    return [{ dtype: x!.dtype, shape: x!.shape }]
  }),

  Reshape: core(1, ([x], attributes) => {
    const shape = numbers(attributes, 'shape')
    if (shape.some((length) => !Number.isInteger(length) || length < 0))
      throw new ShapeError(`cannot reshape ${formatShape(x!.shape)} to ${formatShape(shape)}: not a shape`)
    if (sizeOf(shape) !== sizeOf(x!.shape))
      throw new ShapeError(
        `cannot reshape ${formatShape(x!.shape)} (${sizeOf(x!.shape)} elements) to ${formatShape(shape)} (${sizeOf(shape)})`,
      )
    return [{ dtype: x!.dtype, shape }]
  }),
  Transpose: core(1, ([x], attributes) => {
    const perm = numbers(attributes, 'perm')
    if (
      !sameShape(
        [...perm].sort((a, b) => a - b),
        x!.shape.map((_, axis) => axis),
      )
    )
      throw new ShapeError(`perm ${formatShape(perm)} does not permute the axes of ${formatShape(x!.shape)}`)
    return [{ dtype: x!.dtype, shape: perm.map((axis) => x!.shape[axis]!) }]
  }),
  Expand: core(1, ([x], attributes) => {
    const shape = numbers(attributes, 'shape')
    if (!sameShape(broadcastShapes(x!.shape, shape), shape))
      throw new ShapeError(`cannot expand ${formatShape(x!.shape)} to ${formatShape(shape)}`)
    return [{ dtype: x!.dtype, shape }]
  }),
  Concat: core([1, Number.POSITIVE_INFINITY], (inputs, attributes) => {
    const first = inputs[0]!
    const axis = normalizeAxis(integer(attributes, 'axis'), first.shape.length)
    for (const other of inputs)
      if (
        other.shape.length !== first.shape.length ||
        other.shape.some((n, i) => i !== axis && n !== first.shape[i])
      )
        throw new ShapeError(
          `inputs must agree outside axis ${axis}, got ${inputs.map((v) => formatShape(v.shape)).join(' and ')}`,
        )
    const total = inputs.reduce((sum, { shape }) => sum + shape[axis]!, 0)
    return [{ dtype: requireSameType(...inputs), shape: first.shape.map((n, i) => (i === axis ? total : n)) }]
  }),
  Slice: core(1, ([x], attributes) => [
    { dtype: x!.dtype, shape: sliceBounds(x!.shape, attributes).map(({ length }) => length) },
  ]),
  Pad: core(1, ([x], attributes) => {
    const pads = numbers(attributes, 'pads')
    const rank = x!.shape.length
    if (pads.length !== 2 * rank)
      throw new ShapeError(`pads needs ${2 * rank} numbers for rank ${rank}, got ${pads.length}`)
    const shape = x!.shape.map((n, axis) => n + pads[axis]! + pads[rank + axis]!)
    if (shape.some((n) => n < 0))
      throw new ShapeError(`pads ${formatShape(pads)} crop more than there is of ${formatShape(x!.shape)}`)
    return [{ dtype: x!.dtype, shape }]
  }),
  Gather: core(2, ([x, indices], attributes) => {
    const axis = normalizeAxis(integer(attributes, 'axis', 0), x!.shape.length)
    return [
      {
        dtype: x!.dtype,
        shape: [...x!.shape.slice(0, axis), ...indices!.shape, ...x!.shape.slice(axis + 1)],
      },
    ]
  }),
  GatherElements: core(2, ([x, indices], attributes) => {
    requireElementIndices(x!, indices!, attributes)
    return [{ dtype: x!.dtype, shape: indices!.shape }]
  }),
  /** With `reduction: 'add'` only: data plus updates at their places. */
  ScatterElements: core(3, ([x, indices, updates], attributes) => {
    requireElementIndices(x!, indices!, attributes)
    if (attributes.reduction !== 'add')
      throw new ShapeError(`attribute "reduction" must be 'add', got ${attributes.reduction ?? 'none'}`)
    if (!sameShape(indices!.shape, updates!.shape))
      throw new ShapeError(
        `indices ${formatShape(indices!.shape)} and updates ${formatShape(updates!.shape)} must have one shape`,
      )
    return [{ dtype: requireSameType(x!, updates!), shape: x!.shape }]
  }),

  Conv: core(2, ([x, kernel], attributes) => [
    { dtype: requireSameType(x!, kernel!), shape: convOutputShape(x!.shape, kernel!.shape, attributes) },
  ]),
  /** The gradient of Conv to its input (a transposed convolution): inputs dy and kernel, attribute `inputShape`. */
  ConvInputGradient: core(2, ([dy, kernel], attributes) => [
    { dtype: requireSameType(dy!, kernel!), shape: convInputShape(dy!.shape, kernel!.shape, attributes) },
  ]),
  /** The gradient of Conv to its kernel: inputs x and dy, attribute `kernelShape`. */
  ConvFilterGradient: core(2, ([x, dy], attributes) => [
    { dtype: requireSameType(x!, dy!), shape: convKernelShape(x!.shape, dy!.shape, attributes) },
  ]),

  /**
   * Runs `body` `times` times. Its first `carried` inputs are what the passes before left, in the first pass the inputs of
   * this operator, and its outputs are what the next pass finds there; its other inputs are the same in all passes.
   */
  Repeat: core([1, Number.POSITIVE_INFINITY], (inputs, attributes) => {
    const body = attributes.body as Graph
    const [times, count] = [integer(attributes, 'times'), integer(attributes, 'carried')]
    if (!Number.isInteger(times) || times < 1)
      throw new ShapeError(`attribute "times" must be an integer of at least 1, got ${times}`)
    const next = Object.values(body.outputs)
    if (body.inputs.length !== inputs.length || next.length !== count || count < 1 || count > inputs.length)
      throw new ShapeError(
        `got ${inputs.length} inputs, ${count} of them carried, for a body of ${body.inputs.length} inputs and ${next.length} outputs`,
      )
    inputs.forEach((given, i) => {
      const wanted = body.inputs[i]!
      if (!sameSignature(given, wanted))
        throw new ShapeError(`input ${i} must be ${describe(wanted)}, got ${describe(given)}`)
      if (i < count && !sameSignature(given, next[i]!))
        throw new ShapeError(
          `what is carried as input ${i} is ${describe(given)} and becomes ${describe(next[i]!)}`,
        )
    })
    return next.map(({ dtype, shape }) => ({ dtype, shape }))
  }),

  /** alpha * op(A) op(B), where transA and transB swap the last two axes (com.microsoft). */
  FusedMatMul: lowered([2, 2], ([a, b], attributes) => [
    {
      dtype: requireSameType(a!, b!),
      shape: matMulShape(
        transposedLast(a!.shape, integer(attributes, 'transA', 0) === 1),
        transposedLast(b!.shape, integer(attributes, 'transB', 0) === 1),
      ),
    },
  ]),
  /** alpha * op(A) op(B) + beta * C for matrices. */
  Gemm: lowered([2, 3], ([a, b, c], attributes) => {
    if (a!.shape.length !== 2 || b!.shape.length !== 2)
      throw new ShapeError(`expects two matrices, got ${formatShape(a!.shape)} and ${formatShape(b!.shape)}`)
    const shape = matMulShape(
      transposedLast(a!.shape, integer(attributes, 'transA', 0) === 1),
      transposedLast(b!.shape, integer(attributes, 'transB', 0) === 1),
    )
    if (c && !sameShape(broadcastShapes(c.shape, shape), shape))
      throw new ShapeError(`C ${formatShape(c.shape)} does not broadcast to ${formatShape(shape)}`)
    return [{ dtype: requireSameType(a!, b!, ...(c ? [c] : [])), shape }]
  }),
  /** max(0, min(1, alpha x + beta)). */
  HardSigmoid: lowered([1, 1], ([x], attributes) => {
    requireFloat(x!)
    integer(attributes, 'alpha')
    integer(attributes, 'beta')
    return [{ dtype: x!.dtype, shape: x!.shape }]
  }),
  /** Bytes times a scale, as numbers of the scale's type. */
  DequantizeLinear: lowered([2, 2], ([x, scale]) => {
    if (x!.dtype !== 'uint8') throw new ShapeError(`expects uint8 numbers, got ${x!.dtype}`)
    requireFloat(scale!)
    if (scale!.shape.length > 0) throw new ShapeError(`expects one scale, got ${formatShape(scale!.shape)}`)
    return [{ dtype: scale!.dtype, shape: x!.shape }]
  }),
  /** Pieces of the lengths `split` that lie one after another along an axis, each its own output. */
  Split: lowered([1, 1], ([x], attributes) => {
    const axis = normalizeAxis(integer(attributes, 'axis'), x!.shape.length)
    const lengths = numbers(attributes, 'split')
    const total = lengths.reduce((sum, length) => sum + length, 0)
    if (lengths.some((length) => !Number.isInteger(length) || length < 0) || total !== x!.shape[axis])
      throw new ShapeError(
        `split ${formatShape(lengths)} must add up to the length ${x!.shape[axis]} of axis ${axis}`,
      )
    return lengths.map((length) => ({
      dtype: x!.dtype,
      shape: x!.shape.map((n, i) => (i === axis ? length : n)),
    }))
  }),
  /** ONNX' own transposed convolution; `inputShape` says what is called `output_padding` there. */
  ConvTranspose: lowered([2, 2], ([dy, kernel], attributes) => [
    { dtype: requireSameType(dy!, kernel!), shape: convInputShape(dy!.shape, kernel!.shape, attributes) },
  ]),
  /** Runs `body` for every slice of the inputs along axis 0; every output of the body is stacked along axis 0. The first `shared` inputs are passed whole. */
  ScanSlices: lowered([1, Number.POSITIVE_INFINITY], (inputs, attributes) => {
    const body = attributes.body as Graph
    const shared = integer(attributes, 'shared', 0)
    if (body.inputs.length !== inputs.length || shared >= inputs.length)
      throw new ShapeError(
        `got ${inputs.length} inputs, ${shared} of them shared, for a body of ${body.inputs.length} inputs; at least one must be sliced`,
      )
    const length = inputs.at(-1)!.shape[0]!
    inputs.forEach(({ dtype, shape }, i) => {
      const wanted = body.inputs[i]!
      const expected = i < shared ? wanted.shape : [length, ...wanted.shape]
      if (dtype !== wanted.dtype || !sameShape(shape, expected))
        throw new ShapeError(
          `input ${i} must be ${wanted.dtype} ${formatShape(expected)}, got ${dtype} ${formatShape(shape)}`,
        )
    })
    return Object.values(body.outputs).map(({ dtype, shape }) => ({ dtype, shape: [length, ...shape] }))
  }),
}

/** Attributes with every axis counted from the front, so that no rule needs to think of negative ones. */
function countFromFront(attributes: Attributes, rank: number): Attributes {
  const { axis, axes } = attributes
  const given = Array.isArray(axes) ? (axes as readonly number[]) : []
  if (!(typeof axis === 'number' && axis < 0) && !given.some((each) => each < 0)) return attributes
  return {
    ...attributes,
    ...(typeof axis === 'number' ? { axis: normalizeAxis(axis, rank) } : {}),
    ...(axes ? { axes: given.map((each) => normalizeAxis(each, rank)) } : {}),
  }
}

/** Applies an operator and returns all its outputs. */
export function applyAll(
  op: string,
  inputs: readonly Value[],
  attributes: Attributes = {},
  label?: string,
): readonly Value[] {
  const definition = OPS[op]
  const where = label ? `${op} "${label}"` : op
  if (!definition)
    throw new UnsupportedError(`operator ${where} is not in the table of operators (graph/ops.ts)`)
  const [least, most] = definition.arity
  if (inputs.length < least || inputs.length > most)
    throw new ShapeError(
      `${where}: expects ${least === most ? least : `${least} to ${most}`} inputs, got ${inputs.length}`,
    )
  try {
    const bound = countFromFront(attributes, inputs[0]?.shape.length ?? 0)
    return makeNode(op, inputs, bound, definition.infer(inputs, bound), label).outputs
  } catch (error) {
    if (error instanceof ShapeError) throw new ShapeError(`${where}: ${error.message}`)
    throw error
  }
}

/** Applies an operator with one output. */
export const apply = (
  op: string,
  inputs: readonly Value[],
  attributes: Attributes = {},
  label?: string,
): Value => applyAll(op, inputs, attributes, label)[0]!
