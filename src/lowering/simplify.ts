// Algebra that removes work: neutral elements, folded scalars, needless expansions and casts.
import { div, expand, mul, neg, reshape, sub, transpose } from '../graph/build.ts'
import { applyAll } from '../graph/ops.ts'
import { type Attributes, constant, type Graph, type Node, type Value } from '../graph/value.ts'
import { type Shape, sameShape, sizeOf } from '../util/shape.ts'
import { rewrite } from './rewrite.ts'
import { uniformNumber } from './uniform-number.ts'

const filled = (number: number, like: Value): Value => expand(constant([number], [], like.dtype), like.shape)

/** Operators that broadcast by themselves, so that an Expand before them can go. */
const BROADCASTING = new Set([
  'Add',
  'Sub',
  'Mul',
  'Div',
  'Min',
  'Max',
  'Where',
  'Pow',
  'Less',
  'Greater',
  'Equal',
  'LessOrEqual',
  'GreaterOrEqual',
])

const scalarFunctions: Readonly<Record<string, (a: number, b: number) => number>> = {
  Add: (a, b) => a + b,
  Sub: (a, b) => a - b,
  Mul: (a, b) => a * b,
  Div: (a, b) => a / b,
}

/** Whether a Reshape only adds or drops leading axes of length 1, which broadcasting does by itself. */
function changesOnlyLeadingOnes(from: Shape, to: Shape): boolean {
  const [short, long] = from.length < to.length ? [from, to] : [to, from]
  const added = long.length - short.length
  return long.every((length, axis) => (axis < added ? length === 1 : length === short[axis - added]))
}

/** An operand without an Expand or a Reshape that its operator makes needless, as long as the result keeps its shape. */
function withoutNeedless(node: Node, inputs: readonly Value[]): readonly Value[] {
  const shape = node.outputs[0]!.shape
  const result = [...inputs]
  inputs.forEach((value, i) => {
    const before = value.node.inputs[0]
    const isNeedless =
      value.node.op === 'Expand' ||
      (value.node.op === 'Reshape' &&
        before!.shape.length <= shape.length &&
        changesOnlyLeadingOnes(before!.shape, value.shape))
    // Some other operand must still carry the full shape.
    if (isNeedless && result.some((other, j) => j !== i && sameShape(other.shape, shape))) result[i] = before!
  })
  return result
}

/** A sum or mean of negated numbers, negated: there are fewer of them. */
function negatedSum(node: Node, x: Value): Value | undefined {
  if (x.node.op !== 'Neg' || sizeOf(node.outputs[0]!.shape) === sizeOf(x.shape)) return undefined
  return neg(applyAll(node.op, [x.node.inputs[0]!], node.attributes, node.label)[0]!)
}

function simplifyBinary(node: Node, [a, b]: readonly [Value, Value]): Value | undefined {
  const y = node.outputs[0]!
  const [na, nb] = [uniformNumber(a), uniformNumber(b)]
  const fold = scalarFunctions[node.op]
  if (fold && na !== undefined && nb !== undefined && y.dtype === 'float32') return filled(fold(na, nb), y)
  const keeps = (value: Value): Value | undefined => (sameShape(value.shape, y.shape) ? value : undefined)
  switch (node.op) {
    case 'Mul':
      if (na === 0 || nb === 0) return filled(0, y)
      if (na === 1) return keeps(b)
      if (nb === 1) return keeps(a)
      if (na === -1 && keeps(b)) return neg(b)
      if (nb === -1 && keeps(a)) return neg(a)
      if (a.node.op === 'Neg' && b.node.op === 'Neg') return mul(a.node.inputs[0]!, b.node.inputs[0]!)
      if (a.node.op === 'Neg' && nb !== undefined) return mul(a.node.inputs[0]!, filled(-nb, b))
      if (b.node.op === 'Neg' && na !== undefined) return mul(filled(-na, a), b.node.inputs[0]!)
      return undefined
    case 'Add':
      if (na === 0) return keeps(b)
      if (nb === 0) return keeps(a)
      if (b.node.op === 'Neg') return sub(a, b.node.inputs[0]!)
      if (a.node.op === 'Neg') return sub(b, a.node.inputs[0]!)
      return undefined
    case 'Sub':
      if (nb === 0) return keeps(a)
      if (na === 0 && keeps(b)) return neg(b)
      return undefined
    case 'Div':
      if (na === 0) return filled(0, y)
      if (nb === 1) return keeps(a)
      if (a.node.op === 'Neg' && b.node.op === 'Neg') return div(a.node.inputs[0]!, b.node.inputs[0]!)
      return undefined
    default:
      return undefined
  }
}

function simplifyOne(node: Node, given: readonly Value[]): Value | undefined {
  const x = given[0]
  const attributes: Attributes = node.attributes
  switch (node.op) {
    case 'Identity':
    case 'StopGradient':
    case 'StraightThrough':
      return x
    case 'Neg': {
      if (x!.node.op === 'Neg') return x!.node.inputs[0]
      const number = uniformNumber(x!)
      return number === undefined ? undefined : filled(-number, x!)
    }
    case 'Reshape':
      if (x!.node.op === 'Reshape') return reshape(x!.node.inputs[0]!, attributes.shape as number[])
      return sameShape(x!.shape, node.outputs[0]!.shape) ? x : undefined
    case 'Transpose': {
      const perm = attributes.perm as readonly number[]
      // A transpose that moves only axes of length 1 is a reshape.
      const moved = perm.filter((axis) => x!.shape[axis] !== 1)
      if (moved.every((axis, i) => i === 0 || moved[i - 1]! < axis))
        return reshape(x!, node.outputs[0]!.shape)
      if (x!.node.op !== 'Transpose') return undefined
      const first = x!.node.attributes.perm as readonly number[]
      return transpose(
        x!.node.inputs[0]!,
        perm.map((axis) => first[axis]!),
      )
    }
    case 'Expand':
      if (x!.node.op === 'Expand') return expand(x!.node.inputs[0]!, attributes.shape as number[])
      return sameShape(x!.shape, node.outputs[0]!.shape) ? x : undefined
    case 'ReduceSum':
    case 'ReduceMean': {
      const y = node.outputs[0]!
      const number = uniformNumber(x!)
      if (number === undefined) return negatedSum(node, x!)
      return filled(node.op === 'ReduceMean' ? number : (number * sizeOf(x!.shape)) / sizeOf(y.shape), y)
    }
    default:
      return undefined
  }
}

/** Removes work that does not change the result, up to rounding of folded scalars. */
export const simplify = (graph: Graph): Graph =>
  rewrite(graph, (node, given) => {
    const inputs = BROADCASTING.has(node.op) ? withoutNeedless(node, given) : given
    const better =
      (inputs.length === 2 ? simplifyBinary(node, inputs as [Value, Value]) : undefined) ??
      simplifyOne(node, inputs)
    if (better) return [better]
    if (inputs === given || inputs.every((value, i) => value === given[i])) return undefined
    return rebuild(node, inputs)
  })

const rebuild = (node: Node, inputs: readonly Value[]): readonly Value[] =>
  applyAll(node.op, inputs, node.attributes, node.label)
