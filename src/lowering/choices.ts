// Choices that were taken apart: where one side is zero and, in the other summand, the other side, it is one choice again.
// Second derivatives of LeakyRelu, maxima and minima are full of them. A choice within a choice, as the gradient of a clipped
// number is, becomes one.
import { and, mul, where } from '../graph/build.ts'
import type { Graph, Node, Value } from '../graph/value.ts'
import { sameShape } from '../util/shape.ts'
import { countUses, rewrite } from './rewrite.ts'
import { uniformNumber } from './uniform-number.ts'

interface OneSided {
  readonly condition: Value
  /** Whether `chosen` is taken where the condition holds; elsewhere the value is zero. */
  readonly holds: boolean
  readonly chosen: Value
}

/**
 * A value that is `chosen` or zero, perhaps times a number.
 *
 * @param before  the value as it was in the graph that is rewritten, where it is known who reads it. Of what is taken apart
 *                nobody else may read anything
 */
function oneSided(value: Value, before: Value, uses: ReadonlyMap<Value, number>): OneSided | undefined {
  const { op, inputs } = value.node
  if (uses.get(before) !== 1 || before.node.op !== op) return undefined
  if (op === 'Mul') {
    const factor = inputs.findIndex((input) => Number.isFinite(uniformNumber(input) ?? Number.NaN))
    const other = inputs[1 - factor]
    if (!other || !sameShape(other.shape, value.shape)) return undefined
    const inner = oneSided(other, before.node.inputs[1 - factor]!, uses)
    return inner && { ...inner, chosen: mul(inner.chosen, inputs[factor]!) }
  }
  if (op !== 'Where') return undefined
  const [condition, yes, no] = inputs as [Value, Value, Value]
  if (uniformNumber(no) === 0 && sameShape(yes.shape, value.shape))
    return { condition, holds: true, chosen: yes }
  if (uniformNumber(yes) === 0 && sameShape(no.shape, value.shape))
    return { condition, holds: false, chosen: no }
  return undefined
}

/** Where(c, Where(d, a, 0), 0) becomes Where(c and d, a, 0): ONNX Runtime's Where visits its numbers three times. */
function within({ inputs: [, original] }: Node, inputs: readonly Value[], uses: ReadonlyMap<Value, number>) {
  const [condition, chosen, other] = inputs as [Value, Value, Value]
  if (uniformNumber(other) !== 0) return undefined
  const inner = oneSided(chosen, original!, uses)
  if (!inner?.holds || chosen.node.op !== 'Where') return undefined
  const alike = [condition.shape, inner.condition.shape, inner.chosen.shape].every((shape) =>
    sameShape(shape, chosen.shape),
  )
  return alike ? [where(and(condition, inner.condition), inner.chosen, 0)] : undefined
}

/**
 * Where(c, a, 0) + Where(c, 0, b) becomes Where(c, a, b); either may be multiplied by a number. Where(c, Where(d, a, 0), 0)
 * becomes Where(c and d, a, 0).
 */
export function joinChoices(graph: Graph): Graph {
  const uses = countUses(graph)
  return rewrite(graph, (node, inputs) => {
    if (node.op === 'Where') return within(node, inputs, uses)
    if (node.op !== 'Add' || !sameShape(inputs[0]!.shape, inputs[1]!.shape)) return undefined
    const [a, b] = inputs.map((value, i) => oneSided(value, node.inputs[i]!, uses))
    if (!a || !b || a.condition !== b.condition || a.holds === b.holds) return undefined
    const [yes, no] = a.holds ? [a, b] : [b, a]
    return [where(yes.condition, yes.chosen, no.chosen)]
  })
}
