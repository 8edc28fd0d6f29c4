// Rewriting graphs: rebuild in topological order, letting a rule replace values on the way.
import { applyAll } from '../graph/ops.ts'
import { type Graph, type Node, sortNodes, type Value } from '../graph/value.ts'

/**
 * What a rule sees of one node: its inputs are already rewritten.
 * It returns the new outputs, or undefined to keep the node as it is.
 */
export type RewriteRule = (node: Node, inputs: readonly Value[]) => readonly Value[] | undefined

/** Applies a rule to every node of a graph. */
export function rewrite(graph: Graph, rule: RewriteRule): Graph {
  const replaced = new Map<Value, Value>()
  const now = (value: Value): Value => replaced.get(value) ?? value
  for (const node of sortNodes(Object.values(graph.outputs))) {
    const inputs = node.inputs.map(now)
    const changed = inputs.some((value, i) => value !== node.inputs[i])
    const outputs =
      rule(node, inputs) ?? (changed ? applyAll(node.op, inputs, node.attributes, node.label) : undefined)
    if (outputs)
      node.outputs.forEach((value, i) => {
        if (outputs[i] !== value) replaced.set(value, outputs[i]!)
      })
  }
  return {
    inputs: graph.inputs,
    outputs: Object.fromEntries(Object.entries(graph.outputs).map(([name, value]) => [name, now(value)])),
  }
}

/** How often each value is read, by nodes or as an output of the graph. */
export function countUses(graph: Graph): Map<Value, number> {
  const uses = new Map<Value, number>()
  const count = (value: Value): void => {
    uses.set(value, (uses.get(value) ?? 0) + 1)
  }
  for (const node of sortNodes(Object.values(graph.outputs))) node.inputs.forEach(count)
  Object.values(graph.outputs).forEach(count)
  return uses
}
