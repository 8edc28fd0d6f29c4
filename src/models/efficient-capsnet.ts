// Efficient-CapsNet: capsules of few parameters, routed in one pass by self-attention; and a CNN of the same size beside it.
import { z } from 'zod'
import {
  batchNormalization,
  capsuleLength,
  conv2D,
  dense,
  flatten,
  type Layer,
  primaryCapsules,
  selfAttentionRouting,
} from '../layers/index.ts'
import { type Network, network, sequential } from '../layers/network.ts'
import { countParameters } from '../layers/use.ts'
import { CAPSULES, LENGTHS } from '../objectives/capsules.ts'
import { classification } from '../objectives/classification.ts'
import { multiLabelClassification } from '../objectives/multi-label.ts'
import { adam } from '../optimizers/index.ts'
import { ConfigError } from '../util/errors.ts'
import { checkNames, checkNumber } from '../util/options.ts'
import type { Shape } from '../util/shape.ts'
import { augmentOption, settledAugment } from './augment-option.ts'
import { capsuleObjective, capsuleOptions, classesOf, labelsOf, withChanges } from './capsule-model.ts'
import { cosineAdamOptions, cosineRate } from './cosine.ts'
import { checkImageShape } from './image-shape.ts'
import { imageModel } from './model.ts'

export interface EfficientCapsnetOptions {
  /** Height, width and channels of an image, at least 20 x 20; default 28 x 28 x 1. */
  readonly imageShape?: Shape
  /** Default 10; at least 2. */
  readonly classes?: number
}

/** Lower capsules and their numbers, and the numbers of a class's capsule. */
const LOWER = { capsules: 16, dimension: 8 }
const DIMENSION = 16
const CHANNELS = LOWER.capsules * LOWER.dimension
/** Images that are larger are halved twice, as the paper does for 36 x 36 pixels; smaller ones once. */
const ONCE = 32
const LEAST = 20

function opened(where: string, options: EfficientCapsnetOptions): { imageShape: Shape; classes: number } {
  checkNames(where, options, ['imageShape', 'classes'])
  const imageShape = checkImageShape(where, options.imageShape ?? [28, 28, 1])
  const side = Math.min(imageShape[0]!, imageShape[1]!)
  if (side < LEAST)
    throw new ConfigError(
      `${where}: expected images of at least ${LEAST} x ${LEAST} pixels, got ${imageShape[0]} x ${imageShape[1]}; enlarge them, for example with --image-size 28`,
    )
  return {
    imageShape,
    classes: checkNumber(where, 'classes', options.classes ?? 10, { integer: true, atLeast: 2 }),
  }
}

/** Four convolutions, each rectified and then normalized: [n, 28, 28, 1] to [n, 9, 9, 128], [n, 36, 36, 1] to [n, 6, 6, 128]. */
const trunk = ([height, width]: Shape): Layer[] => {
  const third = Math.max(height!, width!) > ONCE ? 2 : 1
  const kernels = [
    { filters: 32, kernelSize: 5, strides: 1 },
    { filters: 64, kernelSize: 3, strides: 1 },
    { filters: 64, kernelSize: 3, strides: third },
    { filters: CHANNELS, kernelSize: 3, strides: 2 },
  ]
  return kernels.flatMap((kernel) => [
    conv2D({ ...kernel, activation: 'relu', kernelInitializer: 'heNormal' }),
    batchNormalization(),
  ])
}

/** Where the trunk ends: [height, width, 128]. */
const after = (layers: readonly Layer[], imageShape: Shape): Shape =>
  layers.reduce((shape, layer) => layer.outputShape(shape), imageShape)

/** Of a length, the largest odd kernel that fits. */
const odd = (length: number): number => (length % 2 === 1 ? length : length - 1)

/**
 * Images [n, height, width, channels] to `lengths` [n, classes] and `capsules` [n, classes, 16]. A depthwise kernel over all of the last
 * map makes 16 capsules of 8 numbers; self-attention routes them. 161,824 trainable parameters by default.
 *
 * @source Mazzia et al. 2021, arXiv:2101.12491
 */
