// Coefficients of optimizers: a number each, or a function of the updates made so far.
import type { Value } from '../graph/value.ts'
import { checkNumber, type NumberRange } from '../util/options.ts'

/** A number, or a function from the number of updates made before (0 at the first, as Keras' schedules) to one. */
export type Coefficient = number | ((updatesBefore: number) => number)
export type LearningRate = Coefficient

export interface ResolvedCoefficient {
  /** Its value at this update, counted from 1. */
  at(update: number): number
  /** The number that it always is; undefined when it changes. */
  readonly fixed: number | undefined
  /** For saved configurations: the number, or the name of the function. */
  readonly config: number | string
}

/**
 * @throws ConfigError when the number, or later what the function returns, is not within the bounds
 */
export function coefficientOf(
  where: string,
  name: string,
  given: Coefficient,
  bounds: NumberRange,
): ResolvedCoefficient {
  if (typeof given !== 'function') {
    const fixed = checkNumber(where, name, given, bounds)
    return { at: () => fixed, fixed, config: fixed }
  }
  const called = given.name || 'schedule'
  return {
    at: (update) =>
      checkNumber(
        `${where}, update ${update}`,
        `${name} ${called}(${update - 1})`,
        given(update - 1),
        bounds,
      ),
    fixed: undefined,
    config: called,
  }
}

export const learningRateOf = (where: string, given: LearningRate): ResolvedCoefficient =>
  coefficientOf(where, 'learningRate', given, { atLeast: 0 })

/** Numbers that an update computes outside of the graph, unless they never change. */
export interface Entry {
  /** What it is at an update. */
  at(update: number): number
  readonly fixed: number | undefined
}

/** What is made of coefficients: fixed when they all are. */
export const derived = (
  from: readonly ResolvedCoefficient[],
  make: (...values: number[]) => number,
): Entry => {
  const fixed = from.map((coefficient) => coefficient.fixed)
  return {
    at: (update) => make(...from.map((coefficient) => coefficient.at(update))),
    fixed: fixed.every((value) => value !== undefined) ? make(...(fixed as number[])) : undefined,
  }
}

/**
 * What a decaying sum S = m / (1 - beta) is multiplied with, so that m stays the mean with the share beta even while
 * beta changes.
 */
export const decayOf = (beta: ResolvedCoefficient): Entry => ({
  at: (update) =>
    update === 1 ? beta.at(1) : (beta.at(update) * (1 - beta.at(update - 1))) / (1 - beta.at(update)),
  fixed: beta.fixed,
})

/** The product of a share over all updates up to one: what is left of the zero that a mean began with. */
export function productOf(beta: ResolvedCoefficient): (update: number) => number {
  const { fixed } = beta
  if (fixed !== undefined) return (update) => fixed ** update
  const products = [1]
  return (update) => {
    for (let made = products.length; made <= update; made++)
      products.push(products[made - 1]! * beta.at(made))
    return products[update]!
  }
}

/** The entries that change, as an optimizer's schedule. */
export const scheduleOf = (
  entries: Readonly<Record<string, Entry>>,
  update: number,
): Record<string, number> =>
  Object.fromEntries(
    Object.entries(entries).flatMap(([name, { at, fixed }]) =>
      fixed === undefined ? [[name, at(update)]] : [],
    ),
  )

/** An entry in the graph: the number itself, or the input that has it. */
export const entryIn = (
  entries: Readonly<Record<string, Entry>>,
  schedule: Readonly<Record<string, Value>>,
  name: string,
): Value | number => entries[name]!.fixed ?? schedule[name]!
