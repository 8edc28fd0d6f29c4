// Layout carried through networks: transposes move through elementwise operators and sums until they meet their inverse.
import { reshape, transpose } from '../graph/build.ts'
import { apply } from '../graph/ops.ts'
import type { Graph, Node, Value } from '../graph/value.ts'
import { sizeOf } from '../util/shape.ts'
import { rewrite } from './rewrite.ts'

/** Operators that treat every element alike, after broadcasting. */
const ELEMENTWISE = new Set(
  (
    'Cast Neg Abs Sign Reciprocal Exp Log Sqrt Sin Cos Tanh Erf Sigmoid Softplus Relu LeakyRelu Floor Ceil Round Not ' +
    'Add Sub Mul Div Pow Min Max Equal Less LessOrEqual Greater GreaterOrEqual And Or Where'
  ).split(' '),
)

type Permutation = readonly number[]

const permutationOf = (value: Value): Permutation | undefined =>
  value.node.op === 'Transpose' ? (value.node.attributes.perm as Permutation) : undefined
const inverse = (perm: Permutation): number[] => perm.map((_, axis) => perm.indexOf(axis))
const samePermutation = (a: Permutation, b: Permutation): boolean => a.every((axis, i) => axis === b[i])

/** A value as it must be when the result of the operator is transposed afterwards instead of before. */
function undone(value: Value, perm: Permutation): Value {
  const own = permutationOf(value)
  if (own && own.length === perm.length && samePermutation(own, perm)) return value.node.inputs[0]!
  if (sizeOf(value.shape) === 1) return value
  const rank = perm.length
  const full = reshape(value, [...new Array<number>(rank - value.shape.length).fill(1), ...value.shape])
  const back = inverse(perm)
  // With one axis longer than 1 the order of the others does not matter.
  if (full.shape.filter((length) => length > 1).length <= 1)
    return reshape(
      full,
      back.map((axis) => full.shape[axis]!),
    )
  return transpose(full, back)
}

/** op(T(a), b) becomes T(op(a, T'(b))), if that needs no more large transposes than there were. */
function throughElementwise(node: Node, inputs: readonly Value[]): Value | undefined {
  const y = node.outputs[0]!
  const large = inputs.filter((value) => sizeOf(value.shape) === sizeOf(y.shape) && sizeOf(value.shape) > 1)
  const moved = large.find((value) => permutationOf(value)?.length === y.shape.length)
  if (!moved) return undefined
  const perm = permutationOf(moved)!
  const alike = large.filter((value) => {
    const own = permutationOf(value)
    return own && samePermutation(own, perm)
  })
  if (large.length - alike.length > alike.length) return undefined
  const result = apply(
    node.op,
    inputs.map((value) => undone(value, perm)),
    node.attributes,
    node.label,
  )
  return transpose(result, perm)
}

/** A sum over axes of T(a) is a sum over other axes of a. */
function throughReduction(node: Node, x: Value): Value | undefined {
  const perm = permutationOf(x)
  if (!perm) return undefined
  const before = x.node.inputs[0]!
  const axes = (node.attributes.axes as readonly number[]).map((axis) => perm[axis]!).sort((a, b) => a - b)
  const reduced = apply(node.op, [before], { axes, keepdims: 1 }, node.label)
  return reshape(transpose(reduced, perm), node.outputs[0]!.shape)
}

/** Moves transposes towards the outputs. Those that meet their inverse are then removed by `simplify`. */
export const carryLayout = (graph: Graph): Graph =>
  rewrite(graph, (node, inputs) => {
    if (ELEMENTWISE.has(node.op)) {
      const moved = throughElementwise(node, inputs)
      return moved && [moved]
    }
    if (node.op === 'ReduceSum' || node.op === 'ReduceMean') {
      const moved = throughReduction(node, inputs[0]!)
      return moved && [moved]
    }
    if (node.op === 'Transpose') {
      // Two in a row become one at once, so that an elementwise operator after them sees what is left.
      const first = permutationOf(inputs[0]!)
      const perm = node.attributes.perm as Permutation
      return (
        first && [
          transpose(
            inputs[0]!.node.inputs[0]!,
            perm.map((axis) => first[axis]!),
          ),
        ]
      )
    }
    return undefined
  })
