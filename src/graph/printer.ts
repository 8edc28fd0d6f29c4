// Writes a graph as text, one line a node.
import { formatShape } from '../util/shape.ts'
import {
  type Attribute,
  constantData,
  type Graph,
  inputName,
  type Node,
  sortNodes,
  type Value,
} from './value.ts'

/** Longer lists of numbers are cut to this many. */
const SHOWN = 8

function formatNumbers(numbers: ArrayLike<number>): string {
  const shown = Array.from({ length: Math.min(numbers.length, SHOWN) }, (_, i) =>
    String(Number(numbers[i]!.toPrecision(6))),
  )
  return `[${shown.join(', ')}${numbers.length > SHOWN ? `, ... ${numbers.length} numbers` : ''}]`
}

const isGraph = (attribute: Attribute): attribute is Graph =>
  typeof attribute === 'object' && 'outputs' in attribute

function formatAttribute(name: string, value: Attribute, indent: string): string {
  if (isGraph(value)) return `${name}: {\n${lines(value, `${indent}  `).join('\n')}\n${indent}}`
  if (typeof value === 'object') return `${name}: ${formatNumbers(value)}`
  return `${name}: ${typeof value === 'string' ? `'${value}'` : value}`
}

/** The part of a line behind the equals sign. */
function formatNode(node: Node, nameOf: (value: Value) => string, indent: string): string {
  const first = node.outputs[0]!
  if (node.op === 'Input') return 'Input'
  if (node.op === 'Constant') return `Constant ${formatNumbers(constantData(first)!)}`
  const given = Object.entries(node.attributes).filter(([, value]) => value !== undefined)
  const attributes = given.map(([name, value]) => formatAttribute(name, value, indent)).join(', ')
  const call = `${node.op}(${node.inputs.map(nameOf).join(', ')})`
  return [call, attributes && `{${attributes}}`, node.label && `// ${node.label}`].filter(Boolean).join(' ')
}

function lines(graph: Graph, indent: string): string[] {
  const names = new Map<Value, string>()
  const wanted = Object.entries(graph.outputs)
  const nodes = sortNodes([...graph.inputs, ...wanted.map(([, value]) => value)])
  const isScalar = ({ op, outputs }: Node): boolean => op === 'Constant' && outputs[0]!.shape.length === 0
  let count = 0
  for (const node of nodes)
    for (const value of node.outputs) {
      const scalar = isScalar(node) ? String(Number(constantData(value)![0]!.toPrecision(6))) : undefined
      const name = inputName(value)
      names.set(value, scalar ?? `%${name ?? count++}`)
    }
  const nameOf = (value: Value): string => names.get(value)!
  const described = (value: Value): string => `${nameOf(value)} ${value.dtype}${formatShape(value.shape)}`
  return [
    ...nodes
      .filter((node) => !isScalar(node))
      .map(
        (node) => `${indent}${node.outputs.map(described).join(', ')} = ${formatNode(node, nameOf, indent)}`,
      ),
    `${indent}return ${wanted.map(([name, value]) => `${name}: ${nameOf(value)}`).join(', ')}`,
  ]
}

/**
 * A graph as text for people: a line for every node, each after the nodes it reads, then the outputs.
 *
 *     %x float32[2, 3] = Input
 *     %0 float32[2, 3] = Mul(%x, 0.5)
 *     %1 float32[2] = ReduceSum(%0) {axes: [1], keepdims: 0}
 *     return y: %1
 *
 * Scalar constants stand where they are used; long constants are cut.
 */
export const printGraph = (graph: Graph): string => lines(graph, '').join('\n')
