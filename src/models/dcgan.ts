// The DCGAN: a generator and a discriminator made of convolutions.
import {
  batchNormalization,
  conv2D,
  conv2DTranspose,
  dense,
  dropout,
  flatten,
  reshape,
} from '../layers/index.ts'
import { type Network, sequential } from '../layers/network.ts'
import { checkNames, checkNumber } from '../util/options.ts'
import { type Shape, sizeOf } from '../util/shape.ts'
import { chapterGan } from './chapter-gan.ts'
import { quarterOf } from './image-shape.ts'

export interface DcganGeneratorOptions {
  /** Length of the latent vector; default 100. */
  readonly latentDim?: number
  /** Height, width and channels of an image; height and width divisible by 4; default 28 x 28 x 1. */
  readonly imageShape?: Shape
}

export interface DcganDiscriminatorOptions {
  /** Height, width and channels of an image; height and width divisible by 4; default 28 x 28 x 1. */
  readonly imageShape?: Shape
}

/** Every layer that slides over images has a 5x5 kernel and keeps their size but for its stride. */
const sliding = { kernelSize: 5, padding: 'same' } as const

/**
 * Latents [n, latentDim] to images [n, height, width, channels] with pixels in [0, 1]. 2,343,681 parameters by default.
 *
 * @source Rivas 2020, Deep Learning for Beginners, chapter 14, after Radford et al. 2015, arXiv:1511.06434
 */
export function dcganGenerator(options: DcganGeneratorOptions = {}): Network {
  checkNames('dcganGenerator', options, ['latentDim', 'imageShape'])
  const latentDim = checkNumber('dcganGenerator', 'latentDim', options.latentDim ?? 100, {
    integer: true,
    atLeast: 1,
  })
  const { imageShape, height, width } = quarterOf('dcganGenerator', options.imageShape ?? [28, 28, 1])
  const seed = [height, width, 256]
  return sequential({ name: 'generator', input: { z: [latentDim] }, output: 'images' }, [
    dense({ units: sizeOf(seed), activation: 'relu' }),
    batchNormalization(),
    reshape({ targetShape: seed }), // [n, 7, 7, 256]
    conv2DTranspose({ ...sliding, filters: 128, activation: 'relu' }),
    batchNormalization(),
    conv2DTranspose({ ...sliding, filters: 64, strides: 2, activation: 'relu' }), // [n, 14, 14, 64]
    batchNormalization(),
    conv2DTranspose({ ...sliding, filters: imageShape[2]!, strides: 2, activation: 'sigmoid' }), // [n, 28, 28, 1]
  ])
}

/**
 * Images [n, height, width, channels] to the probability [n, 1] that they are real. 212,865 parameters by default.
 * The chapter calls this network the critic; it is a discriminator all the same, with a sigmoid and cross-entropy.
 * Losses take the logits under the sigmoid, `logitsOf(output)`.
 *
 * @source Rivas 2020, Deep Learning for Beginners, chapter 14
 */
export function dcganDiscriminator(options: DcganDiscriminatorOptions = {}): Network {
  checkNames('dcganDiscriminator', options, ['imageShape'])
  const { imageShape } = quarterOf('dcganDiscriminator', options.imageShape ?? [28, 28, 1])
  return sequential({ name: 'discriminator', input: { images: imageShape }, output: 'probability' }, [
    conv2D({ ...sliding, filters: 64, strides: 2, activation: 'relu' }), // [n, 14, 14, 64]
    dropout({ rate: 0.3 }),
    conv2D({ ...sliding, filters: 128, strides: 2, activation: 'relu' }), // [n, 7, 7, 128]
    dropout({ rate: 0.3 }),
    flatten(),
    dense({ units: 1, activation: 'sigmoid' }),
  ])
}

/** The chapter's second network. */
export const dcgan = chapterGan({
  name: 'dcgan',
  description: 'a GAN of convolutions: 2,343,681 and 212,865 parameters on 28x28 images',
  defaults: { steps: 12_001, batchSize: 64, sampleEvery: 400, checkpointEvery: 400 },
  generator: dcganGenerator,
  discriminator: dcganDiscriminator,
})
