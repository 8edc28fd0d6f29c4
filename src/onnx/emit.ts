// How each operator of the graph is written as ONNX nodes: one row per operator.
import { convGeometry } from '../graph/conv-shape.ts'
import type { DType, Graph, Node, Value } from '../graph/value.ts'
import { UnsupportedError } from '../util/errors.ts'
import { formatShape, type Shape, sameShape } from '../util/shape.ts'
import { floatAttribute, graphAttribute, intAttribute, intsAttribute, stringAttribute } from './attributes.ts'
import { type Dimension, dimensionsOf } from './batch-twin.ts'
import type { AttributeProto, GraphProto, ValueInfoProto } from './proto.ts'
import { elementTypes } from './tensor-proto.ts'

/** The domain of ONNX Runtime's own operators. */
export const microsoftDomain = 'com.microsoft'

/** What a row of the table is given. */
export interface Emission {
  readonly node: Node
  /** The same node at the second batch size, when the batch size is symbolic. */
  readonly twin: Node | undefined
  /** Names of the inputs and outputs. */
  readonly inputs: readonly string[]
  readonly outputs: readonly string[]
  /** Writes one ONNX node. */
  write(
    opType: string,
    inputs: readonly string[],
    outputs: readonly string[],
    attributes?: readonly AttributeProto[],
    domain?: string,
  ): void
  /** The name of an int64 vector, or of a scalar when a number is given. */
  integers(values: number | readonly number[]): string
  /** The name of an int64 vector of lengths, computed while the model runs where they depend on the batch size. */
  lengths(values: readonly Dimension[]): string
  /** A name that nothing in the file has yet. */
  unique(name: string): string
  /** Writes the body of a loop; `captured` says under which outer name some of its inputs are known. */
  subgraph(graph: Graph, captured: ReadonlyMap<Value, string>): GraphProto
}
type Emit = (emission: Emission) => void

/** An attribute that must not depend on the batch size. */
function fixed<T extends number | string | readonly number[] | undefined>(
  { node, twin }: Emission,
  name: string,
): T {
  const value = node.attributes[name] as T
  if (twin && JSON.stringify(value) !== JSON.stringify(twin.attributes[name]))
    throw new UnsupportedError(
      `attribute "${name}" of ${node.op} depends on the batch size, which ONNX cannot express; give a graph of one size`,
    )
  return value
}

/** A list attribute that may depend on the batch size. */
const lengthsOf = ({ node, twin }: Emission, name: string): Dimension[] => {
  const values = node.attributes[name] as readonly number[]
  return twin
    ? dimensionsOf(values, twin.attributes[name] as readonly number[], `attribute "${name}" of ${node.op}`)
    : [...values]
}

/** The same operator with the attributes that are set. */
const same =
  (
    kinds: Readonly<Record<string, 'int' | 'float' | 'ints' | 'string'>> = {},
    { opType, domain }: { opType?: string; domain?: string } = {},
  ): Emit =>
  (emission) => {
    const attributes = Object.entries(kinds).flatMap(([name, kind]): AttributeProto[] => {
      const value = fixed(emission, name)
      if (value === undefined) return []
      if (kind === 'int') return [intAttribute(name, value as number)]
      if (kind === 'float') return [floatAttribute(name, value as number)]
      if (kind === 'string') return [stringAttribute(name, value as string)]
      return [intsAttribute(name, value as readonly number[])]
    })
    emission.write(opType ?? emission.node.op, emission.inputs, emission.outputs, attributes, domain)
  }

const plain = same()

/** Axes are an input of reductions; without axes ONNX would reduce all of them. */
const reduction: Emit = (emission) => {
  const { node, inputs, outputs, write, integers } = emission
  const axes = fixed<readonly number[]>(emission, 'axes')
  if (axes.length === 0) return write('Identity', inputs, outputs)
  const keepdims = fixed<number | undefined>(emission, 'keepdims') ?? 1
  write(node.op, [...inputs, integers(axes)], outputs, [intAttribute('keepdims', keepdims)])
}

const reshape: Emit = (emission) => {
  const { inputs, outputs, write, integers, lengths } = emission
  const shape = lengthsOf(emission, 'shape')
  const symbolic = shape.filter((length) => typeof length !== 'number').length
  // One unknown length can be left to ONNX, unless the tensor is empty.
  const target =
    symbolic === 1 && !shape.includes(0)
      ? integers(shape.map((length) => (typeof length === 'number' ? length : -1)))
      : lengths(shape)
  write('Reshape', [...inputs, target], outputs, shape.includes(0) ? [intAttribute('allowzero', 1)] : [])
}

