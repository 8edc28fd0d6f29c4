// A model of one's own, in one file: networks, an objective, options. Everything else is there already.
// Usage: sparring train examples/my-gan.mjs --data digits --steps 2000 [--units 256]
// Then: sparring resume <run>, sparring sample <run>, sparring report <run>, sparring export <run>, sparring studio
import {
  adam,
  averaged,
  batchNormalization,
  dense,
  flatten,
  gan,
  imageModel,
  leakyReLU,
  reshape,
  sequential,
  z,
} from 'sparring'

export default imageModel({
  name: 'my-gan',
  description: 'a small GAN of dense layers whose generator is averaged',
  defaults: { steps: 3000, batchSize: 64, sampleEvery: 500, checkpointEvery: 500 },
  imageShape: [28, 28, 1],
  options: z.object({
    units: z.int().min(1).max(4096).default(128).describe('units of the hidden layers'),
    learningRate: z.number().positive().default(5e-4).describe('learning rate of Adam, both players'),
  }),
  objective({ units, learningRate }, imageShape) {
    const generator = sequential({ name: 'generator', input: { z: [32] }, output: 'images' }, [
      dense({ units: 2 * units, activation: 'relu' }),
      batchNormalization(),
      dense({ units: imageShape.reduce((a, b) => a * b), activation: 'sigmoid' }),
      reshape({ targetShape: imageShape }),
    ])
    const discriminator = sequential({ name: 'discriminator', input: { images: imageShape } }, [
      flatten(),
      dense({ units }),
      leakyReLU({ negativeSlope: 0.2 }),
      dense({ units: 1, activation: 'sigmoid' }),
    ])
    const optimizer = adam({ learningRate, beta1: 0.5 })
    const players = {
      generator,
      discriminator,
      generatorOptimizer: optimizer,
      discriminatorOptimizer: optimizer,
    }
    return averaged(gan({ name: 'my-gan', ...players }), { of: 'generator', decay: 0.99 })
  },
})
