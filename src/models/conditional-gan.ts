// The conditional GAN of dense layers: digits of a class that one asks for.
import {
  batchNormalization,
  dense,
  dropout,
  flatten,
  leakyReLU,
  reshape,
  sequential,
} from '../layers/index.ts'
import { sizeOf } from '../util/shape.ts'
import { conditionalPair } from './conditional-pair.ts'

/** Our own networks, after Mirza & Osindero 2014; both learn a vector for each class. */
export const conditionalGan = conditionalPair({
  name: 'conditional-gan',
  description: 'a GAN that is told the class: "sparring sample <run> --class 7" draws sevens only',
  defaults: { steps: 12_000, batchSize: 128, sampleEvery: 400, checkpointEvery: 1000 },
  usual: { condition: 'embedding', objective: 'non-saturating' },
  generator: ({ latentDim, imageShape }) =>
    sequential({ name: 'generator', input: { z: [latentDim] }, output: 'images' }, [
      dense({ units: 256 }),
      batchNormalization(),
      leakyReLU({ negativeSlope: 0.2 }),
      dense({ units: 512 }),
      batchNormalization(),
      leakyReLU({ negativeSlope: 0.2 }),
      dense({ units: sizeOf(imageShape), activation: 'sigmoid' }),
      reshape({ targetShape: imageShape }),
    ]),
  asVectors: true,
  discriminator: ({ imageShape }) =>
    sequential({ name: 'discriminator', input: { images: imageShape }, output: 'probability' }, [
      flatten(),
      dense({ units: 512 }),
      leakyReLU({ negativeSlope: 0.2 }),
      dropout({ rate: 0.4 }),
      dense({ units: 256 }),
      leakyReLU({ negativeSlope: 0.2 }),
      dropout({ rate: 0.4 }),
      dense({ units: 1, activation: 'sigmoid' }),
    ]),
})
