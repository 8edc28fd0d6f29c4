// A symbolic batch size, found by comparing the same graph built at two batch sizes.
import { type Graph, type Node, sortNodes, type Value } from '../graph/value.ts'
import { UnsupportedError } from '../util/errors.ts'

/** A length: a number, or so many times the batch size. */
export type Dimension = number | { readonly times: number }

/** The two batch sizes that are compared. */
export const twinSizes = [2, 3] as const

export const isFixed = (dimension: Dimension): dimension is number => typeof dimension === 'number'

/** What every node of the first graph is in the second. */
export type Twins = ReadonlyMap<Node, Node>

/** Pairs the nodes of one graph at two batch sizes, bodies of loops included. */
export function pairGraphs(first: Graph, second: Graph): Twins {
  const twins = new Map<Node, Node>()
  const pair = (a: Graph, b: Graph): void => {
    const nodesOf = ({ inputs, outputs }: Graph): Node[] => sortNodes([...inputs, ...Object.values(outputs)])
    const [nodes, others] = [nodesOf(a), nodesOf(b)]
    const names = (graph: Graph): string => Object.keys(graph.outputs).join(', ')
    if (nodes.length !== others.length || names(a) !== names(b))
      throw new UnsupportedError(
        `the graph has ${nodes.length} nodes at batch size ${twinSizes[0]} and ${others.length} at ${twinSizes[1]}: it cannot be written with a symbolic batch size; give a graph of one size`,
      )
    nodes.forEach((node, i) => {
      const other = others[i]!
      if (node.op !== other.op)
        throw new UnsupportedError(
          `node ${i} is ${node.op} at batch size ${twinSizes[0]} and ${other.op} at ${twinSizes[1]}: the graph cannot be written with a symbolic batch size; give a graph of one size`,
        )
      twins.set(node, other)
      if (node.attributes.body) pair(node.attributes.body as Graph, other.attributes.body as Graph)
    })
  }
  pair(first, second)
  return twins
}

/** One length from its values at the two sizes. */
function dimensionOf(a: number, b: number, where: string): Dimension {
  if (a === b) return a
  const times = a / twinSizes[0]
  if (!Number.isInteger(times) || times !== b / twinSizes[1])
    throw new UnsupportedError(
      `${where} is ${a} at batch size ${twinSizes[0]} and ${b} at ${twinSizes[1]}, which is no multiple of the batch size; give a graph of one size`,
    )
  return { times }
}

/** A list of lengths from its values at the two sizes. */
export function dimensionsOf(a: readonly number[], b: readonly number[], where: string): Dimension[] {
  if (a.length !== b.length)
    throw new UnsupportedError(
      `${where} has ${a.length} entries at batch size ${twinSizes[0]} and ${b.length} at ${twinSizes[1]}; give a graph of one size`,
    )
  return a.map((length, axis) => dimensionOf(length, b[axis]!, where))
}

/** The shape of a value; all numbers when there is no twin. */
export function shapeOf(value: Value, twins: Twins | undefined): Dimension[] {
  const twin = twins?.get(value.node)?.outputs[value.index]
  return twin ? dimensionsOf(value.shape, twin.shape, `the shape of a ${value.node.op}`) : [...value.shape]
}
