// Values that hold one known number everywhere.
import { constantData, type Value } from '../graph/value.ts'

/** The number a value holds everywhere, if it is known. */
export function uniformNumber(value: Value): number | undefined {
  if (value.node.op === 'Expand' || value.node.op === 'Reshape') return uniformNumber(value.node.inputs[0]!)
  const data = constantData(value)
  if (!data || data.length === 0) return undefined
  const first = data[0]!
  return data.every((number) => number === first) ? first : undefined
}
