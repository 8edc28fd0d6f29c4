// Import rules of the domain ai.onnx.ml: what scikit-learn's linear models and scalers are written in.
import * as g from '../../graph/build.ts'
import { constant, type Value } from '../../graph/value.ts'
import { DataError } from '../../util/errors.ts'
import { formatShape } from '../../util/shape.ts'
import { type Call, floats, operand, type Rule, refuse, text } from './call.ts'

/** [1, n] of an attribute, or of its one number. */
function row(call: Call, name: string, length: number, fallback: number): Value {
  const given = floats(call, name) ?? [fallback]
  if (given.length !== 1 && given.length !== length)
    throw new DataError(
      `attribute "${name}" has ${given.length} numbers, expected ${length}; the file is damaged`,
    )
  call.budget.addNumbers(given.length, `attribute "${name}"`)
  return constant(Float32Array.from(given), [1, given.length])
}

/** x as a matrix of real numbers. */
function matrixOf(call: Call): Value {
  const x = operand(call, 0)
  if (x.shape.length !== 2)
    throw new DataError(`expects a matrix, got ${formatShape(x.shape)}; the file is damaged`)
  return g.cast(x, 'float32')
}

function afterwards(call: Call, scores: Value): Value {
  const transform = text(call, 'post_transform', 'NONE')
  if (transform === 'NONE') return scores
  if (transform === 'SOFTMAX') return g.softmax(scores, 1)
  return transform === 'LOGISTIC' ? g.sigmoid(scores) : refuse(`post_transform "${transform}"`)
}

/** The scores; the labels, its first output, are left out: they may be texts. */
function linearClassifier(call: Call): (Value | undefined)[] {
  const x = matrixOf(call)
  const features = x.shape[1]!
  const coefficients = floats(call, 'coefficients') ?? []
  const classes = coefficients.length / features
  if (!Number.isInteger(classes) || classes < 1)
    throw new DataError(
      `attribute "coefficients" has ${coefficients.length} numbers for ${features} features; the file is damaged`,
    )
  call.budget.addNumbers(coefficients.length, 'attribute "coefficients"')
  const weights = constant(Float32Array.from(coefficients), [classes, features])
  const scores = g.add(g.matMul(x, g.transposeLast(weights)), row(call, 'intercepts', classes, 0))
  // One score of two classes is that of the second.
  return [undefined, afterwards(call, classes === 1 ? g.concat([g.neg(scores), scores], 1) : scores)]
}

export const LEARNED: Readonly<Record<string, Rule>> = {
  LinearClassifier: linearClassifier,
  Scaler: (call) => {
    const x = matrixOf(call)
    const length = x.shape[1]!
    return g.mul(g.sub(x, row(call, 'offset', length, 0)), row(call, 'scale', length, 1))
  },
  Normalizer: (call) => {
    const x = matrixOf(call)
    const over = { axes: [1], keepdims: true }
    const norm = text(call, 'norm', 'MAX')
    if (norm === 'L1') return g.div(x, g.reduceSum(g.abs(x), over))
    if (norm === 'L2') return g.div(x, g.sqrt(g.reduceSum(g.square(x), over)))
    return norm === 'MAX' ? g.div(x, g.reduceMax(x, over)) : refuse(`norm "${norm}"`)
  },
}
