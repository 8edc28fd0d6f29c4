// Files with a model of one's own, for tests: tiny, and each tells in a file that it was started.
import { writeFile } from 'node:fs/promises'
import { join } from 'node:path'

/** A GAN of a few weights on points, whose file writes `trace` whenever it is started. */
export const ownModel = (trace: string): string => `
import { appendFileSync } from 'node:fs'
import { adam, defineModel, dense, gan, sequential, z } from 'sparring'

appendFileSync(${JSON.stringify(trace)}, 'started\\n')

export default defineModel({
  name: 'own-gan',
  description: 'a few weights against a few others',
  defaults: { steps: 24, batchSize: 8, sampleEvery: 8, checkpointEvery: 8 },
  data: 'ring',
  madeFor: { columns: { points: { shape: [2], dtype: 'float32' } } },
  options: z.object({ units: z.int().min(1).max(64).default(4).describe('units of the hidden layers') }),
  objective({ units }) {
    const optimizer = adam({ learningRate: 1e-2 })
    const hidden = () => dense({ units, activation: 'tanh' })
    const made = gan({
      name: 'own-gan',
      generator: sequential({ name: 'generator', input: { z: [3] }, output: 'points' }, [hidden(), dense({ units: 2 })]),
      discriminator: sequential({ name: 'discriminator', input: { points: [2] } }, [
        hidden(),
        dense({ units: 1, activation: 'sigmoid' }),
      ]),
      generatorOptimizer: optimizer,
      discriminatorOptimizer: optimizer,
    })
    return { ...made, pictures: [{ kind: 'points' }] }
  },
})
`

/** Writes such a file. Returns where it lies, and what it writes when it is started. */
export async function writeOwnModel(
  folder: string,
  name = 'own-gan.mjs',
): Promise<{ file: string; trace: string }> {
  const [file, trace] = [join(folder, name), join(folder, `${name}.trace`)]
  await writeFile(file, ownModel(trace))
  return { file, trace }
}
