// Import rules of operators that make constants, most of them arithmetic on shapes.
import { constant, makeNode, type NumericArray, scalar, type Value } from '../../graph/value.ts'
import { DataError } from '../../util/errors.ts'
import { sizeOf } from '../../util/shape.ts'
import { checkShape } from '../budget.ts'
import { readTensor, storedType } from '../tensor-proto.ts'
import {
  type Call,
  float,
  floats,
  int,
  ints,
  numberOf,
  numbersOf,
  operand,
  type Rule,
  refuse,
  tensor,
} from './call.ts'

function constantOf(call: Call): Value {
  const proto = tensor(call, 'value')
  if (proto) {
    // A function may be called many times, and every call makes its constants.
    call.budget.addNumbers(sizeOf(proto.dims), 'a constant')
    const { data, shape, dtype } = readTensor(proto, 'attribute "value"')
    return makeNode('Constant', [], { data, ...storedType(proto) }, [{ dtype, shape }]).outputs[0]!
  }
  const has = (name: string): boolean => call.attributes.has(name)
  if (has('value_float')) return scalar(float(call, 'value_float', 0))
  if (has('value_int')) return scalar(int(call, 'value_int', 0), 'int64')
  const list = (numbers: readonly number[], dtype: Value['dtype']): Value => {
    call.budget.addNumbers(numbers.length, 'a constant')
    return constant(numbers, [numbers.length], dtype)
  }
  if (has('value_floats')) return list(floats(call, 'value_floats')!, 'float32')
  if (has('value_ints')) return list(ints(call, 'value_ints')!, 'int64')
  const kind = [...call.attributes.keys()][0]
  if (kind === undefined) throw new DataError('a constant without a value; the file is damaged')
  return refuse(`a constant given as "${kind}"`)
}

export const CONSTANTS: Readonly<Record<string, Rule>> = {
  Constant: constantOf,
  Shape: (call) => {
    const shape = operand(call, 0).shape
    const end = call.attributes.has('end') ? int(call, 'end', 0) : shape.length
    const part = shape.slice(int(call, 'start', 0), end)
    return constant(part, [part.length], 'int64')
  },
  Size: (call) => scalar(sizeOf(operand(call, 0).shape), 'int64'),
  ConstantOfShape: (call) => {
    const shape = numbersOf(call, operand(call, 0), 'the shape')
    checkShape(shape, 'the constant')
    const proto = tensor(call, 'value')
    const { data, dtype } = proto
      ? readTensor(proto, 'attribute "value"')
      : { data: [0] as readonly number[] | NumericArray, dtype: 'float32' as const }
    if (data.length !== 1)
      throw new DataError(`attribute "value" must hold one number, got ${data.length}; the file is damaged`)
    const size = sizeOf(shape)
    call.budget.addNumbers(size, 'a constant')
    return constant(new Float64Array(size).fill(data[0]!), shape, dtype)
  },
  Range: (call) => {
    const [start, limit, delta] = [0, 1, 2].map((i) => numberOf(call, i, `input ${i}`)) as [
      number,
      number,
      number,
    ]
    const size = Math.max(Math.ceil((limit - start) / delta), 0)
    if (Number.isNaN(size))
      throw new DataError(`a range from ${start} to ${limit} by ${delta} has no length; the file is damaged`)
    call.budget.addNumbers(size, 'a range')
    const numbers = new Float64Array(size)
    for (let i = 0; i < size; i++) numbers[i] = start + i * delta
    return constant(numbers, [size], operand(call, 0).dtype)
  },
}
