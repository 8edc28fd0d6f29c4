// The linear probe: what a layer of logits, learned on features that stay as they are, makes of other features.
import { add, exp, logSoftmax, matMul, mul, reduceSum, square, sub, transposeLast } from '../graph/build.ts'
import { input } from '../graph/value.ts'
import { ShapeError } from '../util/errors.ts'
import { checkNumber } from '../util/options.ts'
import { pairOf, type Rows, type Samples } from './features.ts'
import { lbfgs } from './lbfgs.ts'
import { type MeasureEngine, withModel } from './with-model.ts'

export interface LinearProbeOptions {
  readonly classes: number
  /** How much weights count beside examples: (penalty / 2n) |W|² is added to the mean cross-entropy. Default 1. */
  readonly penalty?: number
  /** Steps of the search at most; default 200. */
  readonly steps?: number
}

/** Features less the mean of those that are learned from, by one number for all so that their mean square is 1. */
export function scaling({ data, n, d }: Rows): (rows: Rows) => Float32Array {
  const mean = new Float64Array(d)
  for (let i = 0; i < data.length; i++) mean[i % d]! += data[i]! / n
  let squares = 0
  for (let i = 0; i < data.length; i++) squares += (data[i]! - mean[i % d]!) ** 2
  const scale = Math.sqrt(squares / data.length) || 1
  return (rows) => rows.data.map((x, i) => (x - mean[i % d]!) / scale)
}

/**
 * Multinomial logistic regression on features, and what it names other features.
 *
 * Features are centred and scaled by one number, that of the learned ones, so that the penalty means the same for all
 * extractors; it is scikit-learn's `LogisticRegression(C=1)` on them. Nothing is chosen by looking at other examples.
 *
 * @param learned  features [n, d] with labels
 * @param asked    features [m, d]
 * @returns a class for each of `asked`
 * @throws ShapeError when the sides have different lengths, or there is not a label for each
 */
export async function linearProbe(
  engine: MeasureEngine,
  {
    learned,
    labels,
    asked,
  }: { readonly learned: Samples; readonly labels: Uint8Array; readonly asked: Samples },
  { classes, penalty = 1, steps = 200 }: LinearProbeOptions,
): Promise<Uint8Array> {
  checkNumber('linearProbe', 'penalty', penalty, { above: 0 })
  const rows = pairOf('linearProbe', { learned, asked })
  const { n, d } = rows.learned
  if (labels.length !== n)
    throw new ShapeError(
      `linearProbe: expected ${n} labels, one for each of the features, got ${labels.length}`,
    )
  const scaled = scaling(rows.learned)
  const x = input('x', [n, d])
  const y = input('y', [n, classes])
  const kernel = input('kernel', [d, classes])
  const bias = input('bias', [classes])
  const logs = logSoftmax(add(matMul(x, kernel), bias)) // [n, classes]
  const loss = add(mul(reduceSum(mul(logs, y)), -1 / n), mul(reduceSum(square(kernel)), penalty / (2 * n)))
  // The slope by a logit is its probability less 1 where it is the label's.
  const errors = mul(sub(exp(logs), y), 1 / n)
  const slope = add(matMul(transposeLast(x), errors), mul(kernel, penalty / n))
  const slopeOfBias = reduceSum(errors, { axes: [0] })
  const oneHot = new Float32Array(n * classes)
  for (const [i, label] of labels.entries()) oneHot[i * classes + label] = 1
  const given = {
    x: { data: scaled(rows.learned), shape: [n, d] },
    y: { data: oneHot, shape: [n, classes] },
  }
  const size = d * classes
  const graph = { inputs: [x, y, kernel, bias], outputs: { loss, slope, slopeOfBias } }
  const found = await withModel(engine, 'linear probe', graph, (model) =>
    lbfgs(new Float64Array(size + classes), { steps }, async (at) => {
      const all = Float32Array.from(at)
      const made = await model.run({
        ...given,
        kernel: { data: all.subarray(0, size), shape: [d, classes] },
        bias: { data: all.subarray(size), shape: [classes] },
      })
      const gradient = new Float64Array(at.length)
      gradient.set(made.slope!.data as Float32Array)
      gradient.set(made.slopeOfBias!.data as Float32Array, size)
      return { value: Number(made.loss!.data[0]), gradient }
    }),
  )
  return namedBy(scaled(rows.asked), { d, classes, weights: found })
}

/** The class of the largest logit of each row. */
function namedBy(
  rows: Float32Array,
  { d, classes, weights }: { readonly d: number; readonly classes: number; readonly weights: Float64Array },
): Uint8Array {
  const logits = new Float64Array(classes)
  return Uint8Array.from({ length: rows.length / d }, (_, i) => {
    logits.set(weights.subarray(d * classes))
    for (let j = 0; j < d; j++) {
      const value = rows[i * d + j]!
      if (value !== 0) for (let c = 0; c < classes; c++) logits[c]! += value * weights[j * classes + c]!
    }
    return logits.indexOf(Math.max(...logits))
  })
}