export function efficientCapsnetNetwork(options: EfficientCapsnetOptions = {}): Network {
  const { imageShape, classes } = opened('efficientCapsnetNetwork', options)
  const layers = trunk(imageShape)
  const [height, width] = after(layers, imageShape)
  const stack = [
    ...layers,
    // Of 6 x 6 places a kernel of 5 x 5 in steps of 2 finds one place, as in the paper.
    primaryCapsules({
      ...LOWER,
      kernelSize: [odd(height!), odd(width!)],
      strides: 2,
      depthwise: true,
      form: 'exponential',
    }), // [n, 16, 8]
    selfAttentionRouting({ capsules: classes, dimension: DIMENSION, name: CAPSULES }), // [n, classes, 16]
  ]
  const length = capsuleLength({ name: LENGTHS })
  return network('classifier', { images: imageShape }, ({ images }, apply) => {
    const found = apply(stack, images!)
    return { [LENGTHS]: apply(length, found), [CAPSULES]: found }
  })
}

/**
 * The control: the same four convolutions, and in place of the capsules one more, of as many filters as make the number of trainable
 * parameters nearest to that of the capsules, and a dense layer of logits. 162,258 trainable parameters by default.
 */
export function capsuleControlNetwork(options: EfficientCapsnetOptions = {}): Network {
  const { imageShape, classes } = opened('capsuleControlNetwork', options)
  const wanted = countParameters(efficientCapsnetNetwork(options)).trainable
  const withFilters = (filters: number): Network =>
    sequential({ name: 'classifier', input: { images: imageShape }, output: 'logits' }, [
      ...trunk(imageShape),
      conv2D({ filters, kernelSize: 3, strides: 2, activation: 'relu', kernelInitializer: 'heNormal' }),
      batchNormalization(),
      flatten(),
      dense({ units: classes, name: 'logits' }),
    ])
  const [one, two] = [1, 2].map((filters) => countParameters(withFilters(filters)).trainable)
  return withFilters(Math.max(1, Math.round(1 + (wanted - one!) / (two! - one!))))
}

const options = z.object({
  network: z
    .enum(['capsules', 'cnn'])
    .default('capsules')
    .describe(
      'capsules, or for comparison a CNN of as many parameters that begins with the same convolutions',
    ),
  ...capsuleOptions,
  ...cosineAdamOptions,
  augment: augmentOption,
})
type Options = z.output<typeof options>

/** 16 passes over 60,000 images. */
const EPOCH = 469

export const efficientCapsnet = imageModel({
  name: 'efficient-capsnet',
  description:
    'a classifier of 161,824 parameters whose capsules are routed in one pass by self-attention, and draw what they see',
  defaults: {
    steps: 16 * EPOCH,
    batchSize: 128,
    sampleEvery: 0,
    checkpointEvery: EPOCH,
    validateEvery: EPOCH,
  },
  imageShape: [28, 28, 1],
  classes: 10,
  severalLabels: true,
  options,
  settle: ({ network: chosen, decoder, reconstruction, augment, ...rest }: Options): Options => ({
    network: chosen,
    decoder: chosen === 'cnn' ? false : decoder,
    reconstruction,
    ...rest,
    ...settledAugment(augment),
  }),
  objective: (
    { network: chosen, decoder, reconstruction, learningRate, beta1, augment },
    imageShape,
    facts,
  ) => {
    const name = 'efficient-capsnet'
    const classes = classesOf(name, facts)
    const optimizer = adam({ learningRate: cosineRate(learningRate, facts.steps), beta1 })
    if (chosen === 'capsules')
      return withChanges(
        capsuleObjective(name, efficientCapsnetNetwork({ imageShape, classes }), imageShape, facts, {
          decoder,
          reconstruction,
          optimizer,
        }),
        augment,
        facts,
      )
    const control = { name, classifier: capsuleControlNetwork({ imageShape, classes }), optimizer }
    const labels = labelsOf(name, facts)
    return withChanges(
      labels === 1 ? classification(control) : multiLabelClassification({ ...control, labels }),
      augment,
      facts,
    )
  },
})
