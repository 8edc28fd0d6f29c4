// Where the logits of a file are: before a Softmax, a LogSoftmax or a Sigmoid at its end, however that is written.
import * as g from '../graph/build.ts'
import { constantData, type Value } from '../graph/value.ts'
import { UnsupportedError } from '../util/errors.ts'
import { formatShape, type Shape, sizeOf } from '../util/shape.ts'
import type { Head } from './classifier.ts'

export interface FoundHead {
  /** [n, classes] */
  readonly logits: Value
  readonly gives: Head['gives']
  readonly scale: number
}

/**
 * From this factor on a scale before a Softmax is taken out. Logits are 5 to 20 apart in usual networks: times 20, float32 has no
 * gradient left. Temperatures of distillation and of calibration are below.
 */
const SATURATING = 20

const withoutOnes = (shape: Shape): string => shape.filter((length) => length !== 1).join()

/** A value without what neither changes nor moves its numbers. */
function bare(value: Value): Value {
  const { op, inputs } = value.node
  const x = inputs[0]
  const isNeutral =
    op === 'Identity' ||
    op === 'StopGradient' ||
    (op === 'Cast' && x!.dtype.startsWith('float') && value.dtype.startsWith('float')) ||
    ((op === 'Reshape' || op === 'Transpose' || op === 'Expand') &&
      withoutOnes(x!.shape) === withoutOnes(value.shape))
  return isNeutral ? bare(x!) : value
}

/** A number for each row, without how it is spread over the row. */
function spread(value: Value): Value {
  const { op, inputs } = value.node
  return op === 'Expand' || op === 'Reshape' || op === 'Identity' || op === 'Cast'
    ? spread(inputs[0]!)
    : value
}

/** The number that fills a constant. */
function uniform(value: Value): number | undefined {
  const data = constantData(spread(value))
  if (!data || data.length === 0 || data.length > 4096) return undefined
  return data.every((number) => number === data[0]) ? data[0] : undefined
}

/** What is reduced over all but the first axis. */
function reducedRows(value: Value, op: string): Value | undefined {
  const found = spread(value)
  const { node } = found
  const x = node.inputs[0]
  if (node.op !== op || !x) return undefined
  const axes = node.attributes.axes as readonly number[]
  const left = x.shape.filter((_, axis) => !axes.includes(axis))
  return sizeOf(left) === x.shape[0] && (x.shape[0] === 1 || !axes.includes(0)) ? bare(x) : undefined
}

/** a and b of a / b or of a * (1 / b). */
function quotient(value: Value): [Value, Value] | undefined {
  const { op, inputs } = value.node
  if (op === 'Div') return [bare(inputs[0]!), inputs[1]!]
  if (op !== 'Mul') return undefined
  for (const i of [0, 1]) {
    const other = spread(inputs[i]!)
    if (other.node.op === 'Reciprocal') return [bare(inputs[1 - i]!), other.node.inputs[0]!]
  }
  return undefined
}

/** u of exp(u) / sum(exp(u)). */
function softmaxOf(value: Value): Value | undefined {
  const parts = quotient(value)
  if (parts?.[0].node.op !== 'Exp' || reducedRows(parts[1], 'ReduceSum') !== parts[0]) return undefined
  return bare(parts[0].node.inputs[0]!)
}

/** p of p / sum(p) or of p / sum(|p|). */
function sharesOf(value: Value): Value | undefined {
  const parts = quotient(value)
  const summed = parts && reducedRows(parts[1], 'ReduceSum')
  if (!summed) return undefined
  const each = summed.node.op === 'Abs' ? bare(summed.node.inputs[0]!) : summed
  return each === parts[0] ? parts[0] : undefined
}

/** x where u is x less a number for each row, such as its largest. */
function unshifted(u: Value): Value {
  const { op, inputs } = u.node
  if (op !== 'Sub') return u
  const x = bare(inputs[0]!)
  return reducedRows(inputs[1]!, 'ReduceMax') === x ? x : u
}

/** u of u - log(sum(exp(u))). */
function logSoftmaxOf(value: Value): Value | undefined {
  const { op, inputs } = value.node
  if (op === 'Log') return softmaxOf(bare(inputs[0]!))
  if (op !== 'Sub') return undefined
  const u = bare(inputs[0]!)
  let log = spread(inputs[1]!)
  // A ReduceLogSumExp takes the largest out and adds it again.
  if (log.node.op === 'Add') log = log.node.inputs.map(spread).find(({ node }) => node.op === 'Log') ?? log
  if (log.node.op !== 'Log') return undefined
  const raised = reducedRows(log.node.inputs[0]!, 'ReduceSum')
  if (raised?.node.op !== 'Exp') return undefined
  const inner = bare(raised.node.inputs[0]!)
  return inner === u || unshifted(inner) === u ? u : undefined
}

