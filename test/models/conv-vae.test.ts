// The networks of the convolutional VAE: rows, other sizes, a short training, and what a runtime makes of them.
import { describe, expect, test } from 'vitest'
import { countParameters, inputOf, outputOf } from '../../src/layers/use.ts'
import { convVae, convVaeDecoder, convVaeEncoder } from '../../src/models/conv-vae.ts'
import { imageFacts } from '../../src/models/model.ts'
import { nodeEngine } from '../../src/runtime/node.ts'
import { train } from '../../src/training/trainer.ts'
import type { TrainEvent } from '../../src/training/watcher.ts'
import { samples as sampling } from '../../src/training/watchers/samples.ts'
import { expectSameInRuntime, rowsOf } from '../support/networks.ts'
import { uniformTensor } from '../support/tensors.ts'
import { randomSource } from '../training/tiny-gan.ts'

describe('the networks of the convolutional VAE', () => {
  test('halve images twice and double them twice, 1,725,729 parameters in all', () => {
    expect(rowsOf(convVaeEncoder())).toEqual([
      ['Conv2D', [14, 14, 32], 832],
      ['Conv2D', [7, 7, 64], 51_264],
      ['Flatten', [3136], 0],
      ['Dense', [256], 803_072],
      ['Dense', [16], 4112],
      ['Dense', [16], 4112],
    ])
    expect(rowsOf(convVaeDecoder())).toEqual([
      ['Dense', [256], 4352],
      ['Dense', [3136], 805_952],
      ['Reshape', [7, 7, 64], 0],
      ['Conv2DTranspose', [14, 14, 32], 51_232],
      ['Conv2DTranspose', [28, 28, 1], 801],
    ])
    const all = [convVaeEncoder(), convVaeDecoder()].map(countParameters)
    expect(all.reduce((sum, { total }) => sum + total, 0)).toBe(1_725_729)
  })

  test("as ONNX files give the interpreter's numbers at every batch size", async () => {
    await expectSameInRuntime(convVaeEncoder(), uniformTensor([3, 28, 28, 1], 'images'))
    await expectSameInRuntime(
      convVaeDecoder({ latentDim: 3, imageShape: [8, 4, 3] }),
      uniformTensor([3, 3], 'z'),
    )
  })

  test('take images whose height and width are divisible by 4', () => {
    expect(outputOf(convVaeEncoder({ imageShape: [8, 12, 3], latentDim: 5 })).shape).toEqual([10])
    const message = 'convVaeEncoder: height and width of images must be divisible by 4, got 28 x 30'
    expect(() => convVaeEncoder({ imageShape: [28, 30, 1] })).toThrow(message)
    expect(() => convVaeDecoder({ imageShape: [2, 4, 1] })).toThrow('divisible by 4, got 2 x 4')
  })
})

describe('the model vae-conv', () => {
  test('has a latent of 16 numbers and a weight of the divergence', () => {
    const options = convVae.options.parse({})
    expect(options).toEqual({ latentDim: 16, latentRange: 2.5, beta: 1, learningRate: 1e-3, beta1: 0.9 })
    expect(convVae.options.safeParse({ beta: -1 }).success).toBe(false)
    const { networks } = convVae.objective(options, imageFacts([28, 28, 1]))
    expect(inputOf(networks.decoder!).shape).toEqual([16])
  })

  test('learns in the runtime: its loss falls, and its samples are images', async () => {
    const engine = await nodeEngine()
    const shape = [8, 8, 1]
    const events: TrainEvent[] = []
    try {
      const objective = convVae.objective(convVae.options.parse({ latentDim: 2 }), imageFacts(shape))
      const settings = { batchSize: 8, seed: 1, steps: 40, watchers: [sampling({ every: 39, count: 3 })] }
      for await (const event of train({ objective, source: randomSource(16, shape), engine, ...settings }))
        events.push(event)
    } finally {
      await engine.close()
    }
    const losses = events.flatMap((event) =>
      event.type === 'steps' ? event.rows.map(({ loss }) => loss!) : [],
    )
    const mean = (part: readonly number[]) => part.reduce((sum, x) => sum + x, 0) / part.length
    expect(losses.length).toBe(40)
    expect(mean(losses.slice(-5))).toBeLessThan(mean(losses.slice(0, 5)))
    const samples = events.flatMap((event) => (event.type === 'samples' ? [event] : []))
    expect(samples.map(({ step, values }) => [step, values.length])).toEqual([
      [0, 192],
      [0, 192],
      [39, 192],
      [39, 192],
    ])
    for (const { values } of samples) expect(values.every((pixel) => pixel >= 0 && pixel <= 1)).toBe(true)
  })
})
