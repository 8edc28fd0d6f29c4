// One way back for two: where gradients of two losses differ by a number for each example, as those of a score and of a loss of
// that score do, one is made, and their gradients to kernels are sums over the same images.
import { add, convFilterGradient, expand, mul, reduceSum, reshape, transpose, where } from '../graph/build.ts'
import { apply } from '../graph/ops.ts'
import { type Graph, type Node, sortNodes, type Value } from '../graph/value.ts'
import { rewrite } from './rewrite.ts'
import { shareCommon } from './share.ts'
import { uniformNumber } from './uniform-number.ts'

/** A value [n, ...] that is `base` times a number for each example, [n, 1]. */
interface Scaled {
  readonly base: Value
  readonly scale: Value
}

/** The numbers beside arrays of this rank. */
const beside = (scale: Value, rank: number): Value =>
  reshape(scale, [scale.shape[0]!, ...new Array<number>(rank - 1).fill(1)])
const whole = ({ base, scale }: Scaled): Value => mul(base, beside(scale, base.shape.length))

/** Where numbers of examples come in, at a last layer of one output: the score itself has ones there. */
function beginning({ op, outputs }: Node, [scale, kernel]: readonly Value[]): Scaled | undefined {
  const isColumn =
    op === 'MatMul' && scale!.shape.length === 2 && scale!.shape[1] === 1 && scale!.shape[0]! > 1
  if (!isColumn || kernel!.shape.length !== 2 || outputs[0]!.dtype !== 'float32') return undefined
  return { base: expand(kernel!, outputs[0]!.shape), scale: scale! }
}

const isElsewhere = (axes: readonly number[]): boolean => axes.every((axis) => axis !== 0)

/** What is linear in one scaled value, each example by itself. */
function alone(node: Node, inputs: readonly Value[], { base, scale }: Scaled): Scaled | undefined {
  const { op, attributes, outputs } = node
  const on = (value: Value): Scaled => ({ base: value, scale })
  const again = (): Scaled => on(apply(op, [base, ...inputs.slice(1)], attributes, node.label))
  if (op === 'Conv' || op === 'ConvInputGradient' || op === 'Neg') return again()
  if (op === 'MatMul') return base.shape.length === 2 && inputs[1]!.shape.length === 2 ? again() : undefined
  if (op === 'Reshape')
    return outputs[0]!.shape[0] === base.shape[0] ? on(reshape(base, outputs[0]!.shape)) : undefined
  if (op === 'Transpose') {
    const perm = attributes.perm as readonly number[]
    return perm[0] === 0 ? on(transpose(base, perm)) : undefined
  }
  return undefined
}

/** What is linear in two of the same numbers, or in one and a number that is the same for all. */
function together(
  { op }: Node,
  inputs: readonly Value[],
  scaled: readonly (Scaled | undefined)[],
): Scaled | undefined {
  if (op === 'Mul') {
    const place = scaled.findIndex(Boolean)
    if (place < 0 || uniformNumber(inputs[1 - place]!) === undefined) return undefined
    return { base: mul(scaled[place]!.base, inputs[1 - place]!), scale: scaled[place]!.scale }
  }
  const [a, b] = op === 'Where' ? scaled.slice(1) : scaled
  if (!a || !b || a.scale !== b.scale) return undefined
  if (op === 'Where') return { base: where(inputs[0]!, a.base, b.base), scale: a.scale }
  return op === 'Add' ? { base: add(a.base, b.base), scale: a.scale } : undefined
}

/** Carries numbers of examples to where examples are summed. */
function carried(graph: Graph): Graph {
  const known = new Map<Value, Scaled>()
  return rewrite(graph, (node, inputs) => {
    const scaled = node.inputs.map((value) => known.get(value))
    const first = scaled[0]
    if (node.op === 'ConvFilterGradient' && scaled[1]) {
      const { base, scale } = scaled[1]
      return [convFilterGradient(whole({ base: inputs[0]!, scale }), base, node.attributes as never)]
    }
    if (node.op === 'ReduceSum' && first) {
      const axes = node.attributes.axes as readonly number[]
      if (isElsewhere(axes)) return undefined
      const each = reduceSum(first.base, { axes: axes.filter((axis) => axis !== 0), keepdims: true })
      const sums = reduceSum(mul(each, beside(first.scale, each.shape.length)), { axes: [0] })
      return [reshape(sums, node.outputs[0]!.shape)]
    }
    const found =
      beginning(node, inputs) ??
      (first && alone(node, inputs, first)) ??
      (scaled.some(Boolean) ? together(node, inputs, scaled) : undefined)
    if (!found) return undefined
    if (uniformNumber(found.scale) === 1) return [found.base]
    known.set(node.outputs[0]!, found)
    // Dropped where nobody needs it whole.
    return [whole(found)]
  })
}

/** A gradient to a kernel, perhaps seen in another shape. */
interface Seen {
  readonly gradient: Node
  /** Puts another one in its place. */
  replace(value: Value): Value
}

function seen(value: Value): Seen | undefined {
  const { op, inputs, attributes, outputs } = value.node
  if (op === 'ConvFilterGradient') return { gradient: value.node, replace: (other) => other }
  if (op !== 'Reshape' && op !== 'Transpose') return undefined
  const inner = seen(inputs[0]!)
  if (!inner) return undefined
  const outer = (other: Value): Value =>
    op === 'Reshape'
      ? reshape(other, outputs[0]!.shape)
      : transpose(other, attributes.perm as readonly number[])
  return { ...inner, replace: (other) => outer(inner.replace(other)) }
}

/** The sum of a and b with one gradient to a kernel for two that read the same dy; undefined where there are none. */
function joined(a: Value, b: Value): Value | undefined {
  if (a.node.op === 'Add') {
    const [left, right] = a.node.inputs as [Value, Value]
    const one = joined(left, b)
    if (one) return add(one, right)
    const other = joined(right, b)
    return other && add(left, other)
  }
  const [one, other] = [seen(a), seen(b)]
  if (!one || !other || one.gradient.inputs[1] !== other.gradient.inputs[1]) return undefined
  const { inputs, attributes } = one.gradient
  const isAlike = JSON.stringify(attributes) === JSON.stringify(other.gradient.attributes)
  if (!isAlike) return undefined
  const sum = add(inputs[0]!, other.gradient.inputs[0]!)
  return one.replace(convFilterGradient(sum, inputs[1]!, attributes as never))
}

const joinKernels = (graph: Graph): Graph =>
  rewrite(graph, ({ op }, [a, b]) => {
    const sum = op === 'Add' ? joined(a!, b!) : undefined
    return sum && [sum]
  })

const CONVOLUTIONS = new Set(['Conv', 'ConvInputGradient', 'ConvFilterGradient'])
const countConvolutions = (graph: Graph): number =>
  sortNodes(Object.values(graph.outputs)).filter(({ op }) => CONVOLUTIONS.has(op)).length

/**
 * Zero-centred penalties on the slope of a score (R1, R2) need the way back from the score to the examples; the loss of the score needs it
 * again, times its derivative, a number for each example. Those numbers commute with all that is linear on that way. Where
 * that saves convolutions they wait until kernels' gradients sum over examples; elsewhere the graph stays.
 */
export function shareWayBack(graph: Graph): Graph {
  const before = shareCommon(graph)
  const after = joinKernels(shareCommon(carried(before)))
  return countConvolutions(after) < countConvolutions(before) ? after : graph
}
