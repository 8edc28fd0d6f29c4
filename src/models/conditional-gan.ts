// The conditional GAN of dense layers: digits of a class that one asks for.
import { concat } from '../graph/build.ts'
import {
  batchNormalization,
  dense,
  dropout,
  embedding,
  flatten,
  leakyReLU,
  type Network,
  network,
  reshape,
} from '../layers/index.ts'
import { sizeOf } from '../util/shape.ts'
import { conditionalPair, label, type Players } from './conditional-pair.ts'

/** Length of the vector that stands for a class. */
const CODE = 50

/** Latents [n, latentDim] and labels [n] to images [n, height, width, channels] with pixels in [0, 1]. */
function generator({ latentDim, imageShape, classes }: Players): Network {
  const code = embedding({ inputDim: classes, outputDim: CODE })
  const stack = [
    dense({ units: 256 }),
    batchNormalization(),
    leakyReLU({ negativeSlope: 0.2 }),
    dense({ units: 512 }),
    batchNormalization(),
    leakyReLU({ negativeSlope: 0.2 }),
    dense({ units: sizeOf(imageShape), activation: 'sigmoid' }),
    reshape({ targetShape: imageShape }),
  ]
  return network('generator', { z: [latentDim], label }, ({ z: latent, label: given }, apply) => ({
    images: apply(stack, concat([latent!, apply(code, given!)], 1)),
  }))
}

/** Images and their labels to the probability [n, 1] that both are real. */
function discriminator({ imageShape, classes }: Players): Network {
  const code = embedding({ inputDim: classes, outputDim: CODE })
  const flat = flatten()
  const stack = [
    dense({ units: 512 }),
    leakyReLU({ negativeSlope: 0.2 }),
    dropout({ rate: 0.4 }),
    dense({ units: 256 }),
    leakyReLU({ negativeSlope: 0.2 }),
    dropout({ rate: 0.4 }),
    dense({ units: 1, activation: 'sigmoid' }),
  ]
  return network('discriminator', { images: imageShape, label }, ({ images, label: given }, apply) => ({
    probability: apply(stack, concat([apply(flat, images!), apply(code, given!)], 1)),
  }))
}

/** Our own networks, after Mirza & Osindero 2014. */
export const conditionalGan = conditionalPair({
  name: 'conditional-gan',
  description: 'a GAN that is told the class: "sparring sample <run> --class 7" draws sevens only',
  defaults: { steps: 12_000, batchSize: 128, sampleEvery: 400, checkpointEvery: 1000 },
  generator,
  discriminator,
})
