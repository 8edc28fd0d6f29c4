// The conditional GAN of convolutions: images of a class that one asks for.
import { z } from 'zod'
import {
  batchNormalization,
  conv2D,
  conv2DTranspose,
  dense,
  dropout,
  flatten,
  type Network,
  reshape,
  sequential,
} from '../layers/index.ts'
import { type Shape, sizeOf } from '../util/shape.ts'
import { conditionalPair } from './conditional-pair.ts'
import { quarterOf } from './image-shape.ts'

/** Every layer that slides over images has a 5x5 kernel and halves or doubles their size. */
const sliding = { kernelSize: 5, strides: 2, padding: 'same' } as const

interface PlayerOptions {
  readonly imageShape: Shape
  readonly filters: number
}

const where = 'conditional-dcgan'

/** Latents, with what tells the class, to images [n, height, width, channels] with pixels in [0, 1]. */
function generator({ imageShape, latentDim, filters }: PlayerOptions & { latentDim: number }): Network {
  const { height, width } = quarterOf(where, imageShape)
  const seed = [height, width, 4 * filters]
  return sequential({ name: 'generator', input: { z: [latentDim] }, output: 'images' }, [
    dense({ units: sizeOf(seed), activation: 'relu' }),
    batchNormalization(),
    reshape({ targetShape: seed }), // [n, 7, 7, 64]
    conv2DTranspose({ ...sliding, filters: 2 * filters, strides: 1, activation: 'relu' }),
    batchNormalization(),
    conv2DTranspose({ ...sliding, filters, activation: 'relu' }), // [n, 14, 14, 16]
    batchNormalization(),
    conv2DTranspose({ ...sliding, filters: imageShape[2]!, activation: 'sigmoid' }), // [n, 28, 28, 1]
  ])
}

/** Images to the probability [n, 1] that they are real; what goes into `judged` are their features. */
function discriminator({ imageShape, filters }: PlayerOptions): Network {
  quarterOf(where, imageShape)
  return sequential({ name: 'discriminator', input: { images: imageShape }, output: 'probability' }, [
    conv2D({ ...sliding, filters, activation: 'relu' }), // [n, 14, 14, 16]
    dropout({ rate: 0.3 }),
    conv2D({ ...sliding, filters: 2 * filters, activation: 'relu' }), // [n, 7, 7, 32]
    dropout({ rate: 0.3 }),
    flatten(),
    dense({ units: 1, activation: 'sigmoid', name: 'judged' }),
  ])
}

/**
 * Networks like those of `dcgan` with fewer channels, told the class: the generator by a vector beside its latent, the discriminator by projection. They play
 * for the loss of R3GAN, whose rates suit networks this small: with the plain loss they end with one picture for each class (docs/LOG.md).
 */
export const conditionalDcgan = conditionalPair({
  name: where,
  description:
    'a GAN of convolutions that is told the class: "sparring sample <run> --class 7" draws sevens only',
  defaults: { steps: 6000, batchSize: 64, sampleEvery: 400, checkpointEvery: 400 },
  usual: {
    condition: 'projection',
    objective: 'r3gan',
    settings: { learningRate: 1e-3, finalRate: 0.01 },
  },
  options: {
    filters: z
      .number()
      .int()
      .min(1)
      .max(1024)
      .default(16)
      .describe("channels of the discriminator's first layer and of the generator's last hidden one"),
  },
  generator,
  discriminator,
})
