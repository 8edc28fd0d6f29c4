// What a page needs to walk the latent space of a run: its axes, how far they reach, and where examples lie.

import { imageInputs } from '../data/examples.ts'
import type { DataSplits } from '../data/node/index.ts'
import { inputOf } from '../layers/use.ts'
import { checkpointArrays, newestCheckpoint, recordedObjective } from '../lifecycle/recorded-run.ts'
import { activeSubspace } from '../metrics/index.ts'
import type { Objective } from '../objectives/objective.ts'
import { functionOf, isLatent, type LatentDistribution, offeredBy } from '../objectives/offer.ts'
import type { RunConfig } from '../runs/index.ts'
import type { RunFolder } from '../runs/node/index.ts'
import type { Engine } from '../runtime/engine.ts'
import { applyFunction, drawInputs, frozen, openFunction, type Weights } from '../training/functions.ts'
import { ConfigError } from '../util/errors.ts'
import { randomStream } from '../util/random.ts'
import { formatShape, sizeOf } from '../util/shape.ts'

export interface LatentAxis {
  readonly label: string
  /** Unit vector of as many numbers as the latent has. */
  readonly direction: readonly number[]
  /** Share of the whole sensitivity of the image to the latent, 0 to 1; none where the axes are the latent's own. */
  readonly share?: number
}

/** `GET /api/runs/<name>/latent/examples`: where images of the data lie, for autoencoders. */
export interface LatentExamples {
  /** Mean latents [count, latentDim]. */
  readonly latents: readonly number[]
  /** Class of each, as an index into `classes`; -1 where there is none. */
  readonly labels: readonly number[]
  readonly classes: readonly string[]
  readonly heldOut: boolean
}

/** `GET /api/runs/<name>/latent` */
export interface LatentSpace {
  /** Of the weights that the axes are of. */
  readonly step: number
  /** The network that makes images, and what its latents are drawn from, number by number. */
  readonly network: string
  readonly latentDim: number
  readonly prior: LatentDistribution
  /** Mean and standard deviation of every number of the latent. */
  readonly mean: number
  readonly deviation: number
  /** How far axes reach each way, in standard deviations. */
  readonly range: number
  /** `own`: the numbers of the latent itself; `active`: the directions that change images most. */
  readonly kind: 'own' | 'active'
  /** Strongest first. */
  readonly axes: readonly LatentAxis[]
  /** Points of the prior at which the directions were measured; 0 where nothing had to be. */
  readonly points: number
  /** Whether it can be said where images of the data lie: of autoencoders. */
  readonly hasExamples: boolean
}

const AXES = 8
/** Standard deviations that a pad reaches: 99.7% of a normal distribution. */
const RANGE = 3
/** Networks of two numbers are shown as they are. */
const OWN = 2
/** Images that measuring directions may cost, at 28 x 28 pixels; larger ones take longer. */
const BUDGET = 1600
const BUDGET_PIXELS = 28 * 28
const EXAMPLES = 500

/** Mean and standard deviation of a number of the latent. */
export const momentsOfPrior = (prior: LatentDistribution): { mean: number; deviation: number } =>
  prior.distribution === 'normal'
    ? { mean: 0, deviation: 1 }
    : { mean: (prior.low + prior.high) / 2, deviation: (prior.high - prior.low) / Math.sqrt(12) }

/** Points of the prior to measure at: as many as the budget allows, between 6 and 64. */
const pointsFor = (latentDim: number, outputSize: number): number => {
  const images = BUDGET * Math.min(1, BUDGET_PIXELS / outputSize)
  return Math.max(6, Math.min(64, Math.floor(images / (latentDim + 1))))
}

const unit = (length: number, index: number): number[] =>
  Array.from({ length }, (_, i) => (i === index ? 1 : 0))

