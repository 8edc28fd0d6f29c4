// The variational autoencoder of Kingma & Welling 2014, with a weight for its divergence.
import { add, cast, exp, greater, mul, reduceMean, reduceSum, slice, square, sub } from '../graph/build.ts'
import type { Value } from '../graph/value.ts'
import { NETWORK, type Network } from '../layers/network.ts'
import { inputOf, outputOf } from '../layers/use.ts'
import { binaryCrossentropy, klDivergence, logitsOf, meanSquaredError } from '../losses/index.ts'
import { OPTIMIZER, type Optimizer } from '../optimizers/optimizer.ts'
import { ANYTHING, checkArguments, NAME } from '../util/arguments.ts'
import { ShapeError } from '../util/errors.ts'
import { checkChoice, checkNumber } from '../util/options.ts'
import { formatShape, sameShape, sizeOf } from '../util/shape.ts'
import { collapseWatch, descentWatches, latentWatch } from '../watches/index.ts'
import { type Objective, objective } from './objective.ts'
import { columnFor } from './offer.ts'
import type { PhaseResult } from './phase.ts'
import { checkProbabilities } from './probabilities.ts'

/** How far an example made is from the real one, averaged over pixels. */
export const RECONSTRUCTIONS = {
  /** In nats. The decoder must end in a sigmoid. */
  binaryCrossentropy: (made: Value, real: Value): Value => binaryCrossentropy(logitsOf(made), real),
  meanSquaredError: (made: Value, real: Value): Value => meanSquaredError(made, real),
} as const
export type Reconstruction = keyof typeof RECONSTRUCTIONS

/** Variance over examples below which the mean of a latent number says nothing of them. */
const ACTIVE_VARIANCE = 0.01

/**
 * How many numbers of a latent tell examples apart ("active units"), as a scalar.
 *
 * @param mean  means of the latents of a batch `[n, latentDim]`
 * @source Burda et al. 2016, arXiv:1509.00519, section 5.2
 */
function activeLatents(mean: Value): Value {
  const centred = sub(mean, reduceMean(mean, { axes: [0] }))
  return reduceSum(cast(greater(reduceMean(square(centred), { axes: [0] }), ACTIVE_VARIANCE), 'float32'))
}

/** What the one phase found. */
const found =
  (metric: string) =>
  (results: Readonly<Record<string, PhaseResult>>): Value =>
    results.vae!.metrics![metric]!

export interface VaeOptions {
  readonly name: string
  /** From an example to the mean of its latent and then the logarithm of its variance, joined: `[n, 2 latentDim]`. */
  readonly encoder: Network
  /** From a latent `[n, latentDim]` to an example in [0, 1]. */
  readonly decoder: Network
  readonly optimizer: Optimizer
  /** Default `binaryCrossentropy`. */
  readonly reconstruction?: Reconstruction
  /**
   * Weight of the divergence; default 1, the bound on the likelihood. More makes latents more orderly and images
   * smoother, less makes reconstructions sharper.
   *
   * @source Higgins et al. 2017, beta-VAE
   */
  readonly beta?: number
  /**
   * How far a map of the latents reaches from 0, each way; default 2.5, within which 98.8% of the numbers of a standard
   * normal latent lie.
   */
  readonly latentRange?: number
}

const ARGUMENTS = {
  name: NAME,
  encoder: NETWORK,
  decoder: NETWORK,
  optimizer: OPTIMIZER,
  reconstruction: ANYTHING,
  beta: ANYTHING,
  latentRange: ANYTHING,
}

/**
 * An encoder that says where an example may come from, and a decoder that makes it from there. The loss of an example is
 * its reconstruction error, summed over pixels, and `beta` times the divergence of its latent from the standard normal
 * distribution; `reconstruction` and `divergence` are logged as they stand in that sum, before `beta`. `active` is how
 * many numbers of the latent tell the examples of the batch apart.
 *
 * @throws ConfigError for options that are missing, unknown or out of range; ShapeError when the decoder does not fit the
 *         encoder
 * @source Kingma & Welling 2014, arXiv:1312.6114
 */
