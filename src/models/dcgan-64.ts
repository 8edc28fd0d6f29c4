// The DCGAN of Radford et al. for colour images of 64x64: strided convolutions and batch normalization in both networks.
import { z } from 'zod'
import {
  activation,
  batchNormalization,
  conv2D,
  conv2DTranspose,
  dense,
  flatten,
  leakyReLU,
  reLU,
  rescaling,
  reshape,
} from '../layers/index.ts'
import { type Network, sequential } from '../layers/network.ts'
import { gan } from '../objectives/gan.ts'
import type { LatentDistribution } from '../objectives/index.ts'
import { adam } from '../optimizers/index.ts'
import { ConfigError } from '../util/errors.ts'
import { checkNames, checkNumber } from '../util/options.ts'
import { type Shape, sizeOf } from '../util/shape.ts'
import { checkImageShape } from './image-shape.ts'
import { imageModel } from './model.ts'
import { pairOf, pairOptions, settledPair } from './pair-options.ts'

export interface Dcgan64GeneratorOptions {
  /** Length of the latent vector; default 100. */
  readonly latentDim?: number
  /** Height, width and channels of an image; height and width divisible by 16; default 64 x 64 x 3. */
  readonly imageShape?: Shape
  /** Channels of the last hidden layer, doubled by each layer before it; default 64. The paper's figure has 128. */
  readonly filters?: number
}

export interface Dcgan64DiscriminatorOptions {
  /** Height, width and channels of an image; height and width divisible by 16; default 64 x 64 x 3. */
  readonly imageShape?: Shape
  /** Channels of the first layer, doubled by each layer after it; default 64. */
  readonly filters?: number
}

/** Images are this many times as high and wide as the smallest maps: four layers halve or double them. */
const REDUCTION = 16

/** The options that both networks take, checked. */
function parts(
  where: string,
  { imageShape: shape = [64, 64, 3], filters = 64 }: Dcgan64DiscriminatorOptions,
) {
  const imageShape = checkImageShape(where, shape)
  const [height, width] = imageShape as [number, number, number]
  if (height % REDUCTION !== 0 || width % REDUCTION !== 0)
    throw new ConfigError(
      `${where}: height and width of images must be divisible by ${REDUCTION}, got ${height} x ${width}; resize them, for example with --image-size 64`,
    )
  return {
    imageShape,
    filters: checkNumber(where, 'filters', filters, { integer: true, atLeast: 1 }),
    /** The smallest maps: 4 x 4 of images of 64 x 64. */
    seed: [height / REDUCTION, width / REDUCTION] as const,
  }
}

/** Zero-centred normal weights of deviation 0.02; no biases, because batch normalization adds its own. */
const weights = {
  kernelInitializer: { name: 'randomNormal', config: { stddev: 0.02 } },
  useBias: false,
} as const
/** The kernels of the paper's figure; each layer halves or doubles height and width. */
const strided = { ...weights, kernelSize: 5, strides: 2, padding: 'same' } as const
/** The paper gives no constants; these are those of PyTorch's layer and of its DCGAN example. */
const normalized = () => batchNormalization({ momentum: 0.9, epsilon: 1e-5 })

/**
 * Latents [n, latentDim] to images [n, height, width, channels] with pixels in [0, 1]. 5,128,640 parameters by default.
 * Its last convolution ends in tanh, as in the paper, whose images lie in [-1, 1]; a last layer rescales them.
 *
 * @source Radford et al. 2015, arXiv:1511.06434, figure 1 and section 4
 */
export function dcgan64Generator(options: Dcgan64GeneratorOptions = {}): Network {
  const where = 'dcgan64Generator'
  checkNames(where, options, ['latentDim', 'imageShape', 'filters'])
  const latentDim = checkNumber(where, 'latentDim', options.latentDim ?? 100, { integer: true, atLeast: 1 })
  const { imageShape, filters, seed } = parts(where, options)
  const first = [...seed, 8 * filters]
  return sequential({ name: 'generator', input: { z: [latentDim] }, output: 'images' }, [
    dense({ ...weights, units: sizeOf(first) }),
    reshape({ targetShape: first }), // [n, 4, 4, 512]
    normalized(),
    reLU(),
    conv2DTranspose({ ...strided, filters: 4 * filters }), // [n, 8, 8, 256]
    normalized(),
    reLU(),
    conv2DTranspose({ ...strided, filters: 2 * filters }), // [n, 16, 16, 128]
    normalized(),
    reLU(),
    conv2DTranspose({ ...strided, filters }), // [n, 32, 32, 64]
    normalized(),
    reLU(),
    conv2DTranspose({ ...strided, filters: imageShape[2]! }), // [n, 64, 64, 3]
    activation({ activation: 'tanh' }),
    rescaling({ scale: 0.5, offset: 0.5 }),
  ])
}

