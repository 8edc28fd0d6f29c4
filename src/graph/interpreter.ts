// The reference interpreter: computes a graph in float64, written to be obviously right.
import { ShapeError, UnsupportedError } from '../util/errors.ts'
import { formatShape, type Shape, sameShape, sizeOf } from '../util/shape.ts'
import { KERNELS } from './kernels/table.ts'
import {
  constantData,
  type Graph,
  inputName,
  type Node,
  sortNodes,
  type Tensor,
  type Value,
} from './value.ts'

/** A result of the interpreter. Booleans are 0 and 1, integers exact up to 2^53. */
export interface Float64Tensor {
  readonly shape: Shape
  readonly data: Float64Array
}

type Values = Readonly<Record<string, Value>>

const isGraph = (given: Graph | Values): given is Graph => Array.isArray(given.inputs)

/** `op` or `op "label"`, for messages. */
const describe = ({ op, label }: Node): string => (label ? `${op} "${label}"` : op)

/** Adds the operator to the message of an error that a kernel threw. */
function located(error: unknown, node: Node): unknown {
  const message = (text: string): string => `${describe(node)}: ${text}`
  if (error instanceof ShapeError) return new ShapeError(message(error.message))
  if (error instanceof RangeError) return new RangeError(message(error.message))
  return error
}

/** The data of `values`, given the data of the inputs they depend on. */
function evaluate(values: readonly Value[], dataOf: (input: Value) => Float64Array): Float64Array[] {
  const nodes = sortNodes(values)
  const lastReader = new Map<Value, Node>()
  for (const node of nodes) for (const value of node.inputs) lastReader.set(value, node)
  for (const value of values) lastReader.delete(value)

  const known = new Map<Value, Float64Array>()
  for (const node of nodes) {
    const first = node.outputs[0]!
    if (node.op === 'Input') known.set(first, dataOf(first))
    else if (node.op === 'Constant') known.set(first, new Float64Array(constantData(first)!))
    else {
      compute(node, known).forEach((data, index) => {
        known.set(node.outputs[index]!, data)
      })
      for (const value of node.inputs) if (lastReader.get(value) === node) known.delete(value)
    }
  }
  return values.map((value) => known.get(value)!)
}

/** Applies the kernel of one node. */
function compute(node: Node, known: ReadonlyMap<Value, Float64Array>): readonly Float64Array[] {
  const kernel = KERNELS[node.op]
  if (!kernel)
    throw new UnsupportedError(`operator ${describe(node)} has no reference kernel (graph/kernels)`)
  try {
    return kernel({
      inputs: node.inputs.map((value) => ({
        dtype: value.dtype,
        shape: value.shape,
        data: known.get(value)!,
      })),
      attributes: node.attributes,
      outputs: node.outputs,
      run: (body, data) =>
        evaluate(Object.values(body.outputs), (input) => {
          const position = body.inputs.indexOf(input)
          if (position < 0)
            throw new ShapeError(`the body reads "${inputName(input)}", which is not one of its inputs`)
          return data[position]!
        }),
    })
  } catch (error) {
    throw located(error, node)
  }
}

/** The data fed to an input, checked. */
function fedTo(input: Value, feeds: Readonly<Record<string, Tensor>>): Float64Array {
  const name = inputName(input)!
  const feed = feeds[name]
  if (!feed) {
    const given = Object.keys(feeds)
    throw new ShapeError(
      `input "${name}": expects ${input.dtype} ${formatShape(input.shape)}, but no tensor was given under this name (given: ${given.join(', ') || 'none'})`,
    )
  }
  if (!sameShape(feed.shape, input.shape))
    throw new ShapeError(
      `input "${name}": expects shape ${formatShape(input.shape)}, got ${formatShape(feed.shape)}`,
    )
  if (feed.data.length !== sizeOf(feed.shape))
    throw new ShapeError(
      `input "${name}": shape ${formatShape(feed.shape)} needs ${sizeOf(feed.shape)} numbers, got ${feed.data.length}`,
    )
  return new Float64Array(feed.data)
}

/**
 * Computes values in float64, whatever their types: the yardstick for everything that runs in float32.
 *
 * @param graph  a graph, or just the wanted values by name
 * @param feeds  a tensor for the name of every input that the wanted values depend on; others are ignored
 * @returns the wanted values under the same names
 * @throws ShapeError naming an input that was not fed, or fed with another shape
 */
export function interpret(
  graph: Graph | Values,
  feeds: Readonly<Record<string, Tensor>> = {},
): Record<string, Float64Tensor> {
  const wanted = isGraph(graph) ? graph.outputs : graph
  const values = Object.values(wanted)
  const results = evaluate(values, (input) => fedTo(input, feeds))
  return Object.fromEntries(
    Object.keys(wanted).map((name, i) => [name, { shape: values[i]!.shape, data: results[i]! }]),
  )
}
