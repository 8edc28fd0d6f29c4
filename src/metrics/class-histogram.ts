// How often each class was made, and how far that is from how often it should be.
import { ConfigError, ShapeError } from '../util/errors.ts'
import { checkNames, checkNumber } from '../util/options.ts'
import type { Measured } from './measured.ts'

export interface ClassHistogramOptions {
  /** Number of classes; labels are 0 to classes - 1. */
  readonly classes: number
  /** Labels of real samples, whose shares are the goal; default: all classes equally often. */
  readonly real?: ArrayLike<number>
}

export interface ClassHistogram extends Measured {
  /** Samples of each class. */
  readonly counts: readonly number[]
  /** Their shares, which sum to 1. */
  readonly shares: readonly number[]
  /** The shares aimed at. */
  readonly goal: readonly number[]
  /** Classes that are among the goal and were never made. */
  readonly missing: readonly number[]
  /** What a perfect sampler with as many samples has on average: (classes in the goal - 1) / 2 n. */
  readonly floor: number
}

function count(name: string, labels: ArrayLike<number>, classes: number): number[] {
  if (labels.length === 0) throw new ShapeError(`classHistogram: ${name} has no labels, expected at least 1`)
  const counts = new Array<number>(classes).fill(0)
  for (let i = 0; i < labels.length; i++) {
    const label = labels[i]!
    if (!Number.isInteger(label) || label < 0 || label >= classes)
      throw new ConfigError(
        `classHistogram: ${name} has label ${label} at ${i}, expected 0 to ${classes - 1}; check the number of classes`,
      )
    counts[label]!++
  }
  return counts
}

/**
 * Histogram of classes and its divergence KL(made || goal) from the real one.
 *
 * @param labels  the class of each generated sample [n], as a classifier sees it
 * @returns as `value` the divergence in nats, 0 or more, lower is closer; no value when a class was made that the goal
 *          does not have, because the divergence is infinite then
 * @throws ShapeError for no labels; ConfigError for labels that are not 0 to classes - 1
 * @source Srivastava et al. 2017, arXiv:1705.07761 (modes and divergence of Stacked MNIST)
 */
export function classHistogram(labels: ArrayLike<number>, options: ClassHistogramOptions): ClassHistogram {
  checkNames('classHistogram', options, ['classes', 'real'])
  const { classes, real } = options
  checkNumber('classHistogram', 'classes', classes, { integer: true, atLeast: 1 })
  const counts = count('labels', labels, classes)
  const shares = counts.map((c) => c / labels.length)
  const goal = real
    ? count('real', real, classes).map((c) => c / real.length)
    : new Array<number>(classes).fill(1 / classes)
  const missing = goal.flatMap((share, label) => (share > 0 && counts[label] === 0 ? [label] : []))
  const foreign = goal.flatMap((share, label) => (share === 0 && counts[label]! > 0 ? [label] : []))
  const divergence = shares.reduce(
    (sum, share, label) => (share > 0 ? sum + share * Math.log(share / goal[label]!) : sum),
    0,
  )
  const judged =
    foreign.length > 0
      ? { value: null, reason: `classes that are not among the real ones were made: ${foreign.join(', ')}` }
      : { value: Math.max(0, divergence) }
  return {
    ...judged,
    counts,
    shares,
    goal,
    missing,
    floor: (goal.filter((share) => share > 0).length - 1) / (2 * labels.length),
    n: real ? { real: real.length, fake: labels.length } : { fake: labels.length },
    estimator: `plug-in KL in nats from ${real ? 'the real shares' : 'equal shares'}; biased upwards in n`,
  }
}
