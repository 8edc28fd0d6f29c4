// A GAN of one's own: two networks, an objective, training, and new digits as a picture.
// Usage: node examples/first-gan.mjs [steps]
import { writeFile } from 'node:fs/promises'
import {
  adam,
  batchNormalization,
  dense,
  digits,
  dropout,
  flatten,
  gan,
  reshape,
  sequential,
  train,
} from 'sparring'
import { encodePng, exampleSource, imageBatch, nodeEngine, tileGrid } from 'sparring/node'

const generator = sequential({ name: 'generator', input: [32] }, [
  dense({ units: 128, activation: 'relu' }),
  batchNormalization(),
  dense({ units: 784, activation: 'sigmoid' }),
  reshape({ targetShape: [28, 28, 1] }),
])
const discriminator = sequential({ name: 'discriminator', input: [28, 28, 1] }, [
  flatten(),
  dropout({ rate: 0.3 }),
  dense({ units: 128, activation: 'relu' }),
  dense({ units: 1, activation: 'sigmoid' }),
])
const optimizer = adam({ learningRate: 5e-4, beta1: 0.5 })
const objective = gan({
  name: 'first-gan',
  generator,
  discriminator,
  generatorOptimizer: optimizer,
  discriminatorOptimizer: optimizer,
})

const steps = Number(process.argv[2] ?? 2000)
const engine = await nodeEngine()
const source = exampleSource(digits({ count: 10_000, seed: 1 }))
for await (const event of train({
  objective,
  source,
  engine,
  batchSize: 64,
  seed: 1,
  steps,
  sampleEvery: steps,
})) {
  if (event.type === 'steps') console.log(event.rows.at(-1))
  if (event.type === 'samples' && event.latents === 'fresh')
    await writeFile(
      'first-gan.png',
      await encodePng(
        tileGrid(imageBatch(event.images, event.count, { height: 28, width: 28, channels: 1 })),
      ),
    )
}
await engine.close()
