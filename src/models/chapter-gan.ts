// What the two GANs of the chapter share: their options, and Adam for both players.
import { z } from 'zod'
import type { Network } from '../layers/network.ts'
import { gan } from '../objectives/gan.ts'
import { adam } from '../optimizers/index.ts'
import type { Shape } from '../util/shape.ts'
import { imageModel, type ModelDefinition, type TrainingDefaults } from './model.ts'
import { pairOf, pairOptions, settledPair } from './pair-options.ts'

const IMAGE_SHAPE: Shape = [28, 28, 1]

export interface ChapterGanOptions {
  readonly name: string
  readonly description: string
  readonly defaults: TrainingDefaults
  generator(options: { readonly latentDim: number; readonly imageShape: Shape }): Network
  discriminator(options: { readonly imageShape: Shape }): Network
  /** Whether the discriminator looks at images as at vectors; default false. */
  readonly asVectors?: boolean
}

/**
 * A pairing of the chapter: Adam with learning rate 2e-4 and beta1 0.5 for both players, latents of length 100. With
 * `--objective` the same networks play for another loss, with the settings of its paper, and with `--condition` they are told the class.
 *
 * @source Rivas 2020, Deep Learning for Beginners, chapter 14
 */
export const chapterGan = ({
  name,
  description,
  defaults,
  generator,
  discriminator,
  asVectors,
}: ChapterGanOptions): ModelDefinition =>
  imageModel({
    name,
    description,
    defaults,
    imageShape: IMAGE_SHAPE,
    classes: 10,
    // Only with a condition.
    learnsLabels: false,
    options: z.object({
      latentDim: z.number().int().min(1).max(65_536).default(100).describe('length of the latent vector'),
      ...pairOptions.shape,
    }),
    settle: ({ latentDim, ...given }) => ({ latentDim, ...settledPair(name, given, IMAGE_SHAPE) }),
    objective({ latentDim, ...given }, imageShape, { classes, steps }) {
      const { objective, ...settings } = settledPair(name, given, IMAGE_SHAPE)
      if (objective)
        return pairOf(
          {
            name,
            generator: (length) => generator({ latentDim: length, imageShape }),
            latentDim,
            discriminator: (example) => discriminator({ imageShape: example }),
            asVectors,
            latent: { distribution: 'uniform', low: 0, high: 1 },
            classes,
            steps,
          },
          { objective, ...settings },
        )
      const { learningRate, beta1 } = settings as { learningRate: number; beta1: number }
      return gan({
        name,
        generator: generator({ latentDim, imageShape }),
        discriminator: discriminator({ imageShape }),
        generatorOptimizer: adam({ learningRate, beta1 }),
        discriminatorOptimizer: adam({ learningRate, beta1 }),
        fakes: 'inference', // The chapter's program makes them by Keras' `predict`.
      })
    },
  })
