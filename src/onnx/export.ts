// Writes a graph as the bytes of an ONNX model.
import { type Graph, inputName, type Tensor, type Value } from '../graph/value.ts'
import { ConfigError, ShapeError } from '../util/errors.ts'
import { formatShape, sameShape } from '../util/shape.ts'
import { pairGraphs, shapeOf, type Twins, twinSizes } from './batch-twin.ts'
import { writeGraph } from './graph-writer.ts'
import { type ModelNotes, writeModel } from './model-writer.ts'
import type { TensorProto } from './proto.ts'
import { newScope } from './scope.ts'
import { tensorProto } from './tensor-proto.ts'

export interface ExportOptions extends ModelNotes {
  /** Tensors that replace the graph's inputs of these names; names the graph does not have are passed over. */
  readonly weights?: Readonly<Record<string, Tensor>>
  /** What the batch size is called in the shapes of a model with a free one; default `N`. */
  readonly batchName?: string
}

/** The names of a graph's inputs, which must be there and differ. */
export function namedInputs(graph: Graph): Map<string, Value> {
  const inputs = new Map<string, Value>()
  for (const value of graph.inputs) {
    const name = inputName(value)
    if (name === undefined)
      throw new ShapeError(`a graph's inputs must be made by input(), got the output of ${value.node.op}`)
    if (inputs.has(name)) throw new ConfigError(`two inputs of the graph are called "${name}"; rename one`)
    inputs.set(name, value)
  }
  return inputs
}

/**
 * Writes a graph as an ONNX model that any runtime takes.
 *
 * Inputs and outputs keep their names. Values inside are called after their operator (`MatMul_0`), and all have
 * their shapes noted, so that viewers show them.
 *
 * @param source  a graph, or a function from a batch size to the graph: then the model takes any batch size.
 *                The function is called with two sizes, and what differs between the two graphs is written
 *                in terms of the batch size
 * @throws UnsupportedError for operators that must be lowered first, and for a dependence on the batch size
 *         that is not a multiple of it
 */
export function exportModel(source: Graph | ((batch: number) => Graph), options: ExportOptions): Uint8Array {
  const free = typeof source === 'function'
  const graph = free ? source(twinSizes[0]) : source
  const twins: Twins | undefined = free ? pairGraphs(graph, source(twinSizes[1])) : undefined
  const { weights = {}, batchName = 'N' } = options

  const inputs = namedInputs(graph)
  const isWeight = (name: string): boolean => Object.hasOwn(weights, name)
  const fed = [...inputs].filter(([name]) => !isWeight(name))
  const batched = fed.find(([, value]) =>
    shapeOf(value, twins).some((length) => typeof length !== 'number' && length.times === 1),
  )
  const scope = newScope(twins, { symbol: batchName, source: batched?.[1] })

  for (const [name] of fed) scope.exact(name, 'input')
  const known = new Map<Value, string>()
  const initializers: TensorProto[] = []
  for (const [name, value] of inputs) {
    if (!isWeight(name)) continue
    const weight = weights[name]!
    if (!sameShape(weight.shape, value.shape))
      throw new ShapeError(
        `weight "${name}" has shape ${formatShape(weight.shape)}, the graph expects ${formatShape(value.shape)}`,
      )
    known.set(value, scope.exact(name, 'weight'))
    initializers.push(tensorProto(name, weight.data, weight.shape, value.dtype))
  }
  const outputs = Object.entries(graph.outputs)
  for (const [name] of outputs) scope.exact(name, 'output')

  const body = writeGraph({ name: options.name, inputs: fed, outputs, known, initializers }, scope)
  return writeModel({ ...body, node: [...scope.prologue, ...body.node] }, scope.domains, options)
}
