// Improved GAN: a classifier of a few labelled images that learns from all others as well, against a generator that matches its features.
import { z } from 'zod'
import { randomNormal } from '../initializers/index.ts'
import {
  activation,
  batchNormalization,
  dense,
  flatten,
  gaussianNoise,
  type Layer,
  type Network,
  reLU,
  reshape,
  sequential,
  weightNormalization,
} from '../layers/index.ts'
import { featureMatching } from '../objectives/feature-matching.ts'
import { adam } from '../optimizers/index.ts'
import { ConfigError } from '../util/errors.ts'
import { type Shape, sizeOf } from '../util/shape.ts'
import { imageModel } from './model.ts'

export interface ImprovedGanOptions {
  readonly imageShape: Shape
  /** Widths of the hidden layers. */
  readonly widths: readonly number[]
}

/** Latents [n, latentDim] to images in [0, 1]. */
export function improvedGenerator({
  imageShape,
  widths,
  latentDim,
}: ImprovedGanOptions & { readonly latentDim: number }): Network {
  return sequential({ name: 'generator', input: { z: [latentDim] }, output: 'images' }, [
    ...widths.flatMap((units): Layer[] => [
      dense({ units, useBias: false }),
      batchNormalization({ scale: false, epsilon: 1e-6, momentum: 0.9 }),
      activation({ activation: 'softplus' }),
    ]),
    weightNormalization({ layer: dense({ units: sizeOf(imageShape) }), name: 'pixels' }),
    activation({ activation: 'sigmoid' }),
    reshape({ targetShape: imageShape }),
  ])
}

/** The noise before the last layer: what goes into it is matched. */
const MATCHED = 'last-noise'

/** Images to one logit per class. Lengths of filters are set by the first images and stay, but for those of the last layer. */
export function improvedDiscriminator({
  imageShape,
  widths,
  classes,
}: ImprovedGanOptions & { readonly classes: number }): Network {
  const normalized = (units: number, isLast: boolean): Layer =>
    weightNormalization({
      layer: dense({ units, kernelInitializer: randomNormal({ stddev: 0.1 }) }),
      trainG: isLast,
      dataInit: true,
      ...(isLast ? { name: 'logits' } : {}),
    })
  return sequential({ name: 'discriminator', input: { images: imageShape }, output: 'logits' }, [
    flatten(),
    gaussianNoise({ stddev: 0.3 }),
    ...widths.flatMap((units, i): Layer[] => [
      normalized(units, false),
      reLU(),
      gaussianNoise({ stddev: 0.5, ...(i === widths.length - 1 ? { name: MATCHED } : {}) }),
    ]),
    normalized(classes, true),
  ])
}

/** As the authors' program for MNIST: 300 epochs of 600 batches, 100 labelled and twice 100 unlabelled images each. */
export const improvedGan = imageModel({
  name: 'improved-gan',
  description:
    'a classifier of few labels that learns from all images and from those of a generator that matches its features',
  defaults: {
    steps: 180_000,
    batchSize: 100,
    sampleEvery: 6000,
    checkpointEvery: 600,
    validateEvery: 600,
  },
  imageShape: [28, 28, 1],
  classes: 10,
  unlabelled: () => 2,
  options: z.object({
    latentDim: z.int().min(1).max(65_536).default(100).describe('length of the latent vector'),
    learningRate: z.number().positive().default(3e-3).describe('learning rate of Adam, of both players'),
    beta1: z.number().min(0).lt(1).default(0.5).describe("Adam's share of the mean gradient kept"),
    unlabelledWeight: z
      .number()
      .min(0)
      .default(1)
      .describe('weight of the loss of unlabelled and made images'),
    decay: z
      .number()
      .min(0)
      .lt(1)
      .default(0.9999)
      .describe(
        'share of the averaged weights that is kept at each step; it rises to that from the first on',
      ),
  }),
  objective({ latentDim, learningRate, beta1, ...rest }, imageShape, { classes }) {
    if (classes === undefined)
      throw new ConfigError('improved-gan learns labels, and the data has none; use labelled data')
    const optimizer = () => adam({ learningRate, beta1, epsilon: 1e-8 })
    return featureMatching({
      name: 'improved-gan',
      generator: improvedGenerator({ imageShape, widths: [500, 500], latentDim }),
      discriminator: improvedDiscriminator({ imageShape, widths: [1000, 500, 250, 250, 250], classes }),
      matched: MATCHED,
      generatorOptimizer: optimizer(),
      discriminatorOptimizer: optimizer(),
      beginsOn: 500,
      ...rest,
    })
  },
})
