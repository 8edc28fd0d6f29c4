// What the two GANs of the chapter share: their options, and Adam for both players.
import { z } from 'zod'
import type { Network } from '../layers/network.ts'
import { gan } from '../objectives/gan.ts'
import { adam } from '../optimizers/index.ts'
import type { Shape } from '../util/shape.ts'
import { imageModel, type ModelDefinition, type TrainingDefaults } from './model.ts'

export interface ChapterGanOptions {
  readonly name: string
  readonly description: string
  readonly defaults: TrainingDefaults
  generator(options: { readonly latentDim: number; readonly imageShape: Shape }): Network
  discriminator(options: { readonly imageShape: Shape }): Network
}

/**
 * A pairing of the chapter: Adam with learning rate 2e-4 and beta1 0.5 for both players, latents of length 100.
 *
 * @source Rivas 2020, Deep Learning for Beginners, chapter 14
 */
export const chapterGan = ({
  name,
  description,
  defaults,
  generator,
  discriminator,
}: ChapterGanOptions): ModelDefinition =>
  imageModel({
    name,
    description,
    defaults,
    imageShape: [28, 28, 1],
    options: z.object({
      latentDim: z.number().int().min(1).max(65_536).default(100).describe('length of the latent vector'),
      learningRate: z.number().positive().default(2e-4).describe('learning rate of Adam, both players'),
      beta1: z.number().min(0).lt(1).default(0.5).describe("Adam's share of the mean gradient kept"),
    }),
    objective: ({ latentDim, learningRate, beta1 }, imageShape) =>
      gan({
        name,
        generator: generator({ latentDim, imageShape }),
        discriminator: discriminator({ imageShape }),
        generatorOptimizer: adam({ learningRate, beta1 }),
        discriminatorOptimizer: adam({ learningRate, beta1 }),
        fakes: 'inference', // The chapter's program makes them by Keras' `predict`.
      }),
  })
