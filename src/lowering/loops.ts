// Loops: their bodies are lowered like any graph, and what is the same in every pass is computed once before them.
import { applyAll } from '../graph/ops.ts'
import { closeBody } from '../graph/repeat.ts'
import { type Graph, type Node, sortNodes, type Value } from '../graph/value.ts'
import { rewrite } from './rewrite.ts'

/** What a body makes of values in the place of its inputs, and what of that depends on some of them. */
function opened(
  body: Graph,
  given: ReadonlyMap<Value, Value>,
  some: readonly Value[] = [],
): { readonly next: readonly Value[]; readonly depends: ReadonlySet<Value> } {
  const now = new Map(given)
  const depends = new Set(some)
  const next = Object.values(body.outputs)
  for (const node of sortNodes(next)) {
    const inputs = node.inputs.map((value) => now.get(value) ?? value)
    if (inputs.every((value, i) => value === node.inputs[i])) {
      if (inputs.some((value) => depends.has(value))) for (const value of node.outputs) depends.add(value)
      continue
    }
    const outputs = applyAll(node.op, inputs, node.attributes, node.label)
    const dependent = inputs.some((value) => depends.has(value))
    node.outputs.forEach((value, i) => {
      now.set(value, outputs[i]!)
      if (dependent) depends.add(outputs[i]!)
    })
  }
  return { next: next.map((value) => now.get(value) ?? value), depends }
}

/** Values by the inputs of a body that they take the place of. */
const filling = (ports: readonly Value[], values: readonly Value[]): Map<Value, Value> =>
  new Map(ports.map((port, i) => [port, values[i]!]))

/** A loop with its body lowered, less what does not change from pass to pass. */
function lowered(node: Node, inputs: readonly Value[], lowerBody: (body: Graph) => Graph): readonly Value[] {
  const count = node.attributes.carried as number
  if (node.attributes.times === 1) {
    const body = node.attributes.body as Graph
    return opened(body, filling(body.inputs, inputs)).next
  }
  const body = lowerBody(node.attributes.body as Graph)
  const carried = body.inputs.slice(0, count)
  const { next, depends } = opened(body, filling(body.inputs.slice(count), inputs.slice(count)), carried)
  const closed = closeBody(carried, next, (value) => !depends.has(value))
  return applyAll(
    'Repeat',
    [...inputs.slice(0, count), ...closed.captured],
    { ...node.attributes, body: closed.body },
    node.label,
  )
}

/** Lowers the bodies of all loops of a graph; a loop of one pass is written out. */
export const lowerLoops = (graph: Graph, lowerBody: (body: Graph) => Graph): Graph =>
  rewrite(graph, (node, inputs) => (node.op === 'Repeat' ? lowered(node, inputs, lowerBody) : undefined))
