// Reads an ONNX model of any framework into a graph of core operators.
import { cast } from '../graph/build.ts'
import { type DType, type Graph, input, type Value } from '../graph/value.ts'
import { ConfigError, DataError, UnsupportedError } from '../util/errors.ts'
import type { Shape } from '../util/shape.ts'
import { Budget, checkShape } from './budget.ts'
import {
  functionKey,
  Names,
  opsetsOf,
  type ReaderContext,
  readInitializers,
  readNodes,
} from './graph-reader.ts'
import { nodesFor } from './needed.ts'
import { decodeModel, type ValueInfoProto } from './proto.ts'
import { dtypeOf, nameOfType } from './tensor-proto.ts'

export interface ImportOptions {
  /** Length of free first axes; default 1. */
  readonly batch?: number
  /** Lengths of other free axes, by the symbol in the file or as `input.axis`, e.g. `{ height: 28, 'image.3': 28 }`. */
  readonly dimensions?: Readonly<Record<string, number>>
  /** Read only what these outputs depend on; default: the whole file. A name of any value inside will do. */
  readonly outputs?: readonly string[]
}

/** An input or output of an imported model. */
export interface ImportedPort {
  readonly name: string
  readonly shape: Shape
  readonly dtype: DType
}

export interface ImportedInput extends ImportedPort {
  /** The type of its numbers in the file, e.g. `float16`, which is read as float32. */
  readonly type: string
  /** Axes that are free in the file, with their symbols ('' when they have none). */
  readonly free: readonly { readonly axis: number; readonly symbol: string }[]
}

export interface ImportedModel {
  readonly graph: Graph
  readonly inputs: readonly ImportedInput[]
  readonly outputs: readonly ImportedPort[]
  /** The tensors of the file, constants of the graph, by name. */
  readonly initializers: ReadonlyMap<string, Value>
  /** Operators of the nodes that were read, by the labels that nodes of the graph have. */
  readonly operators: ReadonlyMap<string, string>
  /** Free entries of the file. */
  readonly metadata: Readonly<Record<string, string>>
  /** Version of ONNX' own operator set. */
  readonly opset: number
  readonly producer: { readonly name: string; readonly version: string }
  readonly documentation: string
}

const quantisedTypes = ['uint8', 'int8', 'uint16', 'int16', 'int32']

/** The operator sets that are read. */
const [oldestOpset, newestOpset] = [7, 26]

/** The shape of an input, with free axes bound. */
function bindShape(info: ValueInfoProto, { batch = 1, dimensions = {} }: ImportOptions): ImportedInput {
  const name = info.name ?? ''
  const tensorType = info.type?.tensorType
  if (!tensorType)
    throw new UnsupportedError(`input "${name}" is not a tensor; only models that take tensors are read`)
  if (!tensorType.shape)
    throw new UnsupportedError(`input "${name}" has no shape, not even its rank; export the model with one`)
  const free: { axis: number; symbol: string }[] = []
  const shape = tensorType.shape.dim.map(({ dimValue, dimParam }, axis) => {
    if (dimValue !== undefined && dimValue > 0) return dimValue
    const symbol = dimParam ?? ''
    free.push({ axis, symbol })
    const given =
      (Object.hasOwn(dimensions, `${name}.${axis}`) ? dimensions[`${name}.${axis}`] : undefined) ??
      (symbol !== '' && Object.hasOwn(dimensions, symbol) ? dimensions[symbol] : undefined) ??
      (axis === 0 ? batch : undefined)
    if (given === undefined)
      throw new ConfigError(
        `axis ${axis} of input "${name}" is free${symbol ? ` ("${symbol}")` : ''}: give its length, e.g. dimensions: { '${symbol || `${name}.${axis}`}': 28 }`,
      )
    if (!Number.isSafeInteger(given) || given < 1)
      throw new ConfigError(`axis ${axis} of input "${name}" must have a length of 1 or more, got ${given}`)
    return given
  })
  checkShape(shape, `input "${name}"`)
  const dtype = dtypeOf(tensorType.elemType, `input "${name}"`)
  return { name, shape, dtype, type: nameOfType(tensorType.elemType), free }
}

function checkedOpset(opsets: ReadonlyMap<string, number>): number {
  const opset = opsets.get('')
  if (opset === undefined)
    throw new UnsupportedError(
      `the model uses only operators of ${[...opsets.keys()].join(', ')}, none of ONNX itself; this library reads networks`,
    )
  if (opset < oldestOpset || opset > newestOpset)
    throw new UnsupportedError(
      `the model is written for operator set ${opset}, this library reads ${oldestOpset} to ${newestOpset}; convert it to one of them`,
    )
  return opset
}

/**
 * Reads the bytes of an .onnx file into a graph of core operators, which can be differentiated, computed by the
 * interpreter and exported again. Lengths are fixed: free axes are bound here, and arithmetic on shapes is done here.
 *
 * What reading makes beside the tensors of the file is limited (limits.ts): nodes, once functions are expanded, numbers of
 * constants, and the time to compute them.
 *
 * @throws DataError when the bytes are not a complete model, or ask for more than the limits
 * @throws UnsupportedError naming the operator and the node, or the tensor, that is outside what we read
 * @throws ConfigError naming a free axis whose length is not given
 */
export function importModel(bytes: Uint8Array, options: ImportOptions = {}): ImportedModel {
  const model = decodeModel(bytes)
  const opsets = opsetsOf(model.opsetImport)
  const opset = checkedOpset(opsets)
  const context: ReaderContext = {
    opsetOf: (domain) => opsets.get(domain),
    budget: new Budget(bytes.length),
    path: [],
    operators: new Map(),
    functions: new Map((model.functions ?? []).map((f) => [functionKey(f.domain, f.name), f])),
  }
  const names = new Names()
  readInitializers(model.graph, names)
  const initializers = new Map(names.entries())

  // Old files list the initializers among the inputs.
  const inputs = model.graph.input
    .filter(({ name = '' }) => !initializers.has(name))
    .map((info) => bindShape(info, options))
  const values = inputs.map(({ name, shape, dtype }) => input(name, shape, dtype))
  inputs.forEach(({ name }, i) => {
    names.set(name, values[i]!)
  })
  const wanted = options.outputs ?? model.graph.output.map(({ name = '' }) => name)
  readNodes(options.outputs ? nodesFor(wanted, model.graph.node) : model.graph.node, names, context)

  const declared = new Map(
    model.graph.output.map(({ name = '', type }) => [name, type?.tensorType?.elemType]),
  )
  const results = wanted.map((name): [string, Value] => {
    const value = names.get(name)
    if (!value) throw new DataError(`output "${name}" is not computed by any node; the file is damaged`)
    // Quantised numbers are computed as real ones, see composites/quantised.ts.
    const type = declared.get(name)
    const isWhole =
      type !== undefined && value.dtype === 'float32' && quantisedTypes.includes(nameOfType(type))
    return [name, isWhole ? cast(value, dtypeOf(type, `output "${name}"`)) : value]
  })
  return {
    graph: { inputs: values, outputs: Object.fromEntries(results) },
    inputs,
    outputs: results.map(([name, { shape, dtype }]) => ({ name, shape, dtype })),
    initializers,
    operators: context.operators,
    metadata: Object.fromEntries((model.metadataProps ?? []).map(({ key = '', value = '' }) => [key, value])),
    opset,
    producer: { name: model.producerName ?? '', version: model.producerVersion ?? '' },
    documentation: model.docString ?? '',
  }
}
