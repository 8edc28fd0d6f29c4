// The conditional GAN of convolutions: images of a class that one asks for.
import { z } from 'zod'
import { add, concat, mul, reduceSum } from '../graph/build.ts'
import {
  activation,
  batchNormalization,
  conv2D,
  conv2DTranspose,
  dense,
  dropout,
  embedding,
  flatten,
  type Network,
  network,
  reshape,
} from '../layers/index.ts'
import { sizeOf } from '../util/shape.ts'
import { conditionalPair, label, type Players } from './conditional-pair.ts'
import { quarterOf } from './image-shape.ts'

/** Length of the vector that stands for a class. */
const CODE = 50
/** Every layer that slides over images has a 5x5 kernel and halves or doubles their size. */
const sliding = { kernelSize: 5, strides: 2, padding: 'same' } as const

interface PlayerOptions extends Players {
  readonly filters: number
}

const where = 'conditional-dcgan'

/** Latents [n, latentDim] and labels [n] to images [n, height, width, channels] with pixels in [0, 1]. */
function generator({ imageShape, latentDim, classes, filters }: PlayerOptions): Network {
  const { height, width } = quarterOf(where, imageShape)
  const seed = [height, width, 4 * filters]
  const code = embedding({ inputDim: classes, outputDim: CODE })
  const stack = [
    dense({ units: sizeOf(seed), activation: 'relu' }),
    batchNormalization(),
    reshape({ targetShape: seed }), // [n, 7, 7, 256]
    conv2DTranspose({ ...sliding, filters: 2 * filters, strides: 1, activation: 'relu' }),
    batchNormalization(),
    conv2DTranspose({ ...sliding, filters, activation: 'relu' }), // [n, 14, 14, 64]
    batchNormalization(),
    conv2DTranspose({ ...sliding, filters: imageShape[2]!, activation: 'sigmoid' }), // [n, 28, 28, 1]
  ]
  return network('generator', { z: [latentDim], label }, ({ z: latent, label: given }, apply) => ({
    images: apply(stack, concat([latent!, apply(code, given!)], 1)),
  }))
}

/**
 * Images and their labels to the probability [n, 1] that both are real: what is seen in an image is judged by itself, and by how it
 * agrees with a vector that stands for the class. So the features, what goes into `judged`, are those of images alone.
 *
 * @source Miyato & Koyama 2018, arXiv:1802.05637
 */
function discriminator({ imageShape, classes, filters }: PlayerOptions): Network {
  const { height, width } = quarterOf(where, imageShape)
  const code = embedding({ inputDim: classes, outputDim: 2 * filters * height * width })
  const looking = [
    conv2D({ ...sliding, filters, activation: 'relu' }), // [n, 14, 14, 64]
    dropout({ rate: 0.3 }),
    conv2D({ ...sliding, filters: 2 * filters, activation: 'relu' }), // [n, 7, 7, 128]
    dropout({ rate: 0.3 }),
    flatten(),
  ]
  const [judging, probability] = [dense({ units: 1, name: 'judged' }), activation({ activation: 'sigmoid' })]
  return network('discriminator', { images: imageShape, label }, ({ images, label: given }, apply) => {
    const features = apply(looking, images!) // [n, 6272]
    const agreement = reduceSum(mul(features, apply(code, given!)), { axes: [1], keepdims: true })
    return { probability: apply(probability, add(apply(judging, features), agreement)) }
  })
}

/** The networks of `dcgan`, told the class: the generator by a vector beside its latent, the discriminator by projection. */
export const conditionalDcgan = conditionalPair({
  name: where,
  description:
    'a GAN of convolutions that is told the class: "sparring sample <run> --class 7" draws sevens only',
  defaults: { steps: 12_000, batchSize: 64, sampleEvery: 400, checkpointEvery: 400 },
  options: {
    filters: z
      .number()
      .int()
      .min(1)
      .max(1024)
      .default(64)
      .describe("channels of the discriminator's first layer and of the generator's last hidden one"),
  },
  generator,
  discriminator,
})
