// Loops of a graph written out, pass after pass, to measure what a loop in the graph costs or saves.
import { applyAll } from '../../dist/graph/ops.js'
import { sortNodes } from '../../dist/graph/value.js'
import { rewrite } from '../../dist/lowering/rewrite.js'

/** The outputs of a body on these values. */
function passOf(body, given) {
  const now = new Map(body.inputs.map((value, i) => [value, given[i]]))
  const next = Object.values(body.outputs)
  for (const node of sortNodes(next)) {
    if (node.op === 'Input') continue
    const inputs = node.inputs.map((value) => now.get(value) ?? value)
    const outputs =
      node.op === 'Constant' ? node.outputs : applyAll(node.op, inputs, node.attributes, node.label)
    for (const [i, value] of node.outputs.entries()) now.set(value, outputs[i])
  }
  return next.map((value) => now.get(value) ?? value)
}

/** The same graph without loops. */
export const unrolled = (graph) =>
  rewrite(graph, (node, inputs) => {
    if (node.op !== 'Repeat') return undefined
    const { body, times, carried } = node.attributes
    let values = inputs.slice(0, carried)
    for (let i = 0; i < times; i++) values = passOf(body, [...values, ...inputs.slice(carried)])
    return values
  })
