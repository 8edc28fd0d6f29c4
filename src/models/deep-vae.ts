// The deep VAE: dense layers with normalization and dropout, a latent of two numbers that can be drawn as a map.

import { branching } from '../layers/branching.ts'
import { activation, batchNormalization, dense, dropout, flatten, reLU, reshape } from '../layers/index.ts'
import { type Network, sequential } from '../layers/network.ts'
import { sizeOf } from '../util/shape.ts'
import { openVaeOptions, type VaeNetworkOptions, vaeModel } from './vae-model.ts'

/**
 * Images [n, height, width, channels] to mean and log variance of their latents [n, 2 latentDim]. 897,942 parameters by
 * default. `latentDim` is 2 unless told.
 *
 * @source Rivas 2020, Deep Learning for Beginners, chapter 9
 */
export function deepVaeEncoder(options: VaeNetworkOptions = {}): Network {
  const { latentDim, imageShape } = openVaeOptions('deepVaeEncoder', options, 2)
  return branching(
    { name: 'encoder', input: { images: imageShape }, output: 'latent' },
    [
      flatten(),
      dropout({ rate: 0.1 }),
      dense({ units: 512, activation: 'relu' }),
      dropout({ rate: 0.1 }),
      dense({ units: 512 }),
      batchNormalization(),
      reLU(),
      dropout({ rate: 0.1 }),
      dense({ units: 256, activation: 'relu' }),
      dropout({ rate: 0.1 }),
      dense({ units: 256 }),
      batchNormalization(),
      reLU(),
      dropout({ rate: 0.1 }),
      dense({ units: 128, activation: 'relu' }),
      dropout({ rate: 0.1 }),
      dense({ units: latentDim }),
      batchNormalization(),
      activation({ activation: 'sigmoid' }),
    ],
    [dense({ units: latentDim, name: 'z-mean' }), dense({ units: latentDim, name: 'z-log-var' })],
  )
}

/**
 * Latents [n, latentDim] to images [n, height, width, channels] with pixels in [0, 1]. 899,216 parameters by default.
 *
 * @source Rivas 2020, Deep Learning for Beginners, chapter 9
 */
export function deepVaeDecoder(options: VaeNetworkOptions = {}): Network {
  const { latentDim, imageShape } = openVaeOptions('deepVaeDecoder', options, 2)
  return sequential({ name: 'decoder', input: { z: [latentDim] }, output: 'images' }, [
    dense({ units: 128 }),
    batchNormalization(),
    reLU(),
    dropout({ rate: 0.1 }),
    dense({ units: 256, activation: 'relu' }),
    dense({ units: 256 }),
    batchNormalization(),
    reLU(),
    dropout({ rate: 0.1 }),
    dense({ units: 512, activation: 'relu' }),
    dense({ units: 512 }),
    batchNormalization(),
    reLU(),
    dense({ units: sizeOf(imageShape), activation: 'sigmoid' }),
    reshape({ targetShape: imageShape }),
  ])
}

/** The chapter's deep autoencoder: 500 passes over 60,000 images, 120 batches each. */
export const deepVae = vaeModel({
  name: 'vae',
  description: 'a deep VAE of dense layers: 1,797,158 parameters on 28x28 images, a latent of two numbers',
  defaults: { steps: 60_000, batchSize: 500, sampleEvery: 1200, checkpointEvery: 1200, validateEvery: 120 },
  latentDim: 2,
  reconstruction: 'binaryCrossentropy',
  encoder: deepVaeEncoder,
  decoder: deepVaeDecoder,
})
