// What the variational autoencoders share: their options, and Adam with Keras' defaults.
import { z } from 'zod'
import type { Network } from '../layers/network.ts'
import { type Reconstruction, vae } from '../objectives/vae.ts'
import { adam } from '../optimizers/index.ts'
import { checkNames, checkNumber } from '../util/options.ts'
import type { Shape } from '../util/shape.ts'
import { checkImageShape } from './image-shape.ts'
import { imageModel, type ModelDefinition, type TrainingDefaults } from './model.ts'

/** Of an encoder or a decoder. */
export interface VaeNetworkOptions {
  /** Length of the latent vector. */
  readonly latentDim?: number
  /** Height, width and channels of an image; default 28 x 28 x 1. */
  readonly imageShape?: Shape
}

/** The options of one network, checked. */
export function openVaeOptions(
  where: string,
  options: VaeNetworkOptions,
  latentDim: number,
): Required<VaeNetworkOptions> {
  checkNames(where, options, ['latentDim', 'imageShape'])
  return {
    latentDim: checkNumber(where, 'latentDim', options.latentDim ?? latentDim, { integer: true, atLeast: 1 }),
    imageShape: checkImageShape(where, options.imageShape ?? [28, 28, 1]),
  }
}

export interface VaeModelOptions {
  readonly name: string
  readonly description: string
  readonly defaults: TrainingDefaults
  readonly latentDim: number
  /** How far the map of latents reaches; default 2.5. */
  readonly latentRange?: number
  readonly reconstruction: Reconstruction
  encoder(options: Required<VaeNetworkOptions>): Network
  decoder(options: Required<VaeNetworkOptions>): Network
}

export const vaeModel = ({
  name,
  description,
  defaults,
  latentDim: length,
  latentRange: range = 2.5,
  reconstruction,
  encoder,
  decoder,
}: VaeModelOptions): ModelDefinition =>
  imageModel({
    name,
    description,
    defaults,
    imageShape: [28, 28, 1],
    options: z.object({
      latentDim: z.number().int().min(1).max(65_536).default(length).describe('length of the latent vector'),
      beta: z
        .number()
        .min(0)
        .default(1)
        .describe('weight of the KL divergence: more for orderly latents, less for sharp reconstructions'),
      latentRange: z
        .number()
        .positive()
        .default(range)
        .describe('how far the map of latents reaches from 0, each way'),
      learningRate: z.number().positive().default(1e-3).describe('learning rate of Adam'),
      beta1: z.number().min(0).lt(1).default(0.9).describe("Adam's share of the mean gradient kept"),
    }),
    objective: ({ latentDim, latentRange, beta, learningRate, beta1 }, imageShape) =>
      vae({
        name,
        encoder: encoder({ latentDim, imageShape }),
        decoder: decoder({ latentDim, imageShape }),
        optimizer: adam({ learningRate, beta1 }),
        reconstruction,
        beta,
        latentRange,
      }),
  })
