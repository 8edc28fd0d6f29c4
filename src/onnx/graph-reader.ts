// Reads the nodes of a file into values: names, branches that are decided, functions of the file itself.
import { makeNode, type Value } from '../graph/value.ts'
import { DataError, ShapeError, UnsupportedError } from '../util/errors.ts'
import { sizeOf } from '../util/shape.ts'
import type { Budget } from './budget.ts'
import { type Call, fold, numberOf } from './composites/call.ts'
import { RULES } from './composites/table.ts'
import { LIMITS } from './limits.ts'
import type {
  AttributeProto,
  FunctionProto,
  GraphProto,
  NodeProto,
  OperatorSetIdProto,
  TensorProto,
} from './proto.ts'
import { readTensor, storedType } from './tensor-proto.ts'

/** What the nodes of one file share. */
export interface ReaderContext {
  /** Version of an operator set, by its domain. */
  readonly opsetOf: (domain: string) => number | undefined
  /** Functions that the file defines, by domain and name. */
  readonly functions: ReadonlyMap<string, FunctionProto>
  readonly budget: Budget
  /** Operators of the nodes that were read, by their labels. */
  readonly operators: Map<string, string>
  /** The functions and branches that are being read, outermost first. */
  readonly path: readonly string[]
}

/** Values by the names they have in the file; a branch also sees the names around it. */
export class Names {
  readonly #own = new Map<string, Value>()
  readonly #outer: Names | undefined

  constructor(outer?: Names) {
    this.#outer = outer
  }

  get = (name: string): Value | undefined => this.#own.get(name) ?? this.#outer?.get(name)
  set = (name: string, value: Value): void => void this.#own.set(name, value)
  /** The names of this graph itself. */
  entries = (): [string, Value][] => [...this.#own]
}

/** Versions of operator sets by domain; ONNX' own domain has two names. */
export const opsetsOf = (imports: readonly OperatorSetIdProto[]): Map<string, number> =>
  new Map(imports.map(({ domain = '', version = 1 }) => [domain === 'ai.onnx' ? '' : domain, version]))

export const functionKey = (domain: string | undefined, name: string | undefined): string =>
  `${domain ?? ''}:${name ?? ''}`
const readable = (key: string): string => key.replace(/^:/, '')

/** A tensor of the file as a constant that keeps its name. */
export function constantOf(proto: TensorProto): Value {
  const name = proto.name ?? ''
  const { data, shape, dtype } = readTensor(proto, `tensor "${name}"`)
  return makeNode('Constant', [], { data, ...storedType(proto) }, [{ dtype, shape }], name).outputs[0]!
}

/**
 * Adds the tensors of a graph to the names.
 *
 * @param budget  counts their numbers; for graphs that may be read several times
 */
export function readInitializers(graph: GraphProto, names: Names, budget?: Budget): void {
  if ((graph.sparseInitializer?.length ?? 0) > 0)
    throw new UnsupportedError(
      'the model has sparse tensors, which are not supported; store them as dense ones',
    )
  for (const proto of graph.initializer ?? []) {
    budget?.addNumbers(sizeOf(proto.dims), `tensor "${proto.name ?? ''}"`)
    names.set(proto.name ?? '', constantOf(proto))
  }
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

/** The same context one level deeper. */
function inside(what: string, context: ReaderContext): ReaderContext {
  if (context.path.length >= LIMITS.calls)
    throw new DataError(
      `functions and branches lie within each other more than ${LIMITS.calls} deep, the limit (${context.path.slice(0, 3).join(' → ')} → ...); export the model with its functions inlined`,
    )
  return { ...context, path: [...context.path, what] }
}

/** Only the branch that is taken is read, so the condition must be known. */
function readIf(call: Call, names: Names, context: ReaderContext): Value[] {
  const taken = numberOf(call, 0, 'the condition') !== 0 ? 'then_branch' : 'else_branch'
  const branch = call.attributes.get(taken)?.g
  if (!branch) throw new DataError(`attribute "${taken}" is missing; the file is damaged`)
  const inner = new Names(names)
  readInitializers(branch, inner, context.budget)
  readNodes(branch.node, inner, inside(`If "${call.label}"`, context))
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
  const key = functionKey(definition.domain, definition.name)
  const before = context.path.indexOf(key)
  if (before >= 0)
    throw new DataError(
      `function ${call.op} calls itself (${[...context.path.slice(before), key].map(readable).join(' → ')}); ONNX forbids that, the file is damaged`,
    )
  context.budget.addNodes(
    Math.floor(
      (definition.input.length + definition.opsetImport.length + definition.attributeProto.length) / 16,
    ),
  )
  const attributes = new Map([
    ...definition.attributeProto.map((proto): [string, AttributeProto] => [proto.name ?? '', proto]),
    ...call.attributes,
  ])
  const names = new Names()
  definition.input.forEach((name, i) => {
    const value = call.inputs[i]
    if (value) names.set(name, value)
  })
  const own = opsetsOf(definition.opsetImport)
  readNodes(
    definition.node,
    names,
    { ...inside(key, context), opsetOf: (domain) => own.get(domain) ?? context.opsetOf(domain) },
    (node) => withAttributes(node, attributes),
  )
  return results(definition.output, names, `function ${call.op}`)
}

function readNode(
  node: NodeProto,
  label: string,
  names: Names,
  context: ReaderContext,
): readonly (Value | undefined)[] {
  const { opType = '', domain = '' } = node
  const call: Call = {
    op: opType,
    label,
    opset: context.opsetOf(domain === 'ai.onnx' ? '' : domain) ?? 1,
    budget: context.budget,
    inputs: node.input.map((name) => (name === '' ? undefined : lookUp(name, names, `${opType} "${label}"`))),
    outputCount: node.output.filter((name) => name !== '').length,
    attributes: new Map((node.attribute ?? []).map((proto) => [proto.name ?? '', proto])),
  }
  if (!context.operators.has(label)) context.operators.set(label, opType)
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
    return (Array.isArray(made) ? (made as readonly (Value | undefined)[]) : [made as Value]).map(
      (value) => value && fold(call, value),
    )
  } catch (error) {
    throw located(error, node, label)
  }
}

/** What a node counts for: one, and more when it has many names or attributes. */
const weightOf = ({ input, output, attribute = [] }: NodeProto): number =>
  1 + Math.floor((input.length + output.length + attribute.length) / 16)

/**
 * Reads nodes in order and adds their outputs to the names.
 *
 * @param bound  what is done to each node before; default nothing
 */
export function readNodes(
  nodes: readonly NodeProto[],
  names: Names,
  context: ReaderContext,
  bound: (node: NodeProto) => NodeProto = (node) => node,
): void {
  // All at once and before any is read: each of a function's nodes may call another function of many nodes.
  context.budget.addNodes(nodes.reduce((sum, node) => sum + weightOf(node), 0))
  for (const given of nodes) {
    const node = bound(given)
    const label = node.name || node.output.find((name) => name !== '') || ''
    const values = readNode(node, label, names, context)
    node.output.forEach((name, i) => {
      const value = values[i]
      if (name !== '' && value) names.set(name, value)
    })
  }
}
