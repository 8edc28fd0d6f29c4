// A GAN of one's own: two networks, an objective, training, and new digits as pictures.
// Usage: node examples/first-gan.mjs [steps]
import { writeFile } from 'node:fs/promises'
import {
  adam,
  batchNormalization,
  dense,
  digits,
  flatten,
  gan,
  imageExamples,
  reshape,
  samples,
  sequential,
  train,
} from 'sparring'
import { nodeEngine, samplesPng } from 'sparring/node'

const generator = sequential({ name: 'generator', input: [32] }, [
  dense({ units: 256, activation: 'relu' }),
  batchNormalization(),
  dense({ units: 784, activation: 'sigmoid' }),
  reshape({ targetShape: [28, 28, 1] }),
])
const discriminator = sequential({ name: 'discriminator', input: [28, 28, 1] }, [
  flatten(),
  dense({ units: 128, activation: 'relu' }),
  dense({ units: 1, activation: 'sigmoid' }),
])
const optimizer = adam({ learningRate: 5e-4, beta1: 0.5 })
const players = { generator, discriminator, generatorOptimizer: optimizer, discriminatorOptimizer: optimizer }
const objective = gan({ name: 'first-gan', ...players })

const steps = Number(process.argv[2] ?? 3000)
const engine = await nodeEngine()
const source = imageExamples(await digits({ count: 10_000 }))
const settings = { batchSize: 64, seed: 1, steps, watchers: [samples({ every: 500 })] }
for await (const event of train({ objective, source, engine, ...settings })) {
  if (event.type === 'samples') await writeFile(`${event.latents}-${event.step}.png`, await samplesPng(event))
  if (event.type === 'steps') console.log(event.rows.at(-1))
}
await engine.close()
