// Small vectors that go through the same arithmetic, such as all biases through the optimizer, laid end to end and
// computed at once: for a few hundred numbers the call of an operator costs more than its work.
import { concat, reshape } from '../graph/build.ts'
import { apply, applyAll } from '../graph/ops.ts'
import type { Graph, Value } from '../graph/value.ts'
import { sizeOf } from '../util/shape.ts'
import { findPacks, keyOf, type Operand, type Pack } from './vector-packs.ts'

/** The row [1, n] that a vector is a Reshape of. */
const rowOf = ({ node }: Value): Value | undefined =>
  node.op === 'Reshape' && node.inputs[0]!.shape.length === 2 && node.inputs[0]!.shape[0] === 1
    ? node.inputs[0]
    : undefined

/** Vectors end to end. Those beside each other that come as rows are joined as rows, so that all take one Reshape. */
function join(values: readonly Value[]): Value {
  const runs: { readonly ofRows: boolean; readonly values: Value[] }[] = []
  for (const value of values) {
    const row = rowOf(value)
    const last = runs.at(-1)
    if (last?.ofRows === (row !== undefined)) last.values.push(row ?? value)
    else runs.push({ ofRows: row !== undefined, values: [row ?? value] })
  }
  const parts = runs.flatMap((run) => {
    if (!run.ofRows) return run.values
    const row = concat(run.values, 1)
    return [reshape(row, [sizeOf(row.shape)])]
  })
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
  const joinedOperand = (operand: Operand): Value => {
    if ('number' in operand) return now(operand.number)
    if ('pack' in operand) return joined.get(operand.pack)!
    const key = keyOf(operand.vectors)
    const value = joins.get(key) ?? join(operand.vectors.map(now))
    joins.set(key, value)
    return value
  }
  for (const one of order) {
    if ('members' in one) {
      joined.set(one, apply(one.members[0]!.op, one.operands.map(joinedOperand)))
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
