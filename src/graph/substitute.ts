// A graph with other values in the place of its inputs: calling an imported graph inside another.
import { ShapeError } from '../util/errors.ts'
import { formatShape, sameShape } from '../util/shape.ts'
import { applyAll } from './ops.ts'
import { type Graph, inputName, sortNodes, type Value } from './value.ts'

/**
 * The outputs of a graph on given values. Nodes that depend on no replaced input are shared, not copied.
 *
 * @param values  by the names of inputs; inputs that are not named stay
 * @throws ShapeError when a value has another shape or type than the input it takes the place of
 */
export function substitute(graph: Graph, values: Readonly<Record<string, Value>>): Record<string, Value> {
  const replaced = new Map<Value, Value>()
  for (const port of graph.inputs) {
    const name = inputName(port)!
    const value = values[name]
    if (!value) continue
    if (value.dtype !== port.dtype || !sameShape(value.shape, port.shape))
      throw new ShapeError(
        `input "${name}" is ${port.dtype} ${formatShape(port.shape)}, got ${value.dtype} ${formatShape(value.shape)}`,
      )
    replaced.set(port, value)
  }
  const now = (value: Value): Value => replaced.get(value) ?? value
  for (const node of sortNodes(Object.values(graph.outputs))) {
    if (!node.inputs.some((value) => replaced.has(value))) continue
    const outputs = applyAll(node.op, node.inputs.map(now), node.attributes, node.label)
    node.outputs.forEach((value, i) => void replaced.set(value, outputs[i]!))
  }
  return Object.fromEntries(Object.entries(graph.outputs).map(([name, value]) => [name, now(value)]))
}
