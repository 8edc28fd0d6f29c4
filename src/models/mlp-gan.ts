// The MLP GAN: a generator and a discriminator made of dense layers.
import { batchNormalization, dense, dropout, flatten, reshape } from '../layers/index.ts'
import { type Network, sequential } from '../layers/network.ts'
import { checkNames, checkNumber } from '../util/options.ts'
import { type Shape, sizeOf } from '../util/shape.ts'
import { chapterGan } from './chapter-gan.ts'
import { checkImageShape } from './image-shape.ts'

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
  return sequential({ name: 'generator', input: { z: [latentDim] }, output: 'images' }, [
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
  return sequential({ name: 'discriminator', input: { images: imageShape }, output: 'probability' }, [
    flatten(),
    dropout({ rate: 0.5 }),
    dense({ units: 512, activation: 'relu' }),
    dense({ units: 256, activation: 'relu' }),
    dense({ units: 1, activation: 'sigmoid' }),
  ])
}

/** The chapter's first network. */
export const mlpGan = chapterGan({
  name: 'mlp-gan',
  description: 'a GAN of dense layers: 1,493,520 and 533,505 parameters on 28x28 images',
  defaults: { steps: 12_001, batchSize: 128, sampleEvery: 400, checkpointEvery: 1000 },
  generator: mlpGenerator,
  discriminator: mlpDiscriminator,
  asVectors: true,
})
