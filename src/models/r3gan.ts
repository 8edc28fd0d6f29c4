// R3GAN's networks: residual blocks of grouped convolutions without any normalization, images resampled through a filter.
import { z } from 'zod'
import {
  conv2D,
  dense,
  flatten,
  generativeBasis,
  type Layer,
  leakyReLU,
  resampling2D,
  rescaling,
  residual,
} from '../layers/index.ts'
import { type Network, network } from '../layers/network.ts'
import { ConfigError } from '../util/errors.ts'
import { checkNames, checkNumber, show } from '../util/options.ts'
import type { Shape } from '../util/shape.ts'
import { quarterOf } from './image-shape.ts'
import { imageModel } from './model.ts'
import { pairOf, pairOptions, settledPair } from './pair-options.ts'

export interface R3ganNetworkOptions {
  /** Height, width and channels of an image; height and width divisible by 4; default 28 x 28 x 1. */
  readonly imageShape?: Shape
  /** Channels at every resolution, a multiple of 8; default 64, where the paper has 768. */
  readonly width?: number
  /** Residual blocks at every resolution; default 1, where the paper has 2. */
  readonly blocks?: number
}

/** Times as many channels between the convolutions of a block as around it. */
const EXPANSION = 2
/** Channels of a group of the middle convolution. */
const GROUP = 16
/** Slope of the leaky ReLU below zero. */
const SLOPE = 0.2
/** The smallest images are at least so large. */
const LEAST = 4

/** Normal weights of variance `scale` / fan-in. */
const normalOf = (scale: number) => ({
  name: 'varianceScaling',
  config: { scale, mode: 'fanIn', distribution: 'untruncatedNormal' },
})
const plain = normalOf(1)
const bare = { useBias: false, kernelInitializer: plain } as const

interface Plan {
  readonly imageShape: Shape
  readonly width: number
  readonly blocks: number
  /** How often height and width are halved. */
  readonly halvings: number
  /** Height and width of the smallest images. */
  readonly smallest: readonly [number, number]
}

function planOf(where: string, options: R3ganNetworkOptions): Plan {
  const { imageShape } = quarterOf(where, options.imageShape ?? [28, 28, 1])
  const { width = 64 } = options
  if (!Number.isInteger(width / 8) || width < 8)
    throw new ConfigError(`${where}: width must be a multiple of 8, got ${show(width)}`)
  const blocks = checkNumber(where, 'blocks', options.blocks ?? 1, { integer: true, atLeast: 1 })
  let [height, columns] = imageShape as readonly [number, number, number]
  let halvings = 0
  for (; [height, columns].every((length) => length % 2 === 0 && length / 2 >= LEAST); halvings++)
    [height, columns] = [height / 2, columns / 2]
  return { imageShape, width, blocks, halvings, smallest: [height, columns] }
}

/**
 * What a block adds: a convolution to twice the channels, one in groups, one back. Fix-up: the first two begin smaller the more blocks
 * there are, and the last one at 0, so that at the start a block changes nothing and no layer needs to be normalized.
 *
 * @source Zhang et al. 2019, arXiv:1901.09321
 */
function branchOf(width: number, allBlocks: number): Layer[] {
  const inside = EXPANSION * width
  // He's gain, times blocks^(-1 / (2 m - 2)) for the m = 3 convolutions of a branch; both squared, since this is a variance.
  const kernelInitializer = normalOf((2 / (1 + SLOPE ** 2)) * allBlocks ** -0.5)
  return [
    conv2D({ filters: inside, kernelSize: 1, kernelInitializer }),
    leakyReLU({ negativeSlope: SLOPE }),
    conv2D({
      filters: inside,
      kernelSize: 3,
      padding: 'same',
      groups: Math.max(1, inside / GROUP),
      kernelInitializer,
    }),
    leakyReLU({ negativeSlope: SLOPE }),
    conv2D({ filters: width, kernelSize: 1, useBias: false, kernelInitializer: 'zeros' }),
  ]
}

/** The branches of every resolution. */
const branchesOf = ({ width, blocks, halvings }: Plan): Layer[][][] =>
  Array.from({ length: halvings + 1 }, () =>
    Array.from({ length: blocks }, () => branchOf(width, blocks * (halvings + 1))),
  )

/**
 * Latents [n, latentDim] to images [n, height, width, channels] with pixels in [0, 1]: learned pictures of 7 x 7 (of 4 x 4 for 32 x 32),
 * blocks, and twice the size again and again. The paper's last layer is linear, for pixels in [-1, 1]; here a sigmoid keeps them in [0, 1].
 * 112,512 parameters by default.
 *
 * @source Huang et al. 2024, arXiv:2501.05441, with another width and fewer blocks
 */
