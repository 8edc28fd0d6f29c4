// Encoders that learn from images without labels: one network of a stated size for all, and the ways in which it is trained.
import { z } from 'zod'
import { augmentationsInWords, type NamedChoice, policyOf, policyText } from '../augmentations/index.ts'
import {
  batchNormalization,
  conv2D,
  conv2DTranspose,
  dense,
  flatten,
  type Layer,
  type Network,
  reLU,
  reshape,
  sequential,
} from '../layers/index.ts'
import { byol } from '../objectives/byol.ts'
import { denoisingAutoencoder } from '../objectives/denoising-autoencoder.ts'
import { maskedAutoencoder } from '../objectives/masked-autoencoder.ts'
import type { Objective } from '../objectives/objective.ts'
import { rotation } from '../objectives/rotation.ts'
import { simclr } from '../objectives/simclr.ts'
import { RECONSTRUCTIONS } from '../objectives/vae.ts'
import { vicreg } from '../objectives/vicreg.ts'
import { adam, type Optimizer } from '../optimizers/index.ts'
import { checkNames, checkNumber } from '../util/options.ts'
import { type Shape, sizeOf } from '../util/shape.ts'
import { augmentationsPattern } from './augment-option.ts'
import { cosineAdamOptions, cosineRate } from './cosine.ts'
import { checkImageShape, quarterOf } from './image-shape.ts'
import { imageModel, type ModelDefinition } from './model.ts'

export interface EncoderNetworkOptions {
  /** Height, width and channels of an image; default 28 x 28 x 1. */
  readonly imageShape?: Shape
  /** Numbers by which an image is known; default 128. */
  readonly embedding?: number
}

/** Every layer that slides over images has a 5x5 kernel and halves or doubles their size. */
const sliding = { kernelSize: 5, strides: 2, padding: 'same' } as const

/**
 * Images [n, height, width, channels] to embeddings [n, embedding], none negative. 453,632 parameters by default, those of the classifier
 * up to its features. There is no batch normalization: what is seen while it learns, noisy or in parts, may be unlike what it is used on.
 */
export function encoderNetwork(options: EncoderNetworkOptions = {}): Network {
  const where = 'encoderNetwork'
  checkNames(where, options, ['imageShape', 'embedding'])
  const imageShape = checkImageShape(where, options.imageShape ?? [28, 28, 1])
  const units = checkNumber(where, 'embedding', options.embedding ?? 128, { integer: true, atLeast: 1 })
  return sequential({ name: 'encoder', input: { images: imageShape }, output: 'embedding' }, [
    conv2D({ ...sliding, filters: 32, activation: 'relu' }), // [n, 14, 14, 32]
    conv2D({ ...sliding, filters: 64, activation: 'relu' }), // [n, 7, 7, 64]
    flatten(),
    dense({ units, activation: 'relu' }),
  ])
}

/** Embeddings to images in [0, 1], the encoder's way back. */
function decoderNetwork(embedding: number, imageShape: Shape): Network {
  const { height, width } = quarterOf('decoderNetwork', imageShape)
  const seed = [height, width, 64]
  return sequential({ name: 'decoder', input: { embedding: [embedding] }, output: 'images' }, [
    dense({ units: sizeOf(seed), activation: 'relu' }),
    reshape({ targetShape: seed }), // [n, 7, 7, 64]
    conv2DTranspose({ ...sliding, filters: 32, activation: 'relu' }), // [n, 14, 14, 32]
    conv2DTranspose({ ...sliding, filters: imageShape[2]!, activation: 'sigmoid' }), // [n, 28, 28, 1]
  ])
}

/** Dense layers of these widths, all but the last with batch normalization and relu: what is put on embeddings while they are learned. */
const head = (name: string, input: number, widths: readonly number[]): Network =>
  sequential(
    { name, input: [input] },
    widths.flatMap((units, i): Layer[] =>
      i < widths.length - 1
        ? [dense({ units, useBias: false }), batchNormalization({ momentum: 0.9 }), reLU()]
        : [dense({ units })],
    ),
  )

/** Mild, and no flips: a mirrored digit is none. */
const VIEWS = 'shift=0.1,rotate=15,scale=0.15,elastic'

const common = {
  embedding: z
    .int()
    .min(1)
    .max(4096)
    .default(128)
    .describe('numbers by which an image is known: the size of what the encoder gives'),
  ...cosineAdamOptions,
}
const views = {
  augment: z
    .string()
    .regex(augmentationsPattern, 'expected a list such as shift,rotate=20')
    .default(VIEWS)
    .meta({
      title: 'list',
      examples: [VIEWS],
      description: `how the two views of an image differ from it, in this order: ${augmentationsInWords()}`,
    }),
}
const width = (of: string, usual: number) =>
  z.int().min(1).max(8192).default(usual).describe(`width of the ${of}, which is thrown away afterwards`)
const weight = (usual: number, what: string) => z.number().min(0).default(usual).describe(what)

/** What a way of training is given. */
interface Parts {
  readonly name: string
  readonly encoder: Network
  readonly size: number
  readonly imageShape: Shape
  readonly optimizer: Optimizer
  readonly augmentations: readonly NamedChoice[]
  readonly steps: number | undefined
}

