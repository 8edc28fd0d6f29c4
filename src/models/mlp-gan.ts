// The MLP GAN: a generator and a discriminator made of dense layers.
import { z } from 'zod'
import { batchNormalization, dense, dropout, flatten, reshape } from '../layers/index.ts'
import { type Network, sequential } from '../layers/network.ts'
import { gan } from '../objectives/gan.ts'
import { adam } from '../optimizers/index.ts'
import { checkNames, checkNumber } from '../util/options.ts'
import { type Shape, sizeOf } from '../util/shape.ts'
import { checkImageShape } from './image-shape.ts'
import { defineModel } from './model.ts'

export interface MlpGeneratorOptions {
  /** Length of the latent vector; default 100. */
  readonly latentDim?: number
  /** Height, width and channels of an image; default 28 x 28 x 1. */
  readonly imageShape?: Shape
}

export interface MlpDiscriminatorOptions {
  /** Height, width and channels of an image; default 28 x 28 x 1. */
  readonly imageShape?: Shape
}

/**
 * Latents [n, latentDim] to images [n, height, width, channels] with pixels in [0, 1]. 1,493,520 parameters by default.
 *
 * @source Rivas 2020, Deep Learning for Beginners, chapter 14
 */
export function mlpGenerator(options: MlpGeneratorOptions = {}): Network {
  checkNames('mlpGenerator', options, ['latentDim', 'imageShape'])
  const latentDim = checkNumber('mlpGenerator', 'latentDim', options.latentDim ?? 100, {
    integer: true,
    atLeast: 1,
  })
  const imageShape = checkImageShape('mlpGenerator', options.imageShape ?? [28, 28, 1])
  return sequential({ name: 'generator', input: [latentDim] }, [
    dense({ units: 256, activation: 'relu' }),
    batchNormalization(),
    dense({ units: 512, activation: 'relu' }),
    batchNormalization(),
    dense({ units: 1024, activation: 'relu' }),
    batchNormalization(),
    dropout({ rate: 0.5 }),
    dense({ units: sizeOf(imageShape), activation: 'sigmoid' }),
    reshape({ targetShape: imageShape }),
  ])
}

/**
 * Images [n, height, width, channels] to the probability [n, 1] that they are real. 533,505 parameters by default.
 * It ends in a sigmoid; losses take the logits under it, `logitsOf(output)`.
 *
 * @source Rivas 2020, Deep Learning for Beginners, chapter 14
 */
export function mlpDiscriminator(options: MlpDiscriminatorOptions = {}): Network {
  checkNames('mlpDiscriminator', options, ['imageShape'])
  const imageShape = checkImageShape('mlpDiscriminator', options.imageShape ?? [28, 28, 1])
  return sequential({ name: 'discriminator', input: imageShape }, [
    flatten(),
    dropout({ rate: 0.5 }),
    dense({ units: 512, activation: 'relu' }),
    dense({ units: 256, activation: 'relu' }),
    dense({ units: 1, activation: 'sigmoid' }),
  ])
}

/** The chapter's first network: Adam with learning rate 2e-4 and beta1 0.5 for both players. */
export const mlpGan = defineModel({
  name: 'mlp-gan',
  description: 'a GAN of dense layers: 1,493,520 and 533,505 parameters on 28x28 images',
  defaults: { steps: 12_001, batchSize: 128, sampleEvery: 400, checkpointEvery: 1000 },
  options: z.object({
    latentDim: z.number().int().min(1).max(65_536).default(100).describe('length of the latent vector'),
    learningRate: z.number().positive().default(2e-4).describe('learning rate of Adam, both players'),
    beta1: z.number().min(0).lt(1).default(0.5).describe("Adam's share of the mean gradient kept"),
  }),
  objective: ({ latentDim, learningRate, beta1 }, imageShape) =>
    gan({
      name: 'mlp-gan',
      generator: mlpGenerator({ latentDim, imageShape }),
      discriminator: mlpDiscriminator({ imageShape }),
      generatorOptimizer: adam({ learningRate, beta1 }),
      discriminatorOptimizer: adam({ learningRate, beta1 }),
    }),
})
