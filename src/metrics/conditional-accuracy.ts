// How often samples of a conditional generator are of the class that was asked for.
import { ConfigError, ShapeError } from '../util/errors.ts'
import { checkNumber } from '../util/options.ts'
import type { Measured } from './measured.ts'

export interface ConditionalAccuracy extends Measured {
  /** Samples that were asked to be of each class. */
  readonly asked: readonly number[]
  /** How many of these are named so. */
  readonly right: readonly number[]
}

/**
 * Share of samples that an independent classifier names as asked. A classifier of real examples errs as well, so real ones, which it
 * names as they are labelled, are the best that one can hope for.
 *
 * @param named  the class of each sample [n], as the classifier sees it
 * @param asked  the class that each was asked to be [n]
 * @returns as `value` the share, 0 to 1, higher is better
 * @throws ShapeError for no samples, and for as many names as there are not samples; ConfigError for classes that are not 0 to classes - 1
 * @source as for AC-GAN: Odena et al. 2017, arXiv:1610.09585, section 4.1, whose accuracy is that of a pretrained Inception network
 */
export function conditionalAccuracy(
  named: ArrayLike<number>,
  asked: ArrayLike<number>,
  { classes }: { readonly classes: number },
): ConditionalAccuracy {
  checkNumber('conditionalAccuracy', 'classes', classes, { integer: true, atLeast: 1 })
  const n = named.length
  if (n === 0 || asked.length !== n)
    throw new ShapeError(
      `conditionalAccuracy: expected a name and a class that was asked for of each sample, at least one, got ${n} and ${asked.length}`,
    )
  const counts = { asked: new Array<number>(classes).fill(0), right: new Array<number>(classes).fill(0) }
  for (let i = 0; i < n; i++) {
    const label = asked[i]!
    if (!Number.isInteger(label) || label < 0 || label >= classes)
      throw new ConfigError(
        `conditionalAccuracy: sample ${i} was asked to be of class ${label}, expected 0 to ${classes - 1}`,
      )
    counts.asked[label]! += 1
    if (named[i] === label) counts.right[label]! += 1
  }
  return {
    value: counts.right.reduce((sum, count) => sum + count, 0) / n,
    ...counts,
    n: { samples: n },
    estimator: 'share of samples whose likeliest class is the one that was asked for',
  }
}
