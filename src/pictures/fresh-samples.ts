// Fresh samples of trained weights, as many as are wanted.

import { rowInputs } from '../data/examples.ts'
import type { Objective } from '../objectives/objective.ts'
import { classInputOf, functionOf } from '../objectives/offer.ts'
import { applyFunction, drawFrom, drawInputs, type Weights } from '../training/functions.ts'
import type { RandomStream } from '../util/random.ts'

/**
 * Samples `[count, ...shape]`, of images `[count, height, width, channels]` in [0, 1].
 *
 * @param given  inputs that are not drawn but the same for all, e.g. a class
 * @throws ConfigError when the objective makes none
 */
export const freshSamples = (
  weights: Weights,
  objective: Objective,
  {
    count,
    random,
    given,
  }: {
    readonly count: number
    readonly random: RandomStream
    readonly given?: Readonly<Record<string, number>> | undefined
  },
): Promise<Float32Array> => drawFrom(weights, functionOf(objective, 'generate'), count, random, given)

/**
 * The same samples, with the class that each was asked to be, where the objective is told any.
 *
 * @throws ConfigError when the objective makes none
 */
export async function askedSamples(
  weights: Weights,
  objective: Objective,
  { count, random }: { readonly count: number; readonly random: RandomStream },
): Promise<{ values: Float32Array; asked?: Int32Array }> {
  const generate = functionOf(objective, 'generate')
  const inputs = drawInputs(generate, count, random)
  const values = await applyFunction(
    weights,
    generate,
    Object.fromEntries(Object.entries(inputs).map(([port, rows]) => [port, rowInputs(rows, count)])),
  )
  const told = classInputOf(generate)
  if (!told) return { values }
  const labels = inputs[told.input] as ArrayLike<number | bigint>
  return { values, asked: Int32Array.from({ length: count }, (_, i) => Number(labels[i]!)) }
}