const slice: Emit = (emission) => {
  const { node, inputs, outputs, write, integers, lengths } = emission
  const axes = fixed<readonly number[]>(emission, 'axes')
  if (axes.length === 0) return write('Identity', inputs, outputs)
  const steps = fixed<readonly number[] | undefined>(emission, 'steps') ?? axes.map(() => 1)
  const bounds = [lengths(lengthsOf(emission, 'starts')), lengths(lengthsOf(emission, 'ends'))]
  write(node.op, [...inputs, ...bounds, integers(axes), integers(steps)], outputs)
}

const convolutionKinds = { strides: 'ints', dilations: 'ints', pads: 'ints', group: 'int' } as const

/** Rows and columns that a strided convolution did not read are put back by `output_padding`. */
const convTranspose: Emit = (emission) => {
  const { node, inputs, outputs, write } = emission
  const rank = node.inputs[0]!.shape.length - 2
  const kernel = node.inputs[1]!.shape
  const { strides, dilations, pads, group } = convGeometry(node.attributes, rank)
  const paddingOf = (shape: Shape, dy: Shape): number[] =>
    shape.slice(2).map((length, axis) => {
      const reach = dilations[axis]! * (kernel[axis + 2]! - 1) + 1
      return length - (strides[axis]! * (dy[axis + 2]! - 1) + reach - pads[axis]! - pads[rank + axis]!)
    })
  const padding = paddingOf(node.attributes.inputShape as Shape, node.inputs[0]!.shape)
  const { twin } = emission
  if (twin && !sameShape(padding, paddingOf(twin.attributes.inputShape as Shape, twin.inputs[0]!.shape)))
    throw new UnsupportedError(
      'the spatial size of a ConvTranspose depends on the batch size; give a graph of one size',
    )
  write('ConvTranspose', inputs, outputs, [
    intsAttribute('strides', strides),
    intsAttribute('dilations', dilations),
    intsAttribute('pads', pads),
    intAttribute('group', group),
    intsAttribute('output_padding', padding),
  ])
}

/** A Scan without carried state. */
const scanSlices: Emit = (emission) => {
  const { node, inputs, outputs, write, subgraph } = emission
  const body = node.attributes.body as Graph
  const shared = fixed<number | undefined>(emission, 'shared') ?? 0
  if (body.inputs.length !== inputs.length)
    throw new UnsupportedError(
      `ScanSlices has ${inputs.length} inputs, its body has ${body.inputs.length}; they must be the same list`,
    )
  body.inputs.forEach((value, i) => {
    const given = node.inputs[i]!.shape
    const wanted = i < shared ? given : given.slice(1)
    if (!sameShape(value.shape, wanted))
      throw new UnsupportedError(
        `input ${i} of a ScanSlices body must be ${formatShape(wanted)}, got ${formatShape(value.shape)}`,
      )
  })
  const captured = new Map(body.inputs.slice(0, shared).map((value, i) => [value, inputs[i]!]))
  write('Scan', inputs.slice(shared), outputs, [
    graphAttribute('body', subgraph(body, captured)),
    intAttribute('num_scan_inputs', inputs.length - shared),
  ])
}

const scalarInfo = (name: string, dtype: DType): ValueInfoProto => ({
  name,
  type: { tensorType: { elemType: elementTypes[dtype], shape: { dim: [] } } },
})

/** ONNX' Loop with a number of passes and no condition, which its body must hand on all the same. */
const repeat: Emit = (emission) => {
  const { node, inputs, outputs, write, integers, subgraph, unique } = emission
  const body = node.attributes.body as Graph
  const carried = fixed<number>(emission, 'carried')
  const times = fixed<number>(emission, 'times')
  const captured = new Map(body.inputs.slice(carried).map((value, i) => [value, inputs[carried + i]!]))
  const written = subgraph(body, captured)
  const [pass, before, after] = [unique('pass'), unique('goes_on'), unique('goes_on')]
  const handOn = { opType: 'Identity', name: after, input: [before], output: [after], attribute: [] }
  const loop: GraphProto = {
    ...written,
    node: [handOn, ...written.node],
    input: [scalarInfo(pass, 'int64'), scalarInfo(before, 'bool'), ...written.input],
    output: [scalarInfo(after, 'bool'), ...written.output],
  }
  write('Loop', [integers(times), '', ...inputs.slice(0, carried)], outputs, [graphAttribute('body', loop)])
}

