// The nodes of a file that some of its values depend on.
import type { GraphProto, NodeProto } from './proto.ts'

const graphsOf = ({ attribute = [] }: NodeProto): GraphProto[] =>
  attribute.flatMap(({ g, graphs = [] }) => (g ? [g, ...graphs] : [...graphs]))

/** Names that a node reads, those that its branches may take from around them included. */
function namesRead(node: NodeProto): string[] {
  const found = [...node.input]
  const waiting = graphsOf(node)
  for (let graph = waiting.pop(); graph; graph = waiting.pop()) {
    for (const inner of graph.node) {
      found.push(...inner.input)
      waiting.push(...graphsOf(inner))
    }
    for (const { name } of graph.output) if (name) found.push(name)
  }
  return found
}

/** The nodes that compute `outputs`, and what those need, in their order. Nodes stand behind what they read. */
export function nodesFor(outputs: readonly string[], nodes: readonly NodeProto[]): NodeProto[] {
  const wanted = new Set(outputs)
  const kept: NodeProto[] = []
  for (const node of [...nodes].reverse()) {
    if (!node.output.some((name) => name !== '' && wanted.has(name))) continue
    kept.push(node)
    for (const name of namesRead(node)) wanted.add(name)
  }
  return kept.reverse()
}
