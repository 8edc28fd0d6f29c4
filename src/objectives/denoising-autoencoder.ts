// The denoising autoencoder: an encoder and a decoder that give back the image of which they saw a noisy copy.
import { add, mul } from '../graph/build.ts'
import type { Network } from '../layers/network.ts'
import { outputOf } from '../layers/use.ts'
import { ShapeError } from '../util/errors.ts'
import { checkChoice, checkNumber } from '../util/options.ts'
import { formatShape, sameShape, sizeOf } from '../util/shape.ts'
import { type Objective, objective } from './objective.ts'
import { checkProbabilities } from './probabilities.ts'
import {
  checkHeads,
  checkRepresentation,
  LEARN,
  LOSS,
  type RepresentationOptions,
  representing,
  SPREAD,
  spreadOf,
} from './representation.ts'
import { RECONSTRUCTIONS, type Reconstruction } from './vae.ts'

export interface DenoisingOptions extends RepresentationOptions {
  /** From an embedding to an image in [0, 1]; named `decoder`. */
  readonly decoder: Network
  /** Standard deviation of the normal noise, images being in [0, 1]; default 0.5. With 0 it is an autoencoder without noise. */
  readonly noise?: number
  /** Default `binaryCrossentropy`. */
  readonly reconstruction?: Reconstruction
}

/** @throws ShapeError unless the decoder makes what the encoder takes; ConfigError unless it ends in a sigmoid where it must */
export function checkDecoder(
  where: string,
  {
    decoder,
    image,
    embedding,
    reconstruction,
  }: {
    readonly decoder: Network
    readonly image: readonly number[]
    readonly embedding: readonly number[]
    readonly reconstruction: Reconstruction
  },
): void {
  checkHeads(where, embedding, { decoder })
  const { shape } = outputOf(decoder)
  if (!sameShape(shape, image))
    throw new ShapeError(
      `${where}: the decoder makes what the encoder takes, ${formatShape(image)}, got ${formatShape(shape)}`,
    )
  if (reconstruction === 'binaryCrossentropy') checkProbabilities(`${where}: the decoder`, decoder)
}

/**
 * An encoder whose embedding of a noisy image holds what the image without noise is made again from. The loss of an image is its
 * reconstruction error, summed over pixels.
 *
 * @throws ConfigError for options that are missing, unknown or out of range; ShapeError for networks that do not fit together
 * @source Vincent et al. 2010, Stacked denoising autoencoders, JMLR 11
 */
export function denoisingAutoencoder(options: DenoisingOptions): Objective<'encoder' | 'decoder'> {
  const { where, column, image, embedding } = checkRepresentation('denoisingAutoencoder', options, {
    heads: ['decoder'],
    others: ['noise', 'reconstruction'],
  })
  const { name, encoder, decoder, optimizer, reconstruction = 'binaryCrossentropy' } = options
  const noise = checkNumber(where, 'noise', options.noise ?? 0.5, { atLeast: 0 })
  const compare = checkChoice(where, 'reconstruction', reconstruction, RECONSTRUCTIONS)
  checkDecoder(where, { decoder, image, embedding, reconstruction })
  return objective<'encoder' | 'decoder'>({
    name,
    networks: { encoder, decoder },
    phases: [
      {
        name: LEARN,
        updates: ['encoder', 'decoder'],
        optimizer,
        loss({ data, random, networks }) {
          const images = data[column]!
          const seen = noise === 0 ? images : add(images, random.normal(images.shape, 0, noise))
          const embeddings = networks.encoder(seen)
          return {
            loss: mul(compare(networks.decoder(embeddings), images), sizeOf(image)),
            metrics: { spread: spreadOf(embeddings) },
          }
        },
      },
    ],
    logs: [LOSS, SPREAD],
    ...representing(),
  })
}
