// Masks as factors: choosing between a value and zero takes ONNX Runtime four times as long as multiplying.
import { add, mul } from '../graph/build.ts'
import { apply } from '../graph/ops.ts'
import { type Graph, type Node, scalar, type Value } from '../graph/value.ts'
import { sameShape } from '../util/shape.ts'
import { rewrite } from './rewrite.ts'
import { uniformNumber } from './uniform-number.ts'

/** Takes every positive float32 that is not denormal to 1 or more. */
const STEEP = 1e38

/**
 * Where(x > 0, a, 0), the gradient of a Relu, as a times the step function of x. Where x is not positive, an infinite
 * `a` gives NaN instead of 0: a training with such gradients has diverged.
 */
function choice(node: Node, [condition, a, b]: readonly Value[]): Value | undefined {
  const y = node.outputs[0]!
  if (condition!.node.op !== 'Greater' || y.dtype !== 'float32' || uniformNumber(b!) !== 0) return undefined
  const [x, threshold] = condition!.node.inputs
  if (uniformNumber(threshold!) !== 0 || !sameShape(x!.shape, y.shape)) return undefined
  return mul(a!, apply('HardSigmoid', [x!], { alpha: STEEP, beta: 0 }))
}

/** The number that `scaled` is `value` times, if it is that. */
function factorOf(scaled: Value, value: Value): number | undefined {
  if (scaled.node.op !== 'Mul') return undefined
  const [a, b] = scaled.node.inputs as [Value, Value]
  return a === value ? uniformNumber(b) : b === value ? uniformNumber(a) : undefined
}

/**
 * Where(x < 0, s a, a), the gradient of a LeakyRelu, as a times the slopes at x, s or 1. First and second derivatives at x share the slopes,
 * and the same numbers come out, infinite ones too.
 */
function slopes(node: Node, [condition, below, a]: readonly Value[]): Value | undefined {
  const y = node.outputs[0]!
  if (condition!.node.op !== 'Less' || y.dtype !== 'float32') return undefined
  const [x, threshold] = condition!.node.inputs
  const slope = factorOf(below!, a!)
  const isGradient = slope !== undefined && Number.isFinite(slope) && uniformNumber(threshold!) === 0
  if (!isGradient || !sameShape(x!.shape, y.shape) || !sameShape(a!.shape, y.shape)) return undefined
  const right = apply('HardSigmoid', [x!], { alpha: STEEP, beta: 1 })
  return mul(a!, add(mul(right, 1 - slope), slope))
}

/** Bytes times a number, such as a dropout mask, in one operator. */
function scaledBytes(node: Node, [a, b]: readonly Value[]): Value | undefined {
  if (node.outputs[0]!.dtype !== 'float32') return undefined
  for (const [mask, factor] of [
    [a!, b!],
    [b!, a!],
  ] as const) {
    const scale = uniformNumber(factor)
    const bytes = mask.node.op === 'Cast' ? mask.node.inputs[0]! : undefined
    if (scale !== undefined && bytes?.dtype === 'uint8' && sameShape(mask.shape, node.outputs[0]!.shape))
      return apply('DequantizeLinear', [bytes, scalar(scale)])
  }
  return undefined
}

export const multiplyMasks = (graph: Graph): Graph =>
  rewrite(graph, (node, inputs) => {
    const found =
      node.op === 'Where'
        ? (choice(node, inputs) ?? slopes(node, inputs))
        : node.op === 'Mul'
          ? scaledBytes(node, inputs)
          : undefined
    return found && [found]
  })
