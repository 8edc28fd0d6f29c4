// The convolutional VAE: convolutions in both networks, a latent large enough for good digits.
import { branching } from '../layers/branching.ts'
import { conv2D, conv2DTranspose, dense, flatten, reshape } from '../layers/index.ts'
import { type Network, sequential } from '../layers/network.ts'
import { sizeOf } from '../util/shape.ts'
import { quarterOf } from './image-shape.ts'
import { openVaeOptions, type VaeNetworkOptions, vaeModel } from './vae-model.ts'

/** Every layer that slides over images has a 5x5 kernel and halves or doubles their size. */
const sliding = { kernelSize: 5, strides: 2, padding: 'same' } as const

/**
 * Images [n, height, width, channels], height and width divisible by 4, to mean and log variance of their latents
 * [n, 2 latentDim]. `latentDim` is 16 unless told.
 */
export function convVaeEncoder(options: VaeNetworkOptions = {}): Network {
  const { latentDim, imageShape } = openVaeOptions('convVaeEncoder', options, 16)
  quarterOf('convVaeEncoder', imageShape)
  return branching(
    { name: 'encoder', input: { images: imageShape }, output: 'latent' },
    [
      conv2D({ ...sliding, filters: 32, activation: 'relu' }), // [n, 14, 14, 32]
      conv2D({ ...sliding, filters: 64, activation: 'relu' }), // [n, 7, 7, 64]
      flatten(),
      dense({ units: 256, activation: 'relu' }),
    ],
    [dense({ units: latentDim, name: 'z-mean' }), dense({ units: latentDim, name: 'z-log-var' })],
  )
}

/** Latents [n, latentDim] to images [n, height, width, channels] with pixels in [0, 1]. */
export function convVaeDecoder(options: VaeNetworkOptions = {}): Network {
  const { latentDim, imageShape } = openVaeOptions('convVaeDecoder', options, 16)
  const { height, width } = quarterOf('convVaeDecoder', imageShape)
  const seed = [height, width, 64]
  return sequential({ name: 'decoder', input: { z: [latentDim] }, output: 'images' }, [
    dense({ units: 256, activation: 'relu' }),
    dense({ units: sizeOf(seed), activation: 'relu' }),
    reshape({ targetShape: seed }), // [n, 7, 7, 64]
    conv2DTranspose({ ...sliding, filters: 32, activation: 'relu' }), // [n, 14, 14, 32]
    conv2DTranspose({ ...sliding, filters: imageShape[2]!, activation: 'sigmoid' }), // [n, 28, 28, 1]
  ])
}

/** Our own: 50 passes over 60,000 images, 469 batches each. */
export const convVae = vaeModel({
  name: 'vae-conv',
  description: 'a VAE of convolutions for good digits: a latent of 16 numbers',
  defaults: { steps: 23_450, batchSize: 128, sampleEvery: 938, checkpointEvery: 938, validateEvery: 469 },
  latentDim: 16,
  reconstruction: 'binaryCrossentropy',
  encoder: convVaeEncoder,
  decoder: convVaeDecoder,
})
