// Points in the plane instead of images: a GAN that looks some updates of its opponent ahead, on eight Gaussians.
// Usage: sparring train examples/ring-gan.mjs [--lookahead 0]
import { adam, defineModel, dense, sequential, unrolledGan, z } from 'sparring'

export default defineModel({
  name: 'ring-gan',
  description: 'a GAN on points around a ring, unrolled: without looking ahead it loses modes',
  defaults: { steps: 5000, batchSize: 128, sampleEvery: 500, checkpointEvery: 1000 },
  data: 'ring',
  madeFor: { columns: { points: { shape: [2], dtype: 'float32' } } },
  options: z.object({
    lookahead: z.int().min(0).max(10).default(5).describe('updates that the generator looks ahead'),
    learningRate: z.number().positive().default(1e-3).describe("learning rate of the generator's Adam"),
  }),
  objective({ lookahead, learningRate }) {
    const hidden = () => [
      dense({ units: 128, activation: 'relu' }),
      dense({ units: 128, activation: 'relu' }),
    ]
    const generator = sequential({ name: 'generator', input: { z: [16] }, output: 'points' }, [
      ...hidden(),
      dense({ units: 2 }),
    ])
    const discriminator = sequential({ name: 'discriminator', input: { points: [2] } }, [
      ...hidden(),
      dense({ units: 1, activation: 'sigmoid' }),
    ])
    const objective = unrolledGan({
      name: 'ring-gan',
      generator,
      discriminator,
      generatorOptimizer: adam({ learningRate, beta1: 0.5 }),
      discriminatorOptimizer: adam({ learningRate: 1e-4, beta1: 0.5 }),
      latent: { distribution: 'normal' },
      lookahead,
    })
    return { ...objective, pictures: [{ kind: 'points' }] }
  },
})
