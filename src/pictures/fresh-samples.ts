// Fresh samples of trained weights, as many as are wanted.

import type { Objective } from '../objectives/objective.ts'
import { functionOf } from '../objectives/offer.ts'
import { drawFrom, type Weights } from '../training/functions.ts'
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
