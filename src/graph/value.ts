// The intermediate representation: values, the nodes that compute them, and graphs of both.
import { ShapeError } from '../util/errors.ts'
import { type Shape, sizeOf } from '../util/shape.ts'

/** Element types. Real numbers are `float32` at run time; the interpreter computes every type in float64. */
export type DType = 'float32' | 'float64' | 'int64' | 'int32' | 'uint8' | 'bool'

/** Storage of a constant; int64 and bool constants hold their numbers in any of these. */
export type NumericArray = Float32Array | Float64Array | Int32Array | Uint8Array

/** An array with its shape. */
export interface Tensor {
  readonly shape: Shape
  readonly data: NumericArray
}

export type Attribute = number | string | readonly number[] | NumericArray | Graph | undefined
export type Attributes = Readonly<Record<string, Attribute>>

/** What a value is, without where it comes from. */
export interface Signature {
  readonly dtype: DType
  readonly shape: Shape
}

/** One tensor in a graph: output number `index` of `node`. Values are immutable and compared by identity. */
export interface Value extends Signature {
  readonly id: number
  readonly node: Node
  readonly index: number
}

const BYTES: Readonly<Record<DType, number>> = {
  float32: 4,
  float64: 8,
  int64: 8,
  int32: 4,
  uint8: 1,
  bool: 1,
}
/** Bytes of an array at run time. */
export const bytesOf = ({ dtype, shape }: Signature): number => BYTES[dtype] * sizeOf(shape)

/** One application of an operator. `op` is the ONNX operator's name. */
export interface Node {
  readonly op: string
  readonly inputs: readonly Value[]
  readonly attributes: Attributes
  readonly outputs: readonly Value[]
  /** Where the node comes from, for messages; e.g. the name it has in an imported file. */
  readonly label: string | undefined
}

/** A closed piece of computation: from named inputs to named outputs. */
export interface Graph {
  readonly inputs: readonly Value[]
  readonly outputs: Readonly<Record<string, Value>>
}

let nextId = 0

/** Makes a node and its outputs. Use `apply` of ops.ts, which infers the signatures. */
export function makeNode(
  op: string,
  inputs: readonly Value[],
  attributes: Attributes,
  signatures: readonly Signature[],
  label?: string,
): Node {
  const outputs: Value[] = []
  const node: Node = { op, inputs, attributes, outputs, label }
  signatures.forEach(({ dtype, shape }, index) => {
    outputs.push({ id: nextId++, dtype, shape, node, index })
  })
  return node
}

/** A value that is given from outside when the graph runs. */
export const input = (name: string, shape: Shape, dtype: DType = 'float32'): Value =>
  makeNode('Input', [], { name }, [{ dtype, shape }]).outputs[0]!

/** A value known when the graph is made. */
export function constant(
  data: NumericArray | readonly number[],
  shape: Shape,
  dtype: DType = 'float32',
): Value {
  const numbers = Array.isArray(data) ? Float64Array.from(data) : (data as NumericArray)
  const size = shape.reduce((product, length) => product * length, 1)
  if (numbers.length !== size)
    throw new ShapeError(
      `constant of shape [${shape.join(', ')}] needs ${size} numbers, got ${numbers.length}`,
    )
  return makeNode('Constant', [], { data: numbers }, [{ dtype, shape }]).outputs[0]!
}

/** A constant scalar. */
export const scalar = (number: number, dtype: DType = 'float32'): Value => constant([number], [], dtype)

/** The name of a value made by `input`, or undefined. */
export const inputName = (value: Value): string | undefined =>
  value.node.op === 'Input' ? (value.node.attributes.name as string) : undefined

/** The numbers of a constant value, or undefined. */
export const constantData = (value: Value): NumericArray | undefined =>
  value.node.op === 'Constant' ? (value.node.attributes.data as NumericArray) : undefined

/** Every node that the given values depend on, each after the nodes it reads. */
export function sortNodes(values: Iterable<Value>): Node[] {
  const order: Node[] = []
  const state = new Set<Node>()
  const stack: { node: Node; next: number }[] = []
  for (const value of values) {
    if (state.has(value.node)) continue
    state.add(value.node)
    stack.push({ node: value.node, next: 0 })
    while (stack.length > 0) {
      const top = stack[stack.length - 1]!
      const operand = top.node.inputs[top.next++]
      if (operand === undefined) {
        order.push(top.node)
        stack.pop()
      } else if (!state.has(operand.node)) {
        state.add(operand.node)
        stack.push({ node: operand.node, next: 0 })
      }
    }
  }
  return order
}
