// The shallow VAE: one hidden layer in each network, squared error.
import { branching } from '../layers/branching.ts'
import { dense, flatten, reshape } from '../layers/index.ts'
import { type Network, sequential } from '../layers/network.ts'
import { sizeOf } from '../util/shape.ts'
import { openVaeOptions, type VaeNetworkOptions, vaeModel } from './vae-model.ts'

/**
 * Images [n, height, width, channels] to mean and log variance of their latents [n, 2 latentDim]. 403,972 parameters by
 * default. `latentDim` is 2 unless told.
 *
 * @source Rivas 2020, Deep Learning for Beginners, chapter 9
 */
export function shallowVaeEncoder(options: VaeNetworkOptions = {}): Network {
  const { latentDim, imageShape } = openVaeOptions('shallowVaeEncoder', options, 2)
  return branching(
    { name: 'encoder', input: { images: imageShape }, output: 'latent' },
    [flatten(), dense({ units: 512, activation: 'relu' })],
    [dense({ units: latentDim, name: 'z-mean' }), dense({ units: latentDim, name: 'z-log-var' })],
  )
}

/**
 * Latents [n, latentDim] to images [n, height, width, channels] with pixels in [0, 1]. 403,728 parameters by default.
 *
 * @source Rivas 2020, Deep Learning for Beginners, chapter 9
 */
export function shallowVaeDecoder(options: VaeNetworkOptions = {}): Network {
  const { latentDim, imageShape } = openVaeOptions('shallowVaeDecoder', options, 2)
  return sequential({ name: 'decoder', input: { z: [latentDim] }, output: 'images' }, [
    dense({ units: 512, activation: 'relu' }),
    dense({ units: sizeOf(imageShape), activation: 'sigmoid' }),
    reshape({ targetShape: imageShape }),
  ])
}

/**
 * The chapter's shallow autoencoder: 50 passes over 60,000 images, 469 batches each. Its loss is of squared errors and
 * cannot be compared with the cross-entropy of the others.
 */
export const shallowVae = vaeModel({
  name: 'vae-shallow',
  description: 'a VAE with one hidden layer per network: 807,700 parameters on 28x28 images, squared error',
  defaults: { steps: 23_450, batchSize: 128, sampleEvery: 938, checkpointEvery: 938, validateEvery: 469 },
  latentDim: 2,
  latentRange: 4,
  reconstruction: 'meanSquaredError',
  encoder: shallowVaeEncoder,
  decoder: shallowVaeDecoder,
})
