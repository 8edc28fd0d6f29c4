// Common subexpressions: two nodes that compute the same thing become one.
import { applyAll } from '../graph/ops.ts'
import type { Attribute, Graph, NumericArray, Value } from '../graph/value.ts'
import { rewrite } from './rewrite.ts'

const isArray = (attribute: Attribute): attribute is NumericArray => ArrayBuffer.isView(attribute)

/** Numbers of a constant up to which it is compared: filters are, tables are not. */
const MOST_NUMBERS = 4096

/** A text that is equal for equal attributes; undefined when they are too large or not comparable. */
function keyOf(attributes: Readonly<Record<string, Attribute>>): string | undefined {
  const parts: string[] = []
  for (const [name, attribute] of Object.entries(attributes)) {
    if (attribute === undefined) continue
    if (isArray(attribute)) {
      if (attribute.length > MOST_NUMBERS) return undefined
      // String(-0) is '0', but the reciprocals differ.
      parts.push(`${name}=${Array.from(attribute, (n) => (Object.is(n, -0) ? '-0' : n)).join(',')}`)
    } else if (typeof attribute === 'object' && 'outputs' in attribute) return undefined
    else parts.push(`${name}=${String(attribute)}`)
  }
  return parts.sort().join(';')
}

/** Merges equal nodes. Random numbers are inputs, so every node is a pure function of its inputs. */
export function shareCommon(graph: Graph): Graph {
  const seen = new Map<string, readonly Value[]>()
  return rewrite(graph, (node, inputs) => {
    if (node.op === 'Input') return undefined
    const attributes = keyOf(node.attributes)
    if (attributes === undefined) return undefined
    const output = node.outputs[0]!
    const key = `${node.op}|${inputs.map(({ id }) => id).join(',')}|${attributes}|${output.dtype}|${output.shape.join(',')}`
    const before = seen.get(key)
    if (before) return before
    const same = inputs.every((value, i) => value === node.inputs[i])
    const outputs = same ? node.outputs : applyAll(node.op, inputs, node.attributes, node.label)
    seen.set(key, outputs)
    return outputs
  })
}
