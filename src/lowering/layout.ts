// Layout carried through networks: transposes move through what treats axes alike until they meet their inverse.
import { expand, reshape, transpose } from '../graph/build.ts'
import { apply } from '../graph/ops.ts'
import { constant, type Graph, type Node, type Value } from '../graph/value.ts'
import { type Shape, sizeOf } from '../util/shape.ts'
import { rewrite } from './rewrite.ts'
import { uniformNumber } from './uniform-number.ts'

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

/** The axes of a transposed tensor in the order that they have before it. */
const before = (axes: readonly number[], perm: Permutation): number[] => axes.map((axis) => perm[axis]!)

/** Slices and pads of T(a) are those of a, along other axes. */
function throughCut(node: Node, x: Value): Value | undefined {
  const perm = permutationOf(x)
  if (!perm) return undefined
  const { attributes, op, label } = node
  const a = x.node.inputs[0]!
  if (op === 'Slice')
    return transpose(
      apply(op, [a], { ...attributes, axes: before(attributes.axes as readonly number[], perm) }, label),
      perm,
    )
  const pads = attributes.pads as readonly number[]
  const rank = perm.length
  const turned = inverse(perm)
  const own = [...turned.map((axis) => pads[axis]!), ...turned.map((axis) => pads[rank + axis]!)]
  return transpose(apply(op, [a], { pads: own }, label), perm)
}

/** T(a) beside T(b), and beside constants of one number, which need no transpose. */
function throughConcat(node: Node, inputs: readonly Value[]): Value | undefined {
  const moved = inputs.find((value) => permutationOf(value))
  if (!moved) return undefined
  const perm = permutationOf(moved)!
  const back = inverse(perm)
  const parts = inputs.map((value) => {
    const own = permutationOf(value)
    if (own) return samePermutation(own, perm) ? value.node.inputs[0]! : undefined
    const number = uniformNumber(value)
    return number === undefined
      ? undefined
      : expand(
          constant([number], [], value.dtype),
          back.map((axis) => value.shape[axis]!),
        )
  })
  if (parts.some((part) => part === undefined)) return undefined
  const axis = perm[node.attributes.axis as number]!
  return transpose(apply('Concat', parts as Value[], { axis }, node.label), perm)
}

/** The axis of `long` that, with the one after it, is one axis of `short`; undefined when they differ otherwise. */
function splitAxis(short: Shape, long: Shape): number | undefined {
  if (long.length !== short.length + 1) return undefined
  for (let i = 0; i < short.length; i++)
    if (
      short[i] === long[i]! * long[i + 1]! &&
      short.every((length, j) => j === i || length === long[j < i ? j : j + 1])
    )
      return i
  return undefined
}

/** One axis of T(a) becomes two, or two that lie together in a too become one. */
function throughReshape(node: Node, x: Value): Value | undefined {
  const perm = permutationOf(x)
  if (!perm) return undefined
  const a = x.node.inputs[0]!
  const target = node.outputs[0]!.shape
  const split = splitAxis(x.shape, target)
  if (split !== undefined) {
    const own = perm[split]!
    const shape = [...a.shape.slice(0, own), target[split]!, target[split + 1]!, ...a.shape.slice(own + 1)]
    const now = perm.map((axis) => (axis > own ? axis + 1 : axis))
    return transpose(reshape(a, shape), [...now.slice(0, split + 1), own + 1, ...now.slice(split + 1)])
  }
  const merged = splitAxis(target, x.shape)
  if (merged === undefined || perm[merged + 1] !== perm[merged]! + 1) return undefined
  const own = perm[merged]!
  const shape = [...a.shape.slice(0, own), target[merged]!, ...a.shape.slice(own + 2)]
  const now = perm.filter((_, i) => i !== merged + 1).map((axis) => (axis > own ? axis - 1 : axis))
  return transpose(reshape(a, shape), now)
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
    if (node.op === 'Slice' || node.op === 'Pad') {
      const moved = throughCut(node, inputs[0]!)
      return moved && [moved]
    }
    if (node.op === 'Concat') {
      const moved = throughConcat(node, inputs)
      return moved && [moved]
    }
    if (node.op === 'Reshape') {
      const moved = throughReshape(node, inputs[0]!)
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