/**
 * Images [n, height, width, channels] to the probability [n, 1] that they are real. 4,317,376 parameters by default.
 * Losses take the logits under its sigmoid, `logitsOf(output)`.
 *
 * @source Radford et al. 2015, arXiv:1511.06434, sections 3 and 4
 */
export function dcgan64Discriminator(options: Dcgan64DiscriminatorOptions = {}): Network {
  const where = 'dcgan64Discriminator'
  checkNames(where, options, ['imageShape', 'filters'])
  const { imageShape, filters } = parts(where, options)
  return sequential({ name: 'discriminator', input: { images: imageShape }, output: 'probability' }, [
    rescaling({ scale: 2, offset: -1 }),
    conv2D({ ...strided, filters }), // [n, 32, 32, 64]
    leakyReLU({ negativeSlope: 0.2 }),
    conv2D({ ...strided, filters: 2 * filters }), // [n, 16, 16, 128]
    normalized(),
    leakyReLU({ negativeSlope: 0.2 }),
    conv2D({ ...strided, filters: 4 * filters }), // [n, 8, 8, 256]
    normalized(),
    leakyReLU({ negativeSlope: 0.2 }),
    conv2D({ ...strided, filters: 8 * filters }), // [n, 4, 4, 512]
    normalized(),
    leakyReLU({ negativeSlope: 0.2 }),
    flatten(),
    dense({ ...weights, units: 1, activation: 'sigmoid' }),
  ])
}

const IMAGE_SHAPE: Shape = [64, 64, 3]
const LATENT: LatentDistribution = { distribution: 'uniform', low: -1, high: 1 }

/**
 * Both networks, trained as in the paper: latents uniform in [-1, 1), Adam 2e-4 with beta1 0.5, batches of 128, fakes
 * made with the statistics of their batch. With `--objective` and `--condition` they play for other losses, and are told the class.
 *
 * @source Radford et al. 2015, arXiv:1511.06434
 */
export const dcgan64 = imageModel({
  name: 'dcgan-64',
  description: 'a GAN of convolutions for images of 64x64 pixels, grey or in colour',
  defaults: { steps: 8001, batchSize: 128, sampleEvery: 200, checkpointEvery: 200, imageSize: '64x64' },
  imageShape: IMAGE_SHAPE,
  classes: 10,
  // Only with a condition.
  learnsLabels: false,
  options: z.object({
    latentDim: z.number().int().min(1).max(65_536).default(100).describe('length of the latent vector'),
    filters: z
      .number()
      .int()
      .min(1)
      .max(1024)
      .default(64)
      .describe(
        "channels of the discriminator's first layer and of the generator's last hidden one; the paper's 128 takes four times as long, 32 a quarter",
      ),
    ...pairOptions.shape,
  }),
  settle: ({ latentDim, filters, ...given }) => ({
    latentDim,
    filters,
    ...settledPair('dcgan-64', given, IMAGE_SHAPE),
  }),
  objective({ latentDim, filters, ...given }, imageShape, { classes, steps }) {
    const { objective, ...settings } = settledPair('dcgan-64', given, IMAGE_SHAPE)
    if (objective)
      return pairOf(
        {
          name: 'dcgan-64',
          generator: (length) => dcgan64Generator({ latentDim: length, imageShape, filters }),
          latentDim,
          discriminator: (example) => dcgan64Discriminator({ imageShape: example, filters }),
          latent: LATENT,
          classes,
          steps,
        },
        { objective, ...settings },
      )
    const { learningRate, beta1 } = settings as { learningRate: number; beta1: number }
    return gan({
      name: 'dcgan-64',
      generator: dcgan64Generator({ latentDim, imageShape, filters }),
      discriminator: dcgan64Discriminator({ imageShape, filters }),
      generatorOptimizer: adam({ learningRate, beta1 }),
      discriminatorOptimizer: adam({ learningRate, beta1 }),
      latent: LATENT,
      fakes: 'training',
      updates: 'joint',
    })
  },
})
