// Writes a graph as a GraphProto: names for every value, constants as initializers, loops with their bodies.
import {
  constantData,
  type Graph,
  type Node,
  type NumericArray,
  sortNodes,
  type Value,
} from '../graph/value.ts'
import { ShapeError, UnsupportedError } from '../util/errors.ts'
import { sameShape } from '../util/shape.ts'
import { intAttribute } from './attributes.ts'
import { type Dimension, isFixed, shapeOf } from './batch-twin.ts'
import { EMIT } from './emit.ts'
import type { AttributeProto, GraphProto, NodeProto, TensorProto, ValueInfoProto } from './proto.ts'
import { batchLength, type Scope, valueInfo } from './scope.ts'
import { tensorProto } from './tensor-proto.ts'

/** A graph to be written. */
export interface GraphSource {
  readonly name: string
  /** Values that become the inputs of the written graph, with their names. */
  readonly inputs: readonly (readonly [string, Value])[]
  readonly outputs: readonly (readonly [string, Value])[]
  /** Names of further values that exist already: captured from outside, or initializers. */
  readonly known: ReadonlyMap<Value, string>
  readonly initializers: readonly TensorProto[]
}

const sameNumbers = (a: NumericArray, b: NumericArray): boolean =>
  a === b || (a.length === b.length && a.every((number, i) => Object.is(number, b[i])))

/** The first row of a constant when all its rows are that one. */
function commonRow(data: NumericArray, rows: number | undefined): NumericArray | undefined {
  if (!rows) return undefined
  const width = data.length / rows
  for (let i = width; i < data.length; i++) if (!Object.is(data[i], data[i - width])) return undefined
  return data.slice(0, width)
}

