// A round of "real or generated?": images of both kinds, mixed by chance, and what the run's own critic says of them.
import type { DataSplits } from '../data/index.ts'
import { inputOf } from '../layers/use.ts'
import { checkpointArrays, newestCheckpoint, recordedObjective } from '../lifecycle/recorded-run.ts'
import type { Objective } from '../objectives/objective.ts'
import { functionOf, offeredBy } from '../objectives/offer.ts'
import { imageBatch } from '../pictures/images.ts'
import { type CriticRow, imagesOf, type RunConfig } from '../runs/index.ts'
import type { RunFolder } from '../runs/node/index.ts'
import type { Engine, StateArrays } from '../runtime/engine.ts'
import { drawInputs, heldArrays, openFunction } from '../training/functions.ts'
import { DataError } from '../util/errors.ts'
import { type RandomStream, randomStream } from '../util/random.ts'

/** Images of a round. */
export const ROUND_SIZE = 20

/** A round before it is answered: what will be recorded, and the images. */
export interface CriticRound extends Omit<CriticRow, 'at' | 'saidReal'> {
  /** `[ROUND_SIZE, height, width, channels]`, 0 to 255. */
  readonly pixels: Uint8Array
  /** [height, width, channels] */
  readonly shape: readonly [number, number, number]
}

/** The functions of a model that rounds need, ready to be used again: building them takes longer than running them. */
export interface CriticNetworks {
  readonly objective: Objective
  /** Images of freshly drawn inputs, by the weights of a checkpoint. */
  generate(arrays: StateArrays, random: RandomStream): Promise<Float32Array>
  /** Probabilities that images are real; absent where the model cannot tell. */
  readonly judge?: (arrays: StateArrays, images: Float32Array<ArrayBuffer>) => Promise<Float32Array>
  close(): Promise<void>
}

/** @throws ConfigError when the model makes no images */
export async function openCriticNetworks(engine: Engine, config: RunConfig): Promise<CriticNetworks> {
  const objective = recordedObjective(config)
  const generate = functionOf(objective, 'generate')
  const judge = offeredBy(objective, 'judge')
  const names = Object.values(objective.networks).flatMap(({ weights }) => weights.map(({ name }) => name))
  let now: StateArrays
  const weights = heldArrays(engine, names, () => now)
  const generator = await openFunction(weights, generate, ROUND_SIZE)
  const critic = judge && (await openFunction(weights, judge, ROUND_SIZE))
  return {
    objective,
    generate(arrays, random) {
      now = arrays
      return generator.run(drawInputs(generate, ROUND_SIZE, random))
    },
    ...(critic
      ? {
          judge(arrays, images) {
            now = arrays
            return critic.run({ [inputOf(judge.of).name]: images })
          },
        }
      : {}),
    async close() {
      await Promise.all([generator.close(), critic?.close()])
    },
  }
}

export interface CriticRoundOptions {
  readonly run: RunFolder
  /** Those of the run's model. */
  readonly networks: CriticNetworks
  readonly data: DataSplits
  /** Everything about the round follows from it, and from the weights. */
  readonly seed: number
}

/** The probabilities that images are real, by the run's critic network; null when it has none, or gives no numbers. */
async function criticize(
  { judge }: CriticNetworks,
  arrays: StateArrays,
  pixels: Uint8Array,
): Promise<number[] | null> {
  if (!judge) return null
  // The critic sees what the person sees: eight bits.
  const probabilities = await judge(
    arrays,
    Float32Array.from(pixels, (byte) => byte / 255),
  )
  return probabilities.every(Number.isFinite) ? [...probabilities] : null
}

/**
 * Makes a round. Each image is real or generated with probability 1/2, independent of the others, so that counting does
 * not help. Real ones are of the held-out part where there is one, none twice; generated ones are made of fresh latents
 * by the newest checkpoint, and rounded to the eight bits that real ones have.
 *
 * @throws DataError when there is no checkpoint, or its numbers are not finite
 */
export async function criticRound({ run, networks, data, seed }: CriticRoundOptions): Promise<CriticRound> {
  const { height, width, channels } = imagesOf(run.config)
  const shape = [height, width, channels] as const
  const checkpoint = await newestCheckpoint(run)
  const arrays = checkpointArrays(checkpoint, run.config, networks.objective)
  const made = await networks.generate(arrays, randomStream(seed, 'critic/latents'))
  if (!made.every(Number.isFinite))
    throw new DataError(
      `the weights of step ${checkpoint.step} give images that are not numbers: the training diverged`,
    )
  const { pixels } = imageBatch({ values: made, count: ROUND_SIZE, shape })
  const coins = randomStream(seed, 'critic/real')
  const isReal = Array.from({ length: ROUND_SIZE }, () => coins.integer(2) === 1)
  const [reals, dataset] = data.test
    ? (['held-out', data.test] as const)
    : (['training', data.train] as const)
  const order = randomStream(seed, 'critic/images').permutation(dataset.count)
  const size = height * width * channels
  isReal.forEach((real, image) => {
    // A set of fewer images than a round has shows some twice.
    const index = order[image % order.length]!
    if (real) pixels.set(dataset.images.subarray(index * size, (index + 1) * size), image * size)
  })
  return {
    step: checkpoint.step,
    seed,
    reals,
    isReal,
    probabilityOfReal: await criticize(networks, arrays, pixels),
    pixels,
    shape,
  }
}
