// How much a graph computes and moves, as it stands.
import { sizeOf } from '../util/shape.ts'
import { bytesOf, type Graph, type Node, sortNodes, type Value } from './value.ts'

export interface Work {
  /** Multiplications in matrix products and convolutions, each with its addition. */
  readonly multiplications: number
  /** Bytes that all other operators read and write, if each reads its inputs and writes its outputs once. */
  readonly bytes: number
  /** How many operators compute or move anything. */
  readonly operators: number
}

const total = (values: readonly Value[]): number => values.reduce((sum, value) => sum + bytesOf(value), 0)

/** Length of the axis that a product sums over. */
const summed = ({ inputs: [a], attributes }: Node): number =>
  a!.shape.at(attributes.transA === 1 ? -2 : -1) ?? 1
/** At how many places a kernel lies, by the side of it that has the filters as channels. */
const places = ({ shape }: Value): number => sizeOf(shape) / shape[1]!

/** Multiplications of one operator, for those whose work they are. */
const MULTIPLICATIONS: Readonly<Record<string, (node: Node) => number>> = {
  MatMul: (node) => sizeOf(node.outputs[0]!.shape) * summed(node),
  FusedMatMul: (node) => sizeOf(node.outputs[0]!.shape) * summed(node),
  Gemm: (node) => sizeOf(node.outputs[0]!.shape) * summed(node),
  Conv: ({ inputs: [, kernel], outputs: [y] }) => places(y!) * sizeOf(kernel!.shape),
  ConvInputGradient: ({ inputs: [dy, kernel] }) => places(dy!) * sizeOf(kernel!.shape),
  ConvFilterGradient: ({ inputs: [, dy], outputs: [kernel] }) => places(dy!) * sizeOf(kernel!.shape),
  ConvTranspose: ({ inputs: [x, kernel] }) => places(x!) * sizeOf(kernel!.shape),
}
/** What is there already, or takes another name only. */
const NOTHING = new Set(['Input', 'Constant', 'Reshape', 'StraightThrough'])

/** Counts a graph; of a loop its body as often as it runs. */
export function workOf(graph: Graph): Work {
  let [multiplications, bytes, operators] = [0, 0, 0]
  for (const node of sortNodes(Object.values(graph.outputs))) {
    const { op, attributes, inputs, outputs } = node
    if (NOTHING.has(op)) continue
    const { body, times } = attributes as { readonly body?: Graph; readonly times?: number }
    if (body) {
      const each = workOf(body)
      multiplications += each.multiplications * (times ?? 1)
      bytes += each.bytes * (times ?? 1)
      operators += each.operators * (times ?? 1)
      continue
    }
    operators++
    if (MULTIPLICATIONS[op]) multiplications += MULTIPLICATIONS[op](node)
    else bytes += total(inputs) + total(outputs)
  }
  return { multiplications, bytes, operators }
}
