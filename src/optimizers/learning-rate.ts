// Learning rates: a number, or a function of the updates made so far.
import { checkNumber } from '../util/options.ts'

/** A number, or a function from the number of updates made before (0 at the first, as Keras' schedules) to one. */
export type LearningRate = number | ((updatesBefore: number) => number)

export interface ResolvedLearningRate {
  /** The rate of this update, counted from 1. */
  at(update: number): number
  /** For saved configurations: the number, or the name of the function. */
  readonly config: number | string
}

/**
 * @throws ConfigError when the number, or later what the function returns, is not a rate
 */
export function learningRateOf(where: string, given: LearningRate): ResolvedLearningRate {
  if (typeof given !== 'function') {
    const rate = checkNumber(where, 'learningRate', given, { atLeast: 0 })
    return { at: () => rate, config: rate }
  }
  const name = given.name || 'schedule'
  return {
    at: (update) =>
      checkNumber(`${where}, update ${update}`, `learningRate ${name}(${update - 1})`, given(update - 1), {
        atLeast: 0,
      }),
    config: name,
  }
}
