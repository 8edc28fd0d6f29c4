// What an import rule is given: the inputs and attributes of one node of a file.
import { interpret } from '../../graph/interpreter.ts'
import { constant, constantData, type Node, type Value } from '../../graph/value.ts'
import { DataError, UnsupportedError } from '../../util/errors.ts'
import { sizeOf } from '../../util/shape.ts'
import { type AttributeProto, attributeTypes, type TensorProto } from '../proto.ts'

/** One node of a file, with its inputs as values. */
export interface Call {
  readonly op: string
  /** The node's name in the file, or that of its first output. */
  readonly label: string
  /** Version of the operator set that the node belongs to. */
  readonly opset: number
  /** Undefined where an optional input is left out. */
  readonly inputs: readonly (Value | undefined)[]
  /** How many outputs the node names. */
  readonly outputCount: number
  readonly attributes: ReadonlyMap<string, AttributeProto>
}

/** Turns a node into values: its outputs in order. Outputs that are missing cannot be read by other nodes. */
export type Rule = (call: Call) => Value | readonly Value[]

/** A required input. */
export function operand({ inputs }: Call, index: number): Value {
  const value = inputs[index]
  if (!value) throw new DataError(`input ${index} is missing; the file is damaged`)
  return value
}

/** All inputs, none of which may be left out. */
export const operands = (call: Call): Value[] => call.inputs.map((_, index) => operand(call, index))

function attribute(call: Call, name: string, ...types: number[]): AttributeProto | undefined {
  const found = call.attributes.get(name)
  // Very old files leave the type out.
  if (found?.type !== undefined && found.type !== 0 && !types.includes(found.type))
    throw new DataError(`attribute "${name}" has type ${found.type}, expected ${types.join(' or ')}`)
  return found
}

/** An integer attribute. */
export const int = (call: Call, name: string, fallback: number): number =>
  attribute(call, name, attributeTypes.int)?.i ?? fallback

/** An integer attribute that has no default. */
export function requiredInt(call: Call, name: string): number {
  const value = attribute(call, name, attributeTypes.int)?.i
  if (value === undefined) throw new DataError(`attribute "${name}" is missing; the file is damaged`)
  return value
}
export const float = (call: Call, name: string, fallback: number): number =>
  attribute(call, name, attributeTypes.float)?.f ?? fallback
export const ints = (call: Call, name: string): readonly number[] | undefined =>
  attribute(call, name, attributeTypes.ints)?.ints
export const floats = (call: Call, name: string): readonly number[] | undefined =>
  attribute(call, name, attributeTypes.floats)?.floats
export const tensor = (call: Call, name: string): TensorProto | undefined =>
  attribute(call, name, attributeTypes.tensor)?.t

/** A text attribute. */
export function text(call: Call, name: string, fallback: string): string {
  const bytes = attribute(call, name, attributeTypes.string)?.s
  return bytes === undefined ? fallback : new TextDecoder().decode(bytes)
}

/** Stops at a setting that is not supported. */
export function refuse(what: string, remedy = 'export the model without it'): never {
  throw new UnsupportedError(`${what} is not supported; ${remedy}`)
}

const readsInput = new WeakMap<Node, boolean>()

/** Whether a value depends on anything that is fed when the graph runs. */
function dependsOnInput({ node }: Value): boolean {
  const known = readsInput.get(node)
  if (known !== undefined) return known
  const result = node.op === 'Input' || node.inputs.some(dependsOnInput)
  readsInput.set(node, result)
  return result
}

/** Larger constants are left to the runtime. */
const mostFolded = 2 ** 22

/** Computes a value now when it depends on constants only. */
export function fold(value: Value): Value {
  if (value.node.op === 'Constant' || dependsOnInput(value) || sizeOf(value.shape) > mostFolded) return value
  const { data } = interpret({ value }).value!
  return constant(value.dtype === 'float32' ? Float32Array.from(data) : data, value.shape, value.dtype)
}

/** The numbers of a value that must be known at import. */
export function numbersOf(value: Value, what: string): number[] {
  const data = constantData(fold(value))
  if (!data)
    throw new UnsupportedError(
      `${what} is computed while the model runs, and this library needs to know it before; export the model with fixed shapes`,
    )
  return Array.from(data)
}

/** Numbers that older operator sets keep in an attribute and newer ones in an input. */
export function intsOrInput(call: Call, name: string, index: number): readonly number[] | undefined {
  const value = call.inputs[index]
  return value ? numbersOf(value, `"${name}"`) : ints(call, name)
}

/** Restores the order of axes counted from the back, and checks them. */
export const axesOf = (axes: readonly number[], rank: number): number[] =>
  axes.map((axis) => {
    const result = axis < 0 ? axis + rank : axis
    if (result < 0 || result >= rank)
      throw new DataError(`axis ${axis} is outside a tensor of rank ${rank}; the file is damaged`)
    return result
  })
