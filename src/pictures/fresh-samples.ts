// Fresh samples of trained weights, as many as are wanted.

import { rowInputs } from '../data/examples.ts'
import type { Objective } from '../objectives/objective.ts'
import type { Engine, StateArrays } from '../runtime/engine.ts'
import { applyNetwork } from '../training/inference.ts'
import { drawLatents, samplerOf } from '../training/sampler.ts'
import type { RandomStream } from '../util/random.ts'

/**
 * Samples `[count, height, width, channels]` in [0, 1].
 *
 * @throws ConfigError when the objective makes no images
 */
export function freshSamples(
  engine: Engine,
  objective: Objective,
  arrays: StateArrays,
  { count, random }: { readonly count: number; readonly random: RandomStream },
): Promise<Float32Array> {
  const sampler = samplerOf(objective)
  const latents = drawLatents(sampler, count, random)
  return applyNetwork(engine, sampler.network, arrays, rowInputs(latents, count))
}
