// The masked autoencoder: an encoder that sees a few patches of an image, and a decoder that makes the others from what it tells.
import { cast, expand, less, mul, reduceSum, reshape, slice, square, sub, topK } from '../graph/build.ts'
import type { Value } from '../graph/value.ts'
import type { Network } from '../layers/network.ts'
import { ConfigError } from '../util/errors.ts'
import { checkNumber } from '../util/options.ts'
import { formatShape, type Shape } from '../util/shape.ts'
import { checkDecoder } from './denoising-autoencoder.ts'
import { type Objective, objective } from './objective.ts'
import {
  checkRepresentation,
  LEARN,
  LOSS,
  type RepresentationOptions,
  representing,
  SPREAD,
  spreadOf,
} from './representation.ts'

export interface MaskedOptions extends RepresentationOptions {
  /** From an embedding to an image; named `decoder`. */
  readonly decoder: Network
  /** Height and width of a patch in pixels; default 4. */
  readonly patch?: number
  /** Share of the patches that is hidden; default 0.75. */
  readonly hidden?: number
}

/**
 * Where pixels are hidden: 1 there, else 0. Of every image the same number of patches, drawn by chance.
 *
 * @param draws  a uniform number for each patch, [n, patches]
 * @param count  how many patches are hidden, at least 1, not all
 * @param shape  of an image, whose height and width are multiples of `patch`
 * @returns [n, height, width, 1]
 */
export function hiddenPixels(draws: Value, count: number, [height, width]: Shape, patch: number): Value {
  const n = draws.shape[0]!
  const patches = draws.shape[1]!
  // The patches whose numbers are below the one that is so manieth from below.
  const border = slice(topK(draws, patches - count).values, [
    { axis: 1, start: patches - count - 1, end: patches - count },
  ])
  const rows = [height! / patch, width! / patch] as const
  const small = reshape(cast(less(draws, border), 'float32'), [n, rows[0], 1, rows[1], 1, 1])
  return reshape(expand(small, [n, rows[0], patch, rows[1], patch, 1]), [n, height!, width!, 1])
}

/**
 * Hides most of every image and descends the squared error of what is made of the rest, on what was hidden alone: summed over the
 * pixels of an image, as far as they were hidden. Hidden pixels are black to the encoder, which slides over whole images; the paper's,
 * a transformer, leaves them out.
 *
 * @throws ConfigError for options that are missing, unknown or out of range; ShapeError for networks that do not fit together
 * @source He et al. 2022, arXiv:2111.06377; a plain encoder that sees masked images: Xie et al. 2022, arXiv:2111.09886
 */
export function maskedAutoencoder(options: MaskedOptions): Objective<'encoder' | 'decoder'> {
  const { where, column, image, embedding } = checkRepresentation('maskedAutoencoder', options, {
    heads: ['decoder'],
    others: ['patch', 'hidden'],
  })
  const { name, encoder, decoder, optimizer } = options
  const patch = checkNumber(where, 'patch', options.patch ?? 4, { integer: true, atLeast: 1 })
  const share = checkNumber(where, 'hidden', options.hidden ?? 0.75, { above: 0, below: 1 })
  checkDecoder(where, { decoder, image, embedding, reconstruction: 'meanSquaredError' })
  if (image.length !== 3 || image[0]! % patch !== 0 || image[1]! % patch !== 0)
    throw new ConfigError(
      `${where}: expected images [height, width, channels] that patches of ${patch} x ${patch} cover, got ${formatShape(image)}; give a patch that divides height and width`,
    )
  const patches = (image[0]! * image[1]!) / patch ** 2
  const count = Math.round(share * patches)
  if (count < 1 || count >= patches)
    throw new ConfigError(
      `${where}: of ${patches} patches a share of ${share} hides ${count === 0 ? 'none' : 'all'}; give smaller patches or another share`,
    )
  return objective<'encoder' | 'decoder'>({
    name,
    networks: { encoder, decoder },
    phases: [
      {
        name: LEARN,
        updates: ['encoder', 'decoder'],
        optimizer,
        loss({ batchSize, data, random, networks }) {
          const images = data[column]!
          const hidden = hiddenPixels(random.uniform([batchSize, patches]), count, image, patch)
          const embeddings = networks.encoder(mul(images, sub(1, hidden)))
          const error = mul(square(sub(networks.decoder(embeddings), images)), hidden)
          return {
            loss: mul(reduceSum(error), 1 / batchSize),
            metrics: { spread: spreadOf(embeddings) },
          }
        },
      },
    ],
    logs: [LOSS, SPREAD],
    ...representing(),
  })
}
