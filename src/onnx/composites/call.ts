// What an import rule is given: the inputs and attributes of one node of a file.
import { type Float64Tensor, interpret } from '../../graph/interpreter.ts'
import { constant, constantData, type Value } from '../../graph/value.ts'
import { DataError, UnsupportedError } from '../../util/errors.ts'
import { sizeOf } from '../../util/shape.ts'
import type { Budget } from '../budget.ts'
import { LIMITS } from '../limits.ts'
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
  /** What reading the whole model may still take. */
  readonly budget: Budget
}

/** Turns a node into values: its outputs in order. Outputs that are missing or undefined cannot be read by other nodes. */
export type Rule = (call: Call) => Value | readonly (Value | undefined)[]

/** A required input. */
export function operand({ inputs }: Call, index: number): Value {
  const value = inputs[index]
  if (!value) throw new DataError(`input ${index} is missing; the file is damaged`)
  return value
}

/** All inputs, of which there is at least one, and none may be left out. */
export const operands = (call: Call): [Value, ...Value[]] => [
  operand(call, 0),
  ...call.inputs.slice(1).map((_, index) => operand(call, index + 1)),
]

function attribute(call: Call, name: string, ...types: number[]): AttributeProto | undefined {
  const found = call.attributes.get(name)
  // Very old files leave the type out.
  if (found?.type !== undefined && found.type !== 0 && !types.includes(found.type))
    throw new DataError(`attribute "${name}" has type ${found.type}, expected ${types.join(' or ')}`)
  return found
}

/** An integer attribute. */
export function int(call: Call, name: string, fallback: number): number {
  const value = attribute(call, name, attributeTypes.int)?.i ?? fallback
  if (!Number.isSafeInteger(value) && !Number.isNaN(value))
    throw new DataError(`attribute "${name}" is ${value}, beyond what a number can hold; the file is damaged`)
  return value
}

/** An integer attribute that has no default. */
export function requiredInt(call: Call, name: string): number {
  const value = int(call, name, Number.NaN)
  if (Number.isNaN(value)) throw new DataError(`attribute "${name}" is missing; the file is damaged`)
  return value
}
export const float = (call: Call, name: string, fallback: number): number =>
  attribute(call, name, attributeTypes.float)?.f ?? fallback
export const ints = (call: Call, name: string): readonly number[] | undefined =>
  attribute(call, name, attributeTypes.ints)?.ints

/** A list of integers, one for each axis or so; `fallback` where there is none. Each at least `least`. */
export function intsEach(
  call: Call,
  name: string,
  fallback: readonly number[],
  least: number,
): readonly number[] {
  const list = ints(call, name) ?? fallback
  if (list.length !== fallback.length)
    throw new DataError(
      `attribute "${name}" has ${list.length} numbers, expected ${fallback.length}; the file is damaged`,
    )
  const wrong = list.find((n) => !Number.isSafeInteger(n) || n < least)
  if (wrong !== undefined)
    throw new DataError(`attribute "${name}" holds ${wrong}, expected ${least} or more; the file is damaged`)
  return list
}
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

/** Computes a value now when it depends on constants only, and is not so large that it is better left to the runtime. */
export function fold({ budget }: Call, value: Value): Value {
  const cost = budget.costOf(value)
  if (value.node.op === 'Constant' || cost === Number.POSITIVE_INFINITY) return value
  const size = sizeOf(value.shape)
  if (size > LIMITS.folded || !budget.takeWork(cost, size)) return value
  const { data } = computed(value)
  return constant(value.dtype === 'float32' ? new Float32Array(data) : data, value.shape, value.dtype)
}

function computed(value: Value): Float64Tensor {
  try {
    return interpret({ value }).value!
  } catch (error) {
    // Kernels say so of an index that points nowhere.
    if (error instanceof RangeError) throw new DataError(`${error.message}; the file is damaged`)
    throw error
  }
}

/** The numbers of a value that must be known at import. */
export function numbersOf(call: Call, value: Value, what: string): number[] {
  const size = sizeOf(value.shape)
  if (!(size <= LIMITS.list))
    throw new DataError(`${what} has ${size} numbers, the limit is ${LIMITS.list}; the file is damaged`)
  const data = constantData(fold(call, value))
  if (data) return Array.from(data)
  if (call.budget.costOf(value) === Number.POSITIVE_INFINITY)
    throw new UnsupportedError(
      `${what} is computed while the model runs, and this library needs to know it before; export the model with fixed shapes`,
    )
  throw new DataError(
    `${what} takes more operations to compute than reading a file of this size may (limits: ${LIMITS.work} for one constant, ${LIMITS.totalWork} and two for each byte of the file for all); simplify the model when it is exported`,
  )
}

/** The number of an input that must be known at import and be a single one. */
export function numberOf(call: Call, index: number, what: string): number {
  const numbers = numbersOf(call, operand(call, index), what)
  if (numbers.length !== 1)
    throw new DataError(`${what} must be one number, got ${numbers.length}; the file is damaged`)
  return numbers[0]!
}

/** Whole numbers that older operator sets keep in an attribute and newer ones in an input. */
export function intsOrInput(call: Call, name: string, index: number): readonly number[] | undefined {
  const value = call.inputs[index]
  if (!value) return ints(call, name)
  const numbers = numbersOf(call, value, `"${name}"`)
  const broken = numbers.find((n) => !Number.isInteger(n))
  if (broken !== undefined)
    throw new DataError(`"${name}" holds ${broken}, expected whole numbers; the file is damaged`)
  return numbers
}

/** Restores the order of axes counted from the back, and checks them. */
export const axesOf = (axes: readonly number[], rank: number): number[] =>
  axes.map((axis) => {
    const result = axis < 0 ? axis + rank : axis
    if (!Number.isInteger(result) || result < 0 || result >= rank)
      throw new DataError(`axis ${axis} is outside a tensor of rank ${rank}; the file is damaged`)
    return result
  })