/** The function that makes images, and the one input of it that is a latent. */
function generatorOf(objective: Objective) {
  const generate = functionOf(objective, 'generate')
  const drawn = Object.entries(generate.draws ?? {})
  const [port, prior] = drawn[0] ?? []
  if (drawn.length !== 1 || port === undefined || !prior || !isLatent(prior))
    throw new ConfigError(
      `"${objective.name}" makes images of ${Object.keys(generate.of.inputs).join(' and ')}: there is a latent space to walk only where a latent is all that is drawn`,
    )
  const { name, shape } = generate.output
  if (shape.length !== 3)
    throw new ConfigError(
      `"${objective.name}" makes ${name} ${formatShape(shape)}, which are no images: pages that walk a latent space show images`,
    )
  return { generate, port, prior, latentDim: sizeOf(generate.of.inputs[port]!.shape) }
}

async function activeAxes(
  weights: Weights,
  { generate, port, latentDim: d }: ReturnType<typeof generatorOf>,
  deviation: number,
) {
  const n = pointsFor(d, sizeOf(generate.output.shape))
  const points = drawInputs(generate, n, randomStream(0, 'latent directions'))[port] as Float32Array
  const opened = await openFunction(weights, generate, d + 1)
  try {
    const { directions, shares } = await activeSubspace(
      (inputs) => opened.run({ [port]: inputs }),
      { data: points, shape: [n, d] },
      { count: AXES, step: 0.02 * deviation },
    )
    const axes = directions.map(
      (direction, i): LatentAxis => ({
        label: `direction ${i + 1}`,
        direction: Array.from(direction, (x) => Number(x.toPrecision(7))),
        share: Number(shares[i]!.toPrecision(4)),
      }),
    )
    return { axes, points: n }
  } finally {
    await opened.close()
  }
}

/**
 * The latent space of a run's newest checkpoint. Latents of two numbers or one keep their own axes; of more, the axes
 * are the directions that change images most.
 *
 * @throws DataError when there is no checkpoint yet; ConfigError when the model makes no images
 */
export async function latentSpace(run: RunFolder, engine: Engine): Promise<LatentSpace> {
  const objective = recordedObjective(run.config)
  const generator = generatorOf(objective)
  const { generate, prior, latentDim } = generator
  const checkpoint = await newestCheckpoint(run)
  const weights = frozen(engine, checkpointArrays(checkpoint, run.config, objective))
  const { mean, deviation } = momentsOfPrior(prior)
  const own = latentDim <= OWN
  const found = own
    ? {
        axes: Array.from(
          { length: latentDim },
          (_, i): LatentAxis => ({ label: `z${i + 1}`, direction: unit(latentDim, i) }),
        ),
        points: 0,
      }
    : await activeAxes(weights, generator, deviation)
  return {
    step: checkpoint.step,
    network: generate.network,
    latentDim,
    prior,
    mean,
    deviation,
    range: own && prior.distribution === 'normal' ? (prior.reach ?? RANGE) : RANGE,
    kind: own ? 'own' : 'active',
    ...found,
    hasExamples: offeredBy(objective, 'encode') !== undefined,
  }
}

/**
 * Mean latents of some hundred images of a run's data, held out where there are such.
 *
 * @param data  gives the run's data; its errors are passed on
 * @throws DataError when there is no checkpoint yet; ConfigError when the model is no autoencoder
 */
export async function latentExamples(
  run: RunFolder,
  engine: Engine,
  data: (config: RunConfig) => Promise<DataSplits>,
): Promise<LatentExamples> {
  const objective = recordedObjective(run.config)
  const encode = functionOf(objective, 'encode')
  const arrays = checkpointArrays(await newestCheckpoint(run), run.config, objective)
  const { train, test } = await data(run.config)
  const dataset = test ?? train
  const count = Math.min(EXAMPLES, dataset.count)
  const indices = Uint32Array.from({ length: count }, (_, i) => Math.floor((i * dataset.count) / count))
  const images = { [inputOf(encode.of).name]: imageInputs(dataset, indices) }
  const latents = await applyFunction(frozen(engine, arrays), encode, images)
  return {
    latents: Array.from(latents, (number) => Number(number.toPrecision(5))),
    labels: Array.from(indices, (index) => dataset.labels?.[index] ?? -1),
    classes: dataset.labels ? dataset.classes : [],
    heldOut: test !== undefined,
  }
}