export function vae(options: VaeOptions): Objective<'encoder' | 'decoder'> {
  checkArguments('vae', options, ARGUMENTS)
  const { name, encoder, decoder, optimizer } = options
  const { reconstruction = 'binaryCrossentropy', beta = 1, latentRange = 2.5 } = options
  const compare = checkChoice(`vae "${name}"`, 'reconstruction', reconstruction, RECONSTRUCTIONS)
  checkNumber(`vae "${name}"`, 'beta', beta, { atLeast: 0 })
  checkNumber(`vae "${name}"`, 'latentRange', latentRange, { above: 0 })
  const [given, code] = [inputOf(encoder).shape, outputOf(encoder).shape]
  const z = inputOf(decoder)
  const { shape: exampleShape } = outputOf(decoder)
  const latentDim = z.shape[0]!
  const column = columnFor(encoder)
  if (!sameShape(code, [2 * latentDim]) || z.shape.length !== 1)
    throw new ShapeError(
      `vae "${name}": from an encoder to ${formatShape(code)}, a mean and a log variance, the decoder takes half as many numbers, got ${formatShape(z.shape)}`,
    )
  if (!sameShape(given, exampleShape))
    throw new ShapeError(
      `vae "${name}": the decoder makes what the encoder takes, ${formatShape(given)}, got ${formatShape(exampleShape)}`,
    )
  if (reconstruction === 'binaryCrossentropy') checkProbabilities(`vae "${name}": the decoder`, decoder)
  return objective({
    name,
    networks: { encoder, decoder },
    phases: [
      {
        name: 'vae',
        updates: ['encoder', 'decoder'],
        optimizer,
        loss: ({ batchSize, data, random, networks }) => {
          const real = data[column]!
          const latent = networks.encoder(real) // [n, 2 latentDim]
          const mean = slice(latent, [{ axis: 1, start: 0, end: latentDim }])
          const logVariance = slice(latent, [{ axis: 1, start: latentDim, end: 2 * latentDim }])
          // The noise comes from outside, so that the draw can be differentiated: z = mean + deviation noise.
          const noise = random.normal([batchSize, latentDim])
          const made = networks.decoder(add(mean, mul(exp(mul(logVariance, 0.5)), noise)))
          const error = mul(compare(made, real), sizeOf(exampleShape))
          const divergence = klDivergence(mean, logVariance)
          return {
            loss: add(error, mul(divergence, beta)),
            metrics: { reconstruction: error, divergence, active: activeLatents(mean) },
          }
        },
      },
    ],
    logs: [
      { name: 'loss', label: 'loss', axis: 'left', color: '#dc267f', value: (results) => results.vae!.loss },
      {
        name: 'reconstruction',
        label: 'reconstruction',
        axis: 'left',
        color: '#fe6100',
        dash: 'dashed',
        value: found('reconstruction'),
      },
      {
        name: 'divergence',
        label: 'KL divergence',
        axis: 'right',
        color: '#785ef0',
        dash: 'dashDot',
        value: found('divergence'),
      },
      {
        name: 'active',
        label: 'active latents',
        axis: 'right',
        color: '#648fff',
        dash: 'dashDotDot',
        value: found('active'),
      },
    ],
    offers: {
      generate: { network: 'decoder', draws: { [z.name]: { distribution: 'normal', reach: latentRange } } },
      encode: {
        network: 'encoder',
        finish: (code) => slice(code, [{ axis: 1, start: 0, end: latentDim }]),
        meaning: `the mean of z in the first ${latentDim} numbers, the logarithm of its variance in the last ${latentDim}`,
      },
      decode: { network: 'decoder' },
    },
    watches: [...descentWatches({ loss: 'loss' }), latentWatch(latentDim, 'active'), collapseWatch()],
    pictures: [{ kind: 'latents' }],
  })
}
