// Which values of a graph are the same in every run, because no input reaches them.
import { type Graph, sortNodes, type Value } from '../graph/value.ts'

/** All values that are computed from constants alone, which ONNX Runtime computes once, when a model is opened. */
export function fixedValues(graph: Graph): ReadonlySet<Value> {
  const fixed = new Set<Value>()
  for (const { op, inputs, outputs } of sortNodes(Object.values(graph.outputs)))
    if (op !== 'Input' && inputs.every((value) => fixed.has(value)))
      for (const value of outputs) fixed.add(value)
  return fixed
}