interface EncoderModel<Options extends z.ZodRawShape> {
  readonly name: string
  readonly description: string
  /** Whether it compares views of an image. */
  readonly compares: boolean
  readonly options: Options
  objective(parts: Parts, options: z.output<z.ZodObject<Options>>): Objective
}

const WHERE = '--augment'

/** 20 passes over 60,000 images, 234 batches each. */
const DEFAULTS = { steps: 4680, batchSize: 256, sampleEvery: 0, checkpointEvery: 468, validateEvery: 468 }

function encoderModel<Options extends z.ZodRawShape>({
  name,
  description,
  compares,
  options: own,
  objective,
}: EncoderModel<Options>): ModelDefinition {
  const options = z.object({ ...common, ...(compares ? views : {}), ...own })
  type All = z.output<z.ZodObject<typeof common>> & { augment?: string } & z.output<z.ZodObject<Options>>
  return imageModel<z.ZodObject>({
    name,
    description,
    defaults: DEFAULTS,
    imageShape: [28, 28, 1],
    options,
    settle: (given) =>
      compares ? { ...given, augment: policyText(policyOf(WHERE, (given as All).augment!)) } : given,
    objective(given, imageShape, { steps }) {
      const { embedding: size, learningRate, beta1, augment, ...rest } = given as All
      return objective(
        {
          name,
          encoder: encoderNetwork({ imageShape, embedding: size }),
          size,
          imageShape,
          optimizer: adam({ learningRate: cosineRate(learningRate, steps), beta1 }),
          augmentations: augment === undefined ? [] : policyOf(WHERE, augment),
          steps,
        },
        rest as unknown as z.output<z.ZodObject<Options>>,
      )
    },
  })
}

/** All there are, best known first. */
export const ENCODERS: readonly ModelDefinition[] = [
  encoderModel({
    name: 'simclr',
    description: 'an encoder that finds the other view of an image among those of all images of a batch',
    compares: true,
    options: {
      temperature: z
        .number()
        .min(0.02)
        .default(0.2)
        .describe('what cosines are divided by: the lower, the more the nearest other images count'),
      uniformity: weight(1, 'weight of what pushes different images apart; with 0 the encoder collapses'),
      projection: width('projector', 128),
    },
    objective: ({ size, imageShape: _, steps: __, ...parts }, { temperature, uniformity, projection }) =>
      simclr({
        ...parts,
        projector: head('projector', size, [projection, projection]),
        temperature,
        uniformity,
      }),
  }),
  encoderModel({
    name: 'vicreg',
    description:
      'an encoder that gives two views of an image the same, keeps every number alive and no two of them alike',
    compares: true,
    options: {
      invariance: weight(25, 'weight of the distance of two views'),
      variance: weight(25, 'weight of what keeps every number varying; with 0 the encoder collapses'),
      covariance: weight(1, 'weight of the squared covariances of different numbers'),
      projection: width('expander', 256),
    },
    objective: ({ size, imageShape: _, steps: __, ...parts }, { projection, ...weights }) =>
      vicreg({
        ...parts,
        expander: head('expander', size, [projection, projection, projection]),
        ...weights,
      }),
  }),
  encoderModel({
    name: 'byol',
    description: 'an encoder that foretells what a slow average of itself makes of another view',
    compares: true,
    options: {
      decay: z
        .number()
        .min(0)
        .lt(1)
        .default(0.99)
        .describe('share of the average kept at the first step; it rises to 1 along a cosine'),
      projection: width('projector and predictor', 128),
    },
    objective: ({ size, imageShape: _, steps, ...parts }, { decay, projection }) =>
      byol({
        ...parts,
        projector: head('projector', size, [2 * projection, projection]),
        predictor: head('predictor', projection, [2 * projection, projection]),
        decay,
        ...(steps === undefined ? {} : { steps }),
      }),
  }),
  encoderModel({
    name: 'denoising-autoencoder',
    description: 'an encoder and a decoder that give back the image of which they saw a noisy copy',
    compares: false,
    options: {
      noise: weight(0.5, 'standard deviation of the noise, images being in [0, 1]; 0 is without noise'),
      reconstruction: z
        .enum(Object.keys(RECONSTRUCTIONS) as (keyof typeof RECONSTRUCTIONS)[])
        .default('binaryCrossentropy')
        .describe('how far an image made is from the real one'),
    },
    objective: ({ size, imageShape, steps: _, augmentations: __, ...parts }, given) =>
      denoisingAutoencoder({ ...parts, decoder: decoderNetwork(size, imageShape), ...given }),
  }),
  encoderModel({
    name: 'masked-autoencoder',
    description: 'an encoder that sees a few patches of an image, and a decoder that makes the others',
    compares: false,
    options: {
      patch: z.int().min(1).max(64).default(4).describe('height and width of a patch in pixels'),
      hidden: z.number().gt(0).lt(1).default(0.75).describe('share of the patches that is hidden'),
    },
    objective: ({ size, imageShape, steps: _, augmentations: __, ...parts }, given) =>
      maskedAutoencoder({ ...parts, decoder: decoderNetwork(size, imageShape), ...given }),
  }),
  encoderModel({
    name: 'rotation',
    description: 'an encoder that tells by which quarter turn an image was turned',
    compares: false,
    options: {},
    objective: ({ size, imageShape: _, steps: __, augmentations: ___, ...parts }) =>
      rotation({ ...parts, head: head('head', size, [4]) }),
  }),
]