/** Writes one graph. Names of inputs and outputs in `source` must have been taken from the scope. */
export function writeGraph(source: GraphSource, scope: Scope): GraphProto {
  const names = new Map<Value, string>(source.known)
  for (const [name, value] of source.inputs) names.set(value, name)
  const initializers: TensorProto[] = [...source.initializers]
  const nodes: NodeProto[] = []
  const infos: ValueInfoProto[] = []
  const shared = new Map<string, string>()

  const initializer = (
    base: string,
    data: NumericArray | readonly number[],
    shape: readonly number[],
    dtype: Value['dtype'],
  ): string => {
    const key =
      data.length <= 16
        ? `${dtype} ${shape} ${Array.from(data, (n) => (Object.is(n, -0) ? '-0' : `${n}`))}`
        : undefined
    const known = key === undefined ? undefined : shared.get(key)
    if (known) return known
    const name = scope.unique(base)
    initializers.push(tensorProto(name, data, shape, dtype))
    if (key !== undefined) shared.set(key, name)
    return name
  }
  const integers = (values: number | readonly number[]): string =>
    typeof values === 'number'
      ? initializer(`int_${values}`, [values], [], 'int64')
      : initializer(
          values.length <= 8 ? `ints_${values.join('_')}` : 'ints',
          values,
          [values.length],
          'int64',
        )

  const nodeNames = new Set<string>()
  const write = (
    opType: string,
    input: readonly string[],
    output: readonly string[],
    attribute: readonly AttributeProto[] = [],
    domain?: string,
    label?: string,
  ): void => {
    if (domain) scope.domains.add(domain)
    // A name that an imported file gave may be what a value of ours is called.
    let name = [label, output[0]].find((each) => each && !nodeNames.has(each))
    while (name === undefined || nodeNames.has(name)) name = scope.unique(`${output[0]}_node`)
    nodeNames.add(name)
    nodes.push({ opType, name, input, output, attribute, ...(domain ? { domain } : {}) })
  }
  const lengths = (values: readonly Dimension[]): string => {
    if (values.every(isFixed)) return integers(values)
    const parts: string[] = []
    let run: number[] = []
    const flush = (): void => {
      if (run.length > 0) parts.push(integers(run))
      run = []
    }
    for (const value of values)
      if (isFixed(value)) run.push(value)
      else {
        flush()
        parts.push(batchLength(value.times, scope))
      }
    flush()
    if (parts.length === 1) return parts[0]!
    const name = scope.unique('lengths')
    write('Concat', parts, [name], [intAttribute('axis', 0)])
    return name
  }

  const writeConstant = (value: Value): void => {
    const data = constantData(value)!
    const base = value.node.label || 'Constant'
    const twin = scope.twins?.get(value.node)?.outputs[0]
    const twinData = twin && constantData(twin)!
    if (!twin || !twinData || (sameShape(twin.shape, value.shape) && sameNumbers(data, twinData))) {
      names.set(value, initializer(base, data, value.shape, value.dtype))
      return
    }
    const shape = shapeOf(value, scope.twins)
    const row = commonRow(data, value.shape[0])
    const twinRow = commonRow(twinData, twin.shape[0])
    if (
      shape.slice(0, 1).every(isFixed) ||
      !shape.slice(1).every(isFixed) ||
      !row ||
      !twinRow ||
      !sameNumbers(row, twinRow)
    )
      throw new UnsupportedError(
        `a constant of shape [${value.shape.join(', ')}] depends on the batch size in its numbers; give a graph of one size`,
      )
    const name = scope.unique(base)
    write(
      'Expand',
      [initializer(`${base}_row`, row, [1, ...value.shape.slice(1)], value.dtype), lengths(shape)],
      [name],
    )
    names.set(value, name)
  }

  // An output that another name exists for, or that is an output twice, is copied by an Identity.
  const copies: [string, Value][] = []
  for (const [name, value] of source.outputs) {
    if (names.has(value) || constantData(value)) copies.push([name, value])
    else names.set(value, name)
  }
  const outputNames = new Set(source.outputs.map(([name]) => name))
  const counters = new Map<string, number>()
  const nameOf = (value: Value): string => {
    const known = names.get(value)
    if (known !== undefined) return known
    const op = value.node.op
    const count = counters.get(op) ?? 0
    counters.set(op, count + 1)
    const name = scope.unique(`${op}_${count}`)
    names.set(value, name)
    return name
  }

  const writeNode = (node: Node): void => {
    const emit = EMIT[node.op]
    if (!emit) throw new UnsupportedError(`operator ${node.op} has no row in the table of onnx/emit.ts`)
    const outputs = node.outputs.map(nameOf)
    node.outputs.forEach((value, i) => {
      if (!outputNames.has(outputs[i]!)) infos.push(valueInfo(outputs[i]!, value, scope))
    })
    emit({
      node,
      twin: scope.twins?.get(node),
      inputs: node.inputs.map((value) => names.get(value)!),
      outputs,
      write: (opType, input, output, attribute, domain) =>
        write(opType, input, output, attribute, domain, node.label),
      integers,
      lengths,
      unique: scope.unique,
      subgraph: (graph, captured) => writeBody(graph, captured, outputs[0]!, scope),
    })
  }

  const producers = source.outputs.map(([, value]) => value)
  for (const node of sortNodes(producers)) {
    if (node.op === 'Constant') {
      if (!names.has(node.outputs[0]!)) writeConstant(node.outputs[0]!)
    } else if (node.op === 'Input') {
      if (!names.has(node.outputs[0]!))
        throw new ShapeError(
          `the outputs depend on input "${node.attributes.name}", which is not in the graph's list of inputs`,
        )
    } else writeNode(node)
  }
  for (const [name, value] of copies) write('Identity', [names.get(value)!], [name])

  return {
    name: source.name,
    node: nodes,
    initializer: initializers,
    input: source.inputs.map(([name, value]) => valueInfo(name, value, scope)),
    output: source.outputs.map(([name, value]) => valueInfo(name, value, scope)),
    valueInfo: infos.filter(({ name }) => !outputNames.has(name!)),
  }
}

/** Writes the body of a loop, whose names must differ from all names outside. */
function writeBody(
  graph: Graph,
  captured: ReadonlyMap<Value, string>,
  name: string,
  scope: Scope,
): GraphProto {
  return writeGraph(
    {
      name: `${name}_body`,
      inputs: graph.inputs
        .filter((value) => !captured.has(value))
        .map((value) => [scope.unique(value.node.attributes.name as string), value]),
      outputs: Object.entries(graph.outputs).map(([key, value]) => [scope.unique(key), value]),
      known: captured,
      initializers: [],
    },
    scope,
  )
}
