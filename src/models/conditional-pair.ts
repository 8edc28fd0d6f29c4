// What conditional GANs share: options, what they play for unless told, and how they are told the class.
import { z } from 'zod'
import type { Network } from '../layers/network.ts'
import { ConfigError } from '../util/errors.ts'
import type { Shape } from '../util/shape.ts'
import { imageModel, type ModelDefinition, type TrainingDefaults } from './model.ts'
import { type PairGiven, pairOf, pairOptions, settledPair } from './pair-options.ts'

const IMAGE_SHAPE: Shape = [28, 28, 1]

/** Settings are those of this objective; another has those of its paper. */
export interface ConditionalPlay {
  readonly condition: string
  readonly objective: string
  readonly settings?: PairGiven
}

export interface ConditionalPairOptions<Own extends z.ZodRawShape> {
  readonly name: string
  readonly description: string
  readonly defaults: TrainingDefaults
  /** How both players are told the class, and what they play for with which settings, unless somebody asks for another way. */
  readonly usual: ConditionalPlay
  /** Options of its own, which its networks are given. */
  readonly options?: Own
  /** Of vectors of a length: a latent with what tells the class. */
  generator(players: { latentDim: number; imageShape: Shape } & z.output<z.ZodObject<Own>>): Network
  discriminator(players: { imageShape: Shape } & z.output<z.ZodObject<Own>>): Network
  /** Whether the discriminator looks at images as at vectors; default false. */
  readonly asVectors?: boolean
}

/** Normal latents of length 100, images of 28 x 28. */
export const conditionalPair = <Own extends z.ZodRawShape>({
  name,
  description,
  defaults,
  usual,
  options = {} as Own,
  generator,
  discriminator,
  asVectors,
}: ConditionalPairOptions<Own>): ModelDefinition => {
  /** Options of the networks, and those of the pair, completed. */
  const parted = (given: Readonly<Record<string, unknown>>) => {
    const isOwn = (option: string): boolean => Object.hasOwn(options, option)
    const entries = Object.entries(given).filter(([option]) => option !== 'latentDim')
    const {
      objective = usual.objective,
      condition = usual.condition,
      ...pair
    } = Object.fromEntries(
      entries.filter(([option, value]) => !isOwn(option) && value !== undefined),
    ) as PairGiven
    const settings = objective === usual.objective ? usual.settings : {}
    return {
      latentDim: Number(given.latentDim),
      own: Object.fromEntries(entries.filter(([option]) => isOwn(option))) as z.output<z.ZodObject<Own>>,
      pair: { ...settledPair(name, { ...settings, ...pair, objective, condition }, IMAGE_SHAPE), objective },
    }
  }
  return imageModel({
    name,
    description,
    defaults,
    imageShape: IMAGE_SHAPE,
    classes: 10,
    options: z.object({
      latentDim: z.number().int().min(1).max(65_536).default(100).describe('length of the latent vector'),
      ...(options as z.ZodRawShape),
      ...pairOptions.shape,
    }),
    settle(given) {
      const { latentDim, own, pair } = parted(given)
      return { latentDim, ...(own as object), ...pair }
    },
    objective(given, imageShape, { classes, steps }) {
      if (classes === undefined)
        throw new ConfigError(`${name} learns labels, and the data has none; use labelled data`)
      const { latentDim, own, pair } = parted(given)
      return pairOf(
        {
          name,
          generator: (length) => generator({ ...own, imageShape, latentDim: length }),
          latentDim,
          discriminator: (example) => discriminator({ ...own, imageShape: example }),
          asVectors,
          latent: { distribution: 'normal' },
          classes,
          steps,
        },
        pair,
      )
    },
  })
}
