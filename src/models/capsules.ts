// Capsules routed by agreement, as Sabour, Frosst and Hinton proposed them.
import { z } from 'zod'
import { capsuleLength, conv2D, dynamicRouting, primaryCapsules } from '../layers/index.ts'
import { type Network, network } from '../layers/network.ts'
import { CAPSULES, LENGTHS } from '../objectives/capsules.ts'
import { adam } from '../optimizers/index.ts'
import { ConfigError } from '../util/errors.ts'
import { checkNames, checkNumber } from '../util/options.ts'
import type { Shape } from '../util/shape.ts'
import { augmentOption, settledAugment } from './augment-option.ts'
import { capsuleObjective, capsuleOptions, classesOf, withChanges } from './capsule-model.ts'
import { cosineAdamOptions, cosineRate } from './cosine.ts'
import { checkImageShape } from './image-shape.ts'
import { imageModel } from './model.ts'

export interface CapsulesNetworkOptions {
  /** Height, width and channels of an image, at least 17 x 17; default 28 x 28 x 1. */
  readonly imageShape?: Shape
  /** Default 10; at least 2. */
  readonly classes?: number
  /** Filters of both convolutions, a multiple of 8; default 256, as in the paper. */
  readonly filters?: number
  /** Rounds of routing; default 3. */
  readonly routings?: number
}

const LOWER = 8
const DIMENSION = 16
const KERNEL = 9
/** Two kernels, the second in steps of 2. */
const LEAST = 2 * KERNEL - 1

/**
 * Images [n, height, width, channels] to `lengths` [n, classes] and `capsules` [n, classes, 16]: a convolution, one whose channels are read
 * as capsules of 8 numbers (1,152 of them in an image of 28 x 28), and routing by agreement. 6,804,224 parameters by default.
 *
 * @source Sabour et al. 2017, arXiv:1710.09829, section 4
 */
export function capsulesNetwork(options: CapsulesNetworkOptions = {}): Network {
  const where = 'capsulesNetwork'
  checkNames(where, options, ['imageShape', 'classes', 'filters', 'routings'])
  const imageShape = checkImageShape(where, options.imageShape ?? [28, 28, 1])
  if (Math.min(imageShape[0]!, imageShape[1]!) < LEAST)
    throw new ConfigError(
      `${where}: expected images of at least ${LEAST} x ${LEAST} pixels, got ${imageShape[0]} x ${imageShape[1]}; enlarge them, for example with --image-size 28`,
    )
  const classes = checkNumber(where, 'classes', options.classes ?? 10, { integer: true, atLeast: 2 })
  const filters = checkNumber(where, 'filters', options.filters ?? 256, { integer: true, atLeast: LOWER })
  if (filters % LOWER !== 0)
    throw new ConfigError(
      `${where}: filters must be divisible by ${LOWER}, the numbers of a capsule, got ${filters}`,
    )
  const stack = [
    conv2D({ filters, kernelSize: KERNEL, activation: 'relu' }), // [n, 20, 20, filters]
    primaryCapsules({ capsules: filters / LOWER, dimension: LOWER, kernelSize: KERNEL, strides: 2 }), // [n, 6 6 filters / 8, 8]
    dynamicRouting({
      capsules: classes,
      dimension: DIMENSION,
      routings: options.routings ?? 3,
      name: CAPSULES,
    }),
  ]
  const length = capsuleLength({ name: LENGTHS })
  return network('classifier', { images: imageShape }, ({ images }, apply) => {
    const found = apply(stack, images!)
    return { [LENGTHS]: apply(length, found), [CAPSULES]: found }
  })
}

/** 5 passes over 60,000 images. */
const EPOCH = 469

export const capsulesModel = imageModel({
  name: 'capsules',
  description:
    'capsules routed by agreement (Sabour 2017), with a quarter of its filters unless told otherwise',
  defaults: {
    steps: 5 * EPOCH,
    batchSize: 128,
    sampleEvery: 0,
    checkpointEvery: EPOCH,
    validateEvery: EPOCH,
  },
  imageShape: [28, 28, 1],
  classes: 10,
  severalLabels: true,
  options: z.object({
    filters: z
      .number()
      .int()
      .min(LOWER)
      .max(4096)
      .multipleOf(LOWER)
      .default(64)
      .describe(
        'filters of both convolutions, divisible by 8; 256 in the paper, which takes four times the time',
      ),
    routings: z.number().int().min(1).max(10).default(3).describe('rounds of routing by agreement'),
    ...capsuleOptions,
    ...cosineAdamOptions,
    augment: augmentOption,
  }),
  settle: ({ augment, ...rest }) => ({ ...rest, ...settledAugment(augment) }),
  objective: (
    { filters, routings, decoder, reconstruction, learningRate, beta1, augment },
    imageShape,
    facts,
  ) =>
    withChanges(
      capsuleObjective(
        'capsules',
        capsulesNetwork({ imageShape, classes: classesOf('capsules', facts), filters, routings }),
        imageShape,
        facts,
        {
          decoder,
          reconstruction,
          optimizer: adam({ learningRate: cosineRate(learningRate, facts.steps), beta1 }),
        },
      ),
      augment,
      facts,
    ),
})
