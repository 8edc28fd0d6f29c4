// Inception score of class probabilities, from any classifier.
import { ConfigError } from '../util/errors.ts'
import { checkNames, checkNumber } from '../util/options.ts'
import { type Rows, requireRows, rowsOf, type Samples } from './features.ts'
import { type Measured, meanAndSpread } from './measured.ts'

export interface InceptionScoreOptions {
  /** Parts that are scored by themselves, in the order of the samples; default 10. */
  readonly splits?: number
}

/** @throws ConfigError for rows that are not probabilities */
function requireProbabilities(where: string, { data, n, d }: Rows): void {
  for (let i = 0; i < n; i++) {
    const row = data.subarray(i * d, (i + 1) * d)
    const sum = row.reduce((total, p) => total + p, 0)
    if (row.some((p) => p < 0) || Math.abs(sum - 1) > 1e-3)
      throw new ConfigError(
        `${where}: row ${i} of probabilities must be 0 or more and sum to 1, got numbers from ${Math.min(...row)} to ${Math.max(...row)} that sum to ${sum}; apply softmax to logits first`,
      )
  }
}

/** exp of the mean divergence of rows `from` to `to` from their mean. */
function scoreOf({ data, d }: Rows, from: number, to: number): number {
  const mean = new Float64Array(d)
  for (let i = from; i < to; i++) for (let j = 0; j < d; j++) mean[j]! += data[i * d + j]! / (to - from)
  let divergence = 0
  for (let i = from; i < to; i++)
    for (let j = 0; j < d; j++) {
      const p = data[i * d + j]!
      if (p > 0) divergence += p * Math.log(p / mean[j]!)
    }
  return Math.exp(divergence / (to - from))
}

/**
 * Inception score: exp of the mean KL divergence of p(class | sample) from p(class).
 *
 * With a classifier of the data set in place of Inception it is the "MNIST score". It does not look at real samples:
 * give the score of real ones beside it.
 *
 * @param probabilities  of classes [n, classes], after softmax
 * @returns 1 to the number of classes; higher means samples that are sure and varied. Mean and, as `spread`, standard
 *          deviation over splits
 * @throws ShapeError for fewer samples than splits; ConfigError for rows that are not probabilities
 * @source Salimans et al. 2016, arXiv:1606.03498
 */
export function inceptionScore(probabilities: Samples, options: InceptionScoreOptions = {}): Measured {
  const where = 'inceptionScore'
  checkNames(where, options, ['splits'])
  const { splits = 10 } = options
  checkNumber(where, 'splits', splits, { integer: true, atLeast: 1 })
  const rows = rowsOf(where, 'probabilities', probabilities)
  requireProbabilities(where, rows)
  requireRows(where, 'probabilities', rows, splits, `for ${splits} splits`)
  const border = (split: number): number => Math.floor((split * rows.n) / splits)
  const scores = Array.from({ length: splits }, (_, i) => scoreOf(rows, border(i), border(i + 1)))
  return {
    ...meanAndSpread(scores),
    n: { samples: rows.n },
    estimator: `exp of mean KL, ${rows.d} classes, ${splits} splits`,
  }
}
