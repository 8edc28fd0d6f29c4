// Small vectors that go through the same arithmetic, such as all biases through the optimizer, laid end to end and
// computed at once: for a few hundred numbers the call of an operator costs more than its work.
import { concat, reshape } from '../graph/build.ts'
import { apply, applyAll } from '../graph/ops.ts'
import type { Graph, Value } from '../graph/value.ts'
import { sizeOf } from '../util/shape.ts'
import { findPacks, operand, type Pack, sharedNumber } from './vector-packs.ts'

/** Vectors end to end. Those that come as rows [1, n] are joined as rows, so that all take one Reshape. */
function join(values: readonly Value[]): Value {
  const rowOf = ({ node }: Value): Value | undefined =>
    node.op === 'Reshape' && node.inputs[0]!.shape.length === 2 && node.inputs[0]!.shape[0] === 1
      ? node.inputs[0]!
      : undefined
  const parts: Value[] = []
  for (let i = 0; i < values.length; ) {
    const rows: Value[] = []
    while (i + rows.length < values.length) {
      const row = rowOf(values[i + rows.length]!)
      if (!row) break
      rows.push(row)
    }
    if (rows.length > 1) {
      const row = concat(rows, 1)
      parts.push(reshape(row, [sizeOf(row.shape)]))
      i += rows.length
    } else parts.push(values[i++]!)
  }
  return concat(parts, 0)
}

/**
 * Joins small vectors that go through the same exactly rounded arithmetic, and splits the results where they are read.
 * The numbers are the same to the bit.
 */
export function joinVectors(graph: Graph): Graph {
  const { packOf, order } = findPacks(graph)
  if (packOf.size === 0) return graph

  const replaced = new Map<Value, Value>()
  const joined = new Map<Pack, Value>()
  const joins = new Map<string, Value>()
  const split = (pack: Pack): void => {
    const vectors = pack.members.map(({ outputs }) => outputs[0]!)
    const parts = applyAll('Split', [joined.get(pack)!], {
      axis: 0,
      split: vectors.map(({ shape }) => shape[0]!),
    })
    vectors.forEach((vector, i) => {
      replaced.set(vector, parts[i]!)
    })
  }
  /** What a value is now; a member of a pack is split from its result when it is first read alone. */
  const now = (value: Value): Value => {
    const pack = packOf.get(value.node)
    if (pack && !replaced.has(value)) split(pack)
    return replaced.get(value) ?? value
  }
  const joinedOperand = (pack: Pack, at: number): Value => {
    const values = operand(pack, at)
    const number = sharedNumber(values)
    if (number) return now(number)
    const below = packOf.get(values[0]!.node)
    if (below?.members.length === values.length && values.every(({ node }, i) => node === below.members[i]))
      return joined.get(below)!
    const key = values.map(({ id }) => id).join()
    const known = joins.get(key) ?? join(values.map(now))
    joins.set(key, known)
    return known
  }
  for (const one of order) {
    if ('members' in one) {
      const { op, inputs } = one.members[0]!
      joined.set(
        one,
        apply(
          op,
          inputs.map((_, at) => joinedOperand(one, at)),
        ),
      )
      continue
    }
    const inputs = one.inputs.map(now)
    if (inputs.every((value, i) => value === one.inputs[i])) continue
    const outputs = applyAll(one.op, inputs, one.attributes, one.label)
    one.outputs.forEach((value, i) => {
      replaced.set(value, outputs[i]!)
    })
  }
  return {
    inputs: graph.inputs,
    outputs: Object.fromEntries(Object.entries(graph.outputs).map(([name, value]) => [name, now(value)])),
  }
}