/** x of 1 / (1 + exp(-x)), written as one operator or as several. */
function sigmoidOf(value: Value): Value | undefined {
  const { op, inputs } = value.node
  if (op === 'Sigmoid') return bare(inputs[0]!)
  const below =
    op === 'Reciprocal' ? inputs[0]! : op === 'Div' && uniform(inputs[0]!) === 1 ? inputs[1]! : undefined
  const sum = below && bare(below)
  if (sum?.node.op !== 'Add') return undefined
  const i = sum.node.inputs.findIndex((input) => uniform(input) === 1)
  const raised = i >= 0 ? bare(sum.node.inputs[1 - i]!) : undefined
  const negated = raised?.node.op === 'Exp' ? bare(raised.node.inputs[0]!) : undefined
  return negated?.node.op === 'Neg' ? bare(negated.node.inputs[0]!) : undefined
}

/** x of [1 - sigmoid(x), sigmoid(x)]. */
function pairOf(value: Value): Value | undefined {
  const { op, inputs } = value.node
  if (op !== 'Concat' || inputs.length !== 2) return undefined
  const [no, yes] = inputs.map(bare) as [Value, Value]
  const isRest = no.node.op === 'Sub' && uniform(no.node.inputs[0]!) === 1 && bare(no.node.inputs[1]!) === yes
  return isRest ? sigmoidOf(yes) : undefined
}

/**
 * A value without what keeps the order of its numbers: products and sums with one positive number, rounding, clipping. Files
 * that quantise their probabilities end in it.
 */
function ordered(value: Value): Value {
  const found = bare(value)
  const { op, inputs } = found.node
  if (op === 'Round' || op === 'StraightThrough') return ordered(inputs[0]!)
  const i = inputs.findIndex((input) => uniform(input) !== undefined)
  if (inputs.length !== 2 || i < 0) return found
  const number = uniform(inputs[i]!)!
  const keeps =
    op === 'Add' ||
    op === 'Min' ||
    op === 'Max' ||
    (op === 'Sub' && i === 1) ||
    (op === 'Mul' && number > 0) ||
    (op === 'Div' && i === 1 && number > 0)
  return keeps ? ordered(inputs[1 - i]!) : found
}

/** Logits without a positive factor in front of them. */
function unscaled(u: Value): { readonly value: Value; readonly scale: number } {
  const { op, inputs } = u.node
  const i = op === 'Mul' && uniform(inputs[0]!) !== undefined ? 0 : 1
  const number = op === 'Mul' || op === 'Div' ? uniform(inputs[i]!) : undefined
  if (number === undefined || !(number > 0) || !Number.isFinite(number) || (op === 'Div' && i === 0))
    return { value: u, scale: 1 }
  const inner = unscaled(bare(inputs[1 - i]!))
  return { value: inner.value, scale: inner.scale * (op === 'Mul' ? number : 1 / number) }
}

/** Looks through the end of a file. */
function found(output: Value): { readonly u: Value; readonly gives: Head['gives']; readonly single?: true } {
  const end = ordered(output)
  const softmax = softmaxOf(end)
  if (softmax) return { u: softmax, gives: 'softmax' }
  const logSoftmax = logSoftmaxOf(end)
  if (logSoftmax) return { u: logSoftmax, gives: 'log-softmax' }
  const pair = pairOf(end)
  if (pair) return { u: pair, gives: 'probabilities', single: true }
  const shares = sharesOf(end)
  if (shares) {
    // A softmax over its sum, which is 1, is that softmax.
    const inner = found(shares)
    if (inner.gives === 'softmax') return inner
    if (inner.gives === 'sigmoid') return { u: inner.u, gives: 'probabilities' }
  }
  const sigmoid = sigmoidOf(end)
  if (sigmoid) return { u: sigmoid, gives: 'sigmoid' }
  return { u: bare(output), gives: 'logits' }
}

/** Classes that an output of this shape tells apart; undefined when it gives no scores of classes. */
export function classesOf(shape: Shape): number | undefined {
  const long = shape.slice(1).filter((length) => length !== 1)
  return shape.length < 2 || long.length > 1 ? undefined : (long[0] ?? 1)
}

/**
 * Finds the logits behind an output [n, classes], or [n, 1] of a Sigmoid, which tells two classes apart.
 *
 * @throws UnsupportedError when it has one number for an image that is no Sigmoid
 */
export function findHead(output: Value, name: string): FoundHead {
  const [n] = output.shape
  const classes = classesOf(output.shape)
  if (classes === undefined)
    throw new UnsupportedError(
      `output "${name}" ${formatShape(output.shape)} does not give one number for each class: expected [n, classes]`,
    )
  const { u, gives, single } = found(output)
  const largest = unshifted(u)
  const scaled = unscaled(largest)
  // Scales and shifts may stand in any order.
  const inner = scaled.scale >= SATURATING ? { ...scaled, value: unshifted(scaled.value) } : undefined
  const { value, scale } = inner ?? { value: largest, scale: 1 }
  if (classes === 1 || single) {
    if (gives !== 'sigmoid' && !single)
      throw new UnsupportedError(
        `output "${name}" ${formatShape(output.shape)} gives one number for an image, and no Sigmoid makes it a probability: a classifier of a single class cannot be wrong`,
      )
    const second = g.reshape(value, [n!, 1])
    return { logits: g.concat([g.mul(second, 0), second], 1), gives, scale }
  }
  if (sizeOf(value.shape) !== n! * classes)
    return { logits: g.reshape(output, [n!, classes]), gives: 'logits', scale: 1 }
  return { logits: g.reshape(value, [n!, classes]), gives, scale }
}
