// Squash: vectors of any length to the same direction and a length between 0 and 1.
import { add, div, exp, mul, reduceSum, sqrt, square, sub } from '../graph/build.ts'
import type { Value } from '../graph/value.ts'
import { checkChoice, checkNumber } from '../util/options.ts'
import { exampleAxis } from './axes.ts'
import type { Layer } from './layer.ts'
import { type LayerOptions, openOptions, stateless } from './layer-options.ts'

/**
 * Keras' epsilon, added to a squared length before its root is taken: a vector of zeros has a length whose slope is finite. Lengths
 * below 3e-4 are taken for more than they are, which no class depends on.
 */
const EPSILON = 1e-7

/** Length of vectors along an axis, `keepdims` to divide by it. */
export const lengthOf = (x: Value, axis: number, keepdims = false): Value =>
  sqrt(add(reduceSum(square(x), { axes: [axis], keepdims }), EPSILON))

/** By what a vector s is multiplied, of its length. */
const FACTORS = {
  /** |s|² / (1 + |s|²) / |s|. Sabour et al. 2017, equation 1 */
  quadratic: (length: Value): Value => div(length, add(square(length), 1)),
  /** (1 - e^-|s|) / |s|, steeper near zero. Mazzia et al. 2021, equation 5 */
  exponential: (length: Value): Value => div(sub(1, exp(mul(length, -1))), length),
} as const
export type SquashForm = keyof typeof FACTORS

export const squashFormOf = (where: string, given: unknown): SquashForm => {
  checkChoice(where, 'form', given, FACTORS)
  return given as SquashForm
}

/** Vectors along an axis of a value, squashed. */
export const squashed = (x: Value, form: SquashForm, axis = -1): Value =>
  mul(x, FACTORS[form](lengthOf(x, axis, true)))

export interface SquashOptions extends LayerOptions {
  /** The axis along which a vector's numbers lie, counted with the batch as axis 0; default -1. */
  readonly axis?: number
  /** `quadratic`, |s|² / (1 + |s|²), or `exponential`, 1 - e^-|s|; default `quadratic`. */
  readonly form?: SquashForm
}

/**
 * The non-linearity of capsules: short vectors shrink to almost nothing, long ones to almost 1; directions stay.
 *
 * @source Sabour et al. 2017, arXiv:1710.09829; `exponential` Mazzia et al. 2021, arXiv:2101.12491
 */
export function squash(options: SquashOptions = {}): Layer {
  const where = openOptions('squash', options, ['axis', 'form'])
  const axis = checkNumber(where, 'axis', options.axis ?? -1, { integer: true })
  const form = squashFormOf(where, options.form ?? 'quadratic')
  return stateless('Squash', options, {
    config: { axis, form },
    outputShape: (input) => {
      exampleAxis(axis, input.length + 1)
      return input
    },
    output: ({ input }) => squashed(input, form, exampleAxis(axis, input.shape.length)),
  })
}
