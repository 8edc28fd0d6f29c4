// Import rules of operators that make constants, most of them arithmetic on shapes.
import { constant, type NumericArray, scalar, type Value } from '../../graph/value.ts'
import { DataError } from '../../util/errors.ts'
import { sizeOf } from '../../util/shape.ts'
import { readTensor } from '../tensor-proto.ts'
import { type Call, float, floats, int, ints, numbersOf, operand, type Rule, refuse, tensor } from './call.ts'

function constantOf(call: Call): Value {
  const proto = tensor(call, 'value')
  if (proto) {
    const { data, shape, dtype } = readTensor(proto, 'attribute "value"')
    return constant(data, shape, dtype)
  }
  const has = (name: string): boolean => call.attributes.has(name)
  if (has('value_float')) return scalar(float(call, 'value_float', 0))
  if (has('value_int')) return scalar(int(call, 'value_int', 0), 'int64')
  const list = (numbers: readonly number[], dtype: Value['dtype']): Value =>
    constant(numbers, [numbers.length], dtype)
  if (has('value_floats')) return list(floats(call, 'value_floats')!, 'float32')
  if (has('value_ints')) return list(ints(call, 'value_ints')!, 'int64')
  const kind = [...call.attributes.keys()][0]
  if (kind === undefined) throw new DataError('a constant without a value; the file is damaged')
  return refuse(`a constant given as "${kind}"`)
}

/** Lengths beyond this are a damaged file rather than a tensor. */
const mostElements = 2 ** 28

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
    const shape = numbersOf(operand(call, 0), 'the shape')
    const size = sizeOf(shape)
    if (!(size <= mostElements)) throw new DataError(`a constant of ${size} numbers is too large`)
    const proto = tensor(call, 'value')
    const { data, dtype } = proto
      ? readTensor(proto, 'attribute "value"')
      : { data: [0] as readonly number[] | NumericArray, dtype: 'float32' as const }
    return constant(new Float64Array(size).fill(data[0]!), shape, dtype)
  },
  Range: (call) => {
    const [start, limit, delta] = [0, 1, 2].map((i) => numbersOf(operand(call, i), `input ${i}`)[0]!)
    const size = Math.max(Math.ceil((limit! - start!) / delta!), 0)
    if (!(size <= mostElements)) throw new DataError(`a range of ${size} numbers is too large`)
    return constant(
      Float64Array.from({ length: size }, (_, i) => start! + i * delta!),
      [size],
      operand(call, 0).dtype,
    )
  },
}
