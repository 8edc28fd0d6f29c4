// Reads the nodes of a file into values: names, branches that are decided, functions of the file itself.
import { makeNode, type Value } from '../graph/value.ts'
import { DataError, ShapeError, UnsupportedError } from '../util/errors.ts'
import { type Call, fold, numbersOf, operand } from './composites/call.ts'
import { RULES } from './composites/table.ts'
import type { AttributeProto, FunctionProto, GraphProto, NodeProto, TensorProto } from './proto.ts'
import { readTensor } from './tensor-proto.ts'

/** What the nodes of one file share. */
export interface ReaderContext {
  /** Version of each operator set by domain. */
  readonly opsets: ReadonlyMap<string, number>
  /** Functions that the file defines, by domain and name. */
  readonly functions: ReadonlyMap<string, FunctionProto>
}

/** Values by the names they have in the file. */
export type Names = Map<string, Value>

export const functionKey = (domain: string | undefined, name: string | undefined): string =>
  `${domain ?? ''}:${name ?? ''}`

/** A tensor of the file as a constant that keeps its name. */
export function constantOf(proto: TensorProto): Value {
  const name = proto.name ?? ''
  const { data, shape, dtype } = readTensor(proto, `tensor "${name}"`)
  return makeNode('Constant', [], { data }, [{ dtype, shape }], name).outputs[0]!
}

/** Adds the tensors of a graph to the names. */
export function readInitializers(graph: GraphProto, names: Names): void {
  if ((graph.sparseInitializer?.length ?? 0) > 0)
    throw new UnsupportedError(
      'the model has sparse tensors, which are not supported; store them as dense ones',
    )
  for (const proto of graph.initializer ?? []) names.set(proto.name ?? '', constantOf(proto))
}

/** Puts the operator and the node in front of a message. */
function located(error: unknown, node: NodeProto, label: string): unknown {
  const message = (text: string): string => `${node.opType} "${label}": ${text}`
  for (const Kind of [ShapeError, DataError, UnsupportedError])
    if (error instanceof Kind) return new Kind(message(error.message))
  return error
}

/** The value of a name that a node reads. */
function lookUp(name: string, names: Names, reader: string): Value {
  const value = names.get(name)
  if (!value)
    throw new DataError(`${reader} reads "${name}", which nothing before it computes; the file is damaged`)
  return value
}

/** The outputs of a graph or function body whose nodes were read into `names`. */
const results = (outputs: readonly string[], names: Names, reader: string): Value[] =>
  outputs.map((name) => lookUp(name, names, reader))

/** Only the branch that is taken is read, so the condition must be known. */
function readIf(call: Call, names: Names, context: ReaderContext): Value[] {
  const taken = numbersOf(operand(call, 0), 'the condition')[0] !== 0 ? 'then_branch' : 'else_branch'
  const branch = call.attributes.get(taken)?.g
  if (!branch) throw new DataError(`attribute "${taken}" is missing; the file is damaged`)
  const inner: Names = new Map(names)
  readInitializers(branch, inner)
  readNodes(branch.node, inner, context)
  return results(
    branch.output.map(({ name }) => name ?? ''),
    inner,
    taken,
  )
}

/** Replaces references to attributes of a function by those of its call. */
function withAttributes(node: NodeProto, given: ReadonlyMap<string, AttributeProto>): NodeProto {
  const attribute = (node.attribute ?? []).flatMap((own) => {
    if (!own.refAttrName) return [own]
    const value = given.get(own.refAttrName)
    return value ? [{ ...value, ...(own.name === undefined ? {} : { name: own.name }) }] : []
  })
  return { ...node, attribute }
}

/** Reads the body of a function of the file in the place of its call. */
function readFunction(definition: FunctionProto, call: Call, context: ReaderContext): Value[] {
  const attributes = new Map([
    ...definition.attributeProto.map((proto): [string, AttributeProto] => [proto.name ?? '', proto]),
    ...call.attributes,
  ])
  const names: Names = new Map()
  definition.input.forEach((name, i) => {
    const value = call.inputs[i]
    if (value) names.set(name, value)
  })
  const opsets = new Map(context.opsets)
  for (const { domain, version } of definition.opsetImport) opsets.set(domain ?? '', version ?? 1)
  readNodes(
    definition.node.map((node) => withAttributes(node, attributes)),
    names,
    { ...context, opsets },
  )
  return results(definition.output, names, `function ${call.op}`)
}

function readNode(node: NodeProto, label: string, names: Names, context: ReaderContext): readonly Value[] {
  const { opType = '', domain = '' } = node
  const call: Call = {
    op: opType,
    label,
    opset: context.opsets.get(domain === 'ai.onnx' ? '' : domain) ?? 1,
    inputs: node.input.map((name) => (name === '' ? undefined : lookUp(name, names, `${opType} "${label}"`))),
    outputCount: node.output.filter((name) => name !== '').length,
    attributes: new Map((node.attribute ?? []).map((proto) => [proto.name ?? '', proto])),
  }
  const definition = context.functions.get(functionKey(domain, opType))
  if (definition) return readFunction(definition, call, context)
  if (opType === 'If' && domain === '') return readIf(call, names, context)
  const rules = Object.hasOwn(RULES, domain) ? RULES[domain]! : {}
  if (!Object.hasOwn(rules, opType))
    throw new UnsupportedError(
      `operator ${opType} of domain ${domain || 'ai.onnx'} (node "${label}") is not among those this library reads`,
    )
  try {
    const made = rules[opType]!(call)
    return Array.isArray(made) ? (made as readonly Value[]) : [made as Value]
  } catch (error) {
    throw located(error, node, label)
  }
}

/** Reads nodes in order and adds their outputs to the names. */
export function readNodes(nodes: readonly NodeProto[], names: Names, context: ReaderContext): void {
  for (const node of nodes) {
    const label = node.name || node.output.find((name) => name !== '') || ''
    const values = readNode(node, label, names, context)
    node.output.forEach((name, i) => {
      const value = values[i]
      if (name !== '' && value) names.set(name, fold(value))
    })
  }
}
