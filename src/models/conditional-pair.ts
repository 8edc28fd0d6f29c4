// What conditional GANs share: their options, Adam for both players, and data that must have labels.
import { z } from 'zod'
import type { Network } from '../layers/network.ts'
import { conditionalGan } from '../objectives/conditional-gan.ts'
import { adam } from '../optimizers/index.ts'
import { ConfigError } from '../util/errors.ts'
import type { Shape } from '../util/shape.ts'
import { imageModel, type ModelDefinition, type TrainingDefaults } from './model.ts'

/** What the networks are made for. */
export interface Players {
  readonly latentDim: number
  readonly imageShape: Shape
  readonly classes: number
}

/** A class as networks are told it: its number. */
export const label = { shape: [], dtype: 'int64' } as const

export interface ConditionalPairOptions<Own extends z.ZodRawShape> {
  readonly name: string
  readonly description: string
  readonly defaults: TrainingDefaults
  /** Options of its own, which its networks are given. */
  readonly options?: Own
  generator(players: Players & z.output<z.ZodObject<Own>>): Network
  discriminator(players: Players & z.output<z.ZodObject<Own>>): Network
}

/** Adam with learning rate 2e-4 and beta1 0.5 for both players, latents of length 100, images of 28 x 28. */
export const conditionalPair = <Own extends z.ZodRawShape>({
  name,
  description,
  defaults,
  options,
  generator,
  discriminator,
}: ConditionalPairOptions<Own>): ModelDefinition =>
  imageModel({
    name,
    description,
    defaults,
    imageShape: [28, 28, 1],
    classes: 10,
    options: z.object({
      latentDim: z.number().int().min(1).max(65_536).default(100).describe('length of the latent vector'),
      ...(options as Own),
      learningRate: z.number().positive().default(2e-4).describe('learning rate of Adam, both players'),
      beta1: z.number().min(0).lt(1).default(0.5).describe("Adam's share of the mean gradient kept"),
    }),
    objective(given, imageShape, { classes }) {
      if (classes === undefined)
        throw new ConfigError(`${name} learns labels, and the data has none; use labelled data`)
      const { learningRate, beta1, ...own } = given as { learningRate: number; beta1: number }
      const players = { ...own, imageShape, classes } as Players & z.output<z.ZodObject<Own>>
      return conditionalGan({
        name,
        generator: generator(players),
        discriminator: discriminator(players),
        generatorOptimizer: adam({ learningRate, beta1 }),
        discriminatorOptimizer: adam({ learningRate, beta1 }),
        classes,
      })
    },
  })
