// The conditional GAN of dense layers: digits of a class that one asks for.
import { z } from 'zod'
import { concat } from '../graph/build.ts'
import {
  batchNormalization,
  dense,
  dropout,
  embedding,
  flatten,
  leakyReLU,
  type Network,
  network,
  reshape,
} from '../layers/index.ts'
import { conditionalGan as objectiveOf } from '../objectives/conditional-gan.ts'
import { adam } from '../optimizers/index.ts'
import { ConfigError } from '../util/errors.ts'
import { type Shape, sizeOf } from '../util/shape.ts'
import { imageModel } from './model.ts'

const label = { shape: [], dtype: 'int64' } as const
/** Length of the vector that stands for a class. */
const CODE = 50

interface PlayerOptions {
  readonly latentDim: number
  readonly imageShape: Shape
  readonly classes: number
}

/** Latents [n, latentDim] and labels [n] to images [n, height, width, channels] with pixels in [0, 1]. */
function generator({ latentDim, imageShape, classes }: PlayerOptions): Network {
  const code = embedding({ inputDim: classes, outputDim: CODE })
  const stack = [
    dense({ units: 256 }),
    batchNormalization(),
    leakyReLU({ negativeSlope: 0.2 }),
    dense({ units: 512 }),
    batchNormalization(),
    leakyReLU({ negativeSlope: 0.2 }),
    dense({ units: sizeOf(imageShape), activation: 'sigmoid' }),
    reshape({ targetShape: imageShape }),
  ]
  return network('generator', { z: [latentDim], label }, ({ z: latent, label: given }, apply) => ({
    images: apply(stack, concat([latent!, apply(code, given!)], 1)),
  }))
}

/** Images and their labels to the probability [n, 1] that both are real. */
function discriminator({ imageShape, classes }: PlayerOptions): Network {
  const code = embedding({ inputDim: classes, outputDim: CODE })
  const flat = flatten()
  const stack = [
    dense({ units: 512 }),
    leakyReLU({ negativeSlope: 0.2 }),
    dropout({ rate: 0.4 }),
    dense({ units: 256 }),
    leakyReLU({ negativeSlope: 0.2 }),
    dropout({ rate: 0.4 }),
    dense({ units: 1, activation: 'sigmoid' }),
  ]
  return network('discriminator', { images: imageShape, label }, ({ images, label: given }, apply) => ({
    probability: apply(stack, concat([apply(flat, images!), apply(code, given!)], 1)),
  }))
}

/** Our own networks, after Mirza & Osindero 2014. */
export const conditionalGan = imageModel({
  name: 'conditional-gan',
  description: 'a GAN that is told the class: "sparring sample <run> --class 7" draws sevens only',
  defaults: { steps: 12_000, batchSize: 128, sampleEvery: 400, checkpointEvery: 1000 },
  imageShape: [28, 28, 1],
  classes: 10,
  options: z.object({
    latentDim: z.number().int().min(1).max(65_536).default(100).describe('length of the latent vector'),
    learningRate: z.number().positive().default(2e-4).describe('learning rate of Adam, both players'),
    beta1: z.number().min(0).lt(1).default(0.5).describe("Adam's share of the mean gradient kept"),
  }),
  objective({ latentDim, learningRate, beta1 }, imageShape, { classes }) {
    if (classes === undefined)
      throw new ConfigError('conditional-gan learns labels, and the data has none; use labelled data')
    const players = { latentDim, imageShape, classes }
    return objectiveOf({
      name: 'conditional-gan',
      generator: generator(players),
      discriminator: discriminator(players),
      generatorOptimizer: adam({ learningRate, beta1 }),
      discriminatorOptimizer: adam({ learningRate, beta1 }),
      classes,
    })
  },
})
