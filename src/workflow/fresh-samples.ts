// Fresh samples of trained weights, as many as are wanted.
import type { Objective } from '../objectives/objective.ts'
import type { Engine, StateArrays } from '../runtime/engine.ts'
import { drawLatents, openSampler, samplerOf } from '../training/sampler.ts'
import type { RandomStream } from '../util/random.ts'
import { sizeOf } from '../util/shape.ts'

/** Images made at once: the maps inside a large generator take many times the room of its images. */
const AT_ONCE = 100

/** Draws samples of an objective, with any weights. */
export interface FreshSampler {
  /** `[count, height, width, channels]` in [0, 1] */
  draw(arrays: StateArrays, count: number, random: RandomStream): Promise<Float32Array>
  close(): Promise<void>
}

/**
 * @param most  the largest count that will be asked for
 * @throws ConfigError when the objective makes no images
 */
export async function openFreshSampler(
  engine: Engine,
  objective: Objective,
  most: number,
): Promise<FreshSampler> {
  const parts = samplerOf(objective)
  const batch = Math.min(most, AT_ONCE)
  const [length, size] = [sizeOf(parts.network.inputShape), sizeOf(parts.network.outputShape)]
  const sampler = await openSampler(engine, objective, batch)
  return {
    async draw(arrays, count, random) {
      const latents = drawLatents(parts, count, random)
      const images = new Float32Array(count * size)
      for (let at = 0; at < count; at += batch) {
        const some = new Float32Array(batch * length)
        some.set(latents.subarray(at * length, (at + batch) * length))
        const made = await sampler.sample(arrays, some)
        images.set(made.subarray(0, (count - at) * size), at * size)
      }
      return images
    },
    close: () => sampler.close(),
  }
}
