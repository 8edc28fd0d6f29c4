// The classifier: a small CNN that learns the labels of images, whose last hidden layer gives the features of measures.
import { z } from 'zod'
import { conv2D, dense, dropout, flatten } from '../layers/index.ts'
import { type Network, sequential } from '../layers/network.ts'
import { adam } from '../optimizers/index.ts'
import { ConfigError } from '../util/errors.ts'
import { checkNames, checkNumber } from '../util/options.ts'
import type { Shape } from '../util/shape.ts'
import { augmentOption, settledAugment, withAugment } from './augment-option.ts'
import { settleWay, trainedSo, updatesPerBatch, wayOptions } from './classifier-training.ts'
import { cosineAdamOptions, cosineRate } from './cosine.ts'
import { checkImageShape } from './image-shape.ts'
import { imageModel } from './model.ts'

export interface ClassifierNetworkOptions {
  /** Height, width and channels of an image; default 28 x 28 x 1. */
  readonly imageShape?: Shape
  /** Default 10; at least 2. */
  readonly classes?: number
  /** Share of the features dropped in training; half as much of the maps before them. Default 0.5. */
  readonly dropout?: number
}

/** Both convolutions have a 5x5 kernel and halve the size of images, which is much quicker than pooling. */
const sliding = { kernelSize: 5, strides: 2, padding: 'same', activation: 'relu' } as const

/** The layer whose output is the features. */
export const FEATURES_LAYER = 'features'

/**
 * Images [n, height, width, channels] to logits [n, classes]. The layer `features` before the last gives 128 numbers,
 * none negative. 454,922 parameters by default.
 */
export function classifierNetwork(options: ClassifierNetworkOptions = {}): Network {
  const where = 'classifierNetwork'
  checkNames(where, options, ['imageShape', 'classes', 'dropout'])
  const imageShape = checkImageShape(where, options.imageShape ?? [28, 28, 1])
  const classes = checkNumber(where, 'classes', options.classes ?? 10, { integer: true, atLeast: 2 })
  const rate = checkNumber(where, 'dropout', options.dropout ?? 0.5, { atLeast: 0, below: 1 })
  return sequential({ name: 'classifier', input: { images: imageShape }, output: 'logits' }, [
    conv2D({ ...sliding, filters: 32 }), // [n, 14, 14, 32]
    conv2D({ ...sliding, filters: 64 }), // [n, 7, 7, 64]
    flatten(),
    dropout({ rate: rate / 2 }),
    dense({ units: 128, activation: 'relu', name: FEATURES_LAYER }),
    dropout({ rate }),
    dense({ units: classes, name: 'logits' }),
  ])
}

const options = z.object({
  dropout: z
    .number()
    .min(0)
    .lt(1)
    .optional()
    .describe(
      'share of the features dropped in training; half as much of the maps before them (default: 0.5; 0 with --adversarial or --noise)',
    ),
  ...cosineAdamOptions,
  ...wayOptions.shape,
  augment: augmentOption,
})
type Options = z.output<typeof options>

function settle({
  dropout: rate,
  learningRate,
  beta1,
  augment,
  ...given
}: Options): Options & { dropout: number } {
  const way = settleWay(given)
  // Attack and noise make more than enough examples.
  const usual = Object.keys(way).length > 0 ? 0 : 0.5
  return { dropout: rate ?? usual, learningRate, beta1, ...way, ...settledAugment(augment) }
}

/** Our own: 10 passes over 60,000 images, 469 batches each. */
export const classifier = imageModel({
  name: 'classifier',
  description:
    'a small CNN that learns the labels of images, under attack or noise where asked; its features are those of the measures',
  defaults: { steps: 4690, batchSize: 128, sampleEvery: 0, checkpointEvery: 469, validateEvery: 469 },
  imageShape: [28, 28, 1],
  classes: 10,
  options,
  settle,
  objective: (given, imageShape, { classes, steps }) => {
    if (classes === undefined)
      throw new ConfigError('classifier: the number of classes is not known; give it as `classes`')
    const { dropout: rate, learningRate, beta1, augment, ...way } = settle(given)
    const common = {
      name: 'classifier',
      classifier: classifierNetwork({ imageShape, classes, dropout: rate }),
      optimizer: adam({
        learningRate: cosineRate(
          learningRate,
          steps === undefined ? undefined : steps * updatesPerBatch(way),
        ),
        beta1,
      }),
    }
    return withAugment(trainedSo(way, common, steps), augment)
  },
})