export function r3ganGenerator({
  latentDim = 64,
  ...options
}: R3ganNetworkOptions & { readonly latentDim?: number } = {}): Network {
  checkNames('r3ganGenerator', options, ['imageShape', 'width', 'blocks'])
  checkNumber('r3ganGenerator', 'latentDim', latentDim, { integer: true, atLeast: 1 })
  const plan = planOf('r3ganGenerator', options)
  const first = [dense({ ...bare, units: plan.width }), generativeBasis({ size: plan.smallest })]
  const stages = branchesOf(plan)
  const larger = resampling2D({ up: 2 })
  const last = conv2D({ ...bare, filters: plan.imageShape[2]!, kernelSize: 1, activation: 'sigmoid' })
  return network('generator', { z: [latentDim] }, ({ z: latents }, apply) => {
    let value = apply(first, latents!) // [n, 7, 7, width]
    for (const [stage, branches] of stages.entries()) {
      if (stage > 0) value = apply(larger, value)
      for (const branch of branches) value = residual(apply, value, { branch })
    }
    return { images: apply(last, value) }
  })
}

/**
 * Images [n, height, width, channels] to the probability [n, 1] that they are real: the generator mirrored. 108,480 parameters by default.
 * What the paper has as a score is under the sigmoid.
 *
 * @source Huang et al. 2024, arXiv:2501.05441, with another width and fewer blocks
 */
export function r3ganDiscriminator(options: R3ganNetworkOptions = {}): Network {
  checkNames('r3ganDiscriminator', options, ['imageShape', 'width', 'blocks'])
  const plan = planOf('r3ganDiscriminator', options)
  const { width, smallest } = plan
  const first = [rescaling({ scale: 2, offset: -1 }), conv2D({ ...bare, filters: width, kernelSize: 1 })]
  const stages = branchesOf(plan)
  const smaller = resampling2D({ down: 2 })
  const last = [
    conv2D({ ...bare, filters: width, kernelSize: smallest, groups: width }), // [n, 1, 1, width]
    flatten(),
    dense({ ...bare, units: 1, activation: 'sigmoid' }),
  ]
  return network('discriminator', { images: plan.imageShape }, ({ images }, apply) => {
    let value = apply(first, images!)
    for (const [stage, branches] of stages.entries()) {
      if (stage > 0) value = apply(smaller, value)
      for (const branch of branches) value = residual(apply, value, { branch })
    }
    return { probability: apply(last, value) }
  })
}

const IMAGE_SHAPE: Shape = [28, 28, 1]

const options = z.object({
  latentDim: z.number().int().min(1).max(65_536).default(64).describe('length of the latent vector'),
  width: z
    .number()
    .int()
    .multipleOf(8)
    .min(8)
    .max(1024)
    .default(64)
    .describe('channels at every resolution, a multiple of 8; the time of a step grows with it'),
  blocks: z.number().int().min(1).max(8).default(1).describe('residual blocks at every resolution'),
  ...pairOptions.shape,
})

const settle = ({
  latentDim,
  width,
  blocks,
  objective = 'r3gan',
  ema = 0.999,
  ...given
}: z.output<typeof options>): z.output<typeof options> => ({
  latentDim,
  width,
  blocks,
  ...settledPair('r3gan', { objective, ema, ...given }, IMAGE_SHAPE),
})

/** R3GAN: its networks, and unless told otherwise its objective and an average of the generator's weights. */
export const r3gan = imageModel({
  name: 'r3gan',
  description:
    'a GAN of residual blocks without normalization, under the relativistic loss with penalties R1 and R2, which keeps the modes',
  defaults: { steps: 20_000, batchSize: 64, sampleEvery: 400, checkpointEvery: 400 },
  imageShape: IMAGE_SHAPE,
  options,
  settle,
  objective(given, imageShape, { steps }) {
    const { latentDim, width, blocks, objective = 'r3gan', ...settings } = settle(given)
    const networks = { width, blocks }
    return pairOf(
      {
        name: 'r3gan',
        generator: r3ganGenerator({ ...networks, latentDim, imageShape }),
        discriminator: (example) => r3ganDiscriminator({ ...networks, imageShape: example }),
        latent: { distribution: 'normal' },
        steps,
      },
      { ...settings, objective },
    )
  },
})