const mustBeLowered: Emit = ({ node }) => {
  throw new UnsupportedError(
    `${node.op} has no ONNX operator: lower the graph (lowering/) before it is exported`,
  )
}

/** How each operator is written. Inputs and constants are not nodes in ONNX. */
export const EMIT: Readonly<Record<string, Emit>> = {
  Identity: plain,
  StopGradient: same({}, { opType: 'Identity' }),
  StraightThrough: ({ inputs, outputs, write }) => write('Identity', inputs.slice(0, 1), outputs),
  Cast: (emission) =>
    emission.write('Cast', emission.inputs, emission.outputs, [
      intAttribute('to', elementTypes[fixed<string>(emission, 'to') as DType]),
    ]),

  Neg: plain,
  Abs: plain,
  Sign: plain,
  Reciprocal: plain,
  Exp: plain,
  Log: plain,
  Sqrt: plain,
  Sin: plain,
  Cos: plain,
  Tanh: plain,
  Erf: plain,
  Sigmoid: plain,
  Softplus: plain,
  Relu: plain,
  LeakyRelu: same({ alpha: 'float' }),
  HardSigmoid: same({ alpha: 'float', beta: 'float' }),
  DequantizeLinear: plain,
  Floor: plain,
  Ceil: plain,
  Round: plain,
  Not: plain,

  Add: plain,
  Sub: plain,
  Mul: plain,
  Div: plain,
  Pow: plain,
  Min: plain,
  Max: plain,
  Equal: plain,
  Less: plain,
  LessOrEqual: plain,
  Greater: plain,
  GreaterOrEqual: plain,
  And: plain,
  Or: plain,
  Where: plain,

  MatMul: plain,
  FusedMatMul: same({ alpha: 'float', transA: 'int', transB: 'int' }, { domain: microsoftDomain }),
  Gemm: same({ alpha: 'float', beta: 'float', transA: 'int', transB: 'int' }),

  ReduceSum: reduction,
  ReduceMean: reduction,
  ReduceMax: reduction,
  ReduceMin: reduction,
  ArgMax: same({ axis: 'int', keepdims: 'int' }),
  TopK: (emission) =>
    emission.write(
      'TopK',
      [...emission.inputs, emission.integers([fixed<number>(emission, 'k')])],
      emission.outputs,
      [intAttribute('axis', fixed<number | undefined>(emission, 'axis') ?? -1)],
    ),
  CumSum: (emission) =>
    emission.write(
      'CumSum',
      [...emission.inputs, emission.integers(fixed<number>(emission, 'axis'))],
      emission.outputs,
      ['exclusive', 'reverse'].map((name) =>
        intAttribute(name, fixed<number | undefined>(emission, name) ?? 0),
      ),
    ),

  Reshape: reshape,
  Transpose: same({ perm: 'ints' }),
  Expand: (emission) =>
    emission.write(
      'Expand',
      [...emission.inputs, emission.lengths(lengthsOf(emission, 'shape'))],
      emission.outputs,
    ),
  Concat: same({ axis: 'int' }),
  Slice: slice,
  Split: (emission) =>
    emission.write(
      'Split',
      [...emission.inputs, emission.integers(fixed<readonly number[]>(emission, 'split'))],
      emission.outputs,
      [intAttribute('axis', fixed<number>(emission, 'axis'))],
    ),
  Pad: (emission) =>
    emission.write(
      'Pad',
      [...emission.inputs, emission.lengths(lengthsOf(emission, 'pads'))],
      emission.outputs,
    ),
  Gather: same({ axis: 'int' }),
  GatherElements: same({ axis: 'int' }),
  ScatterElements: same({ axis: 'int', reduction: 'string' }),

  Conv: same(convolutionKinds),
  ConvTranspose: convTranspose,
  ConvInputGradient: mustBeLowered,
  ConvFilterGradient: mustBeLowered,

  ScanSlices: scanSlices,
  Repeat: repeat,
}
