// The DCGAN for 64x64 images: its figure row by row, parameters, ranges, other sizes, and a short training.
import { describe, expect, test } from 'vitest'
import type { Tensor } from '../../src/graph/value.ts'
import type { Network } from '../../src/layers/network.ts'
import { countParameters, inputOf, outputOf } from '../../src/layers/use.ts'
import { resolveSettings } from '../../src/lifecycle/request.ts'
import { logitsOf } from '../../src/losses/index.ts'
import { dcgan64, dcgan64Discriminator, dcgan64Generator } from '../../src/models/dcgan-64.ts'
import { imageFacts } from '../../src/models/model.ts'
import { nodeEngine } from '../../src/runtime/node.ts'
import { stepGraph } from '../../src/training/step.ts'
import { train } from '../../src/training/trainer.ts'
import type { TrainEvent } from '../../src/training/watcher.ts'
import { samples as sampling } from '../../src/training/watchers/samples.ts'
import { ConfigError } from '../../src/util/errors.ts'
import { expectSameInRuntime, rowsOf, run, weightsOf } from '../support/networks.ts'
import { uniformTensor } from '../support/tensors.ts'
import { feedsOf, largestDifference, noisyState, runStep } from '../training/run-step.ts'
import { columnsOf, randomSource } from '../training/tiny-gan.ts'

/** Those of the convolutions: type, output shape and parameters. */
const convolutionsOf = (network: Network) => rowsOf(network).filter(([type]) => /^Conv/.test(String(type)))
const activationsOf = (network: Network): unknown[] =>
  network.rows.flatMap(({ layer: { type, config } }) =>
    type === 'ReLU' || type === 'LeakyReLU' ? [config.negativeSlope] : (config.activation ?? []),
  )

describe('dcgan64Generator', () => {
  test('projects to 4x4x512 and enlarges four times, normalized before each rectifier but not at the end', () => {
    expect(rowsOf(dcgan64Generator())).toEqual([
      ['Dense', [8192], 819_200], // 100 * 8192
      ['Reshape', [4, 4, 512], 0],
      ['BatchNormalization', [4, 4, 512], 2048],
      ['ReLU', [4, 4, 512], 0],
      ['Conv2DTranspose', [8, 8, 256], 3_276_800], // 5 * 5 * 512 * 256
      ['BatchNormalization', [8, 8, 256], 1024],
      ['ReLU', [8, 8, 256], 0],
      ['Conv2DTranspose', [16, 16, 128], 819_200], // 5 * 5 * 256 * 128
      ['BatchNormalization', [16, 16, 128], 512],
      ['ReLU', [16, 16, 128], 0],
      ['Conv2DTranspose', [32, 32, 64], 204_800], // 5 * 5 * 128 * 64
      ['BatchNormalization', [32, 32, 64], 256],
      ['ReLU', [32, 32, 64], 0],
      ['Conv2DTranspose', [64, 64, 3], 4800], // 5 * 5 * 64 * 3
      ['Activation', [64, 64, 3], 0],
      ['Rescaling', [64, 64, 3], 0],
    ])
  })

  test('has 5,128,640 parameters, of which 1,920 are moving statistics', () => {
    expect(countParameters(dcgan64Generator())).toEqual({
      total: 5_128_640,
      trainable: 5_126_720,
      nonTrainable: 1920,
    })
  })

  test("has the widths of the paper's figure with 128 filters", () => {
    expect(convolutionsOf(dcgan64Generator({ filters: 128 })).map(([, shape]) => shape)).toEqual([
      [8, 8, 512],
      [16, 16, 256],
      [32, 32, 128],
      [64, 64, 3],
    ])
    expect(rowsOf(dcgan64Generator({ filters: 128 }))[1]).toEqual(['Reshape', [4, 4, 1024], 0])
  })

  test('makes pixels in [0, 1] that differ from each other', () => {
    const generator = dcgan64Generator({ filters: 2 })
    expect(activationsOf(generator).at(-1)).toBe('tanh')
    const { result } = run(generator, uniformTensor([2, 100], 'latents'))
    expect(result.shape).toEqual([2, 64, 64, 3])
    expect(result.data.every((pixel) => pixel >= 0 && pixel <= 1)).toBe(true)
    expect(new Set(result.data).size).toBeGreaterThan(1000)
  })

  test('takes another latent length and images of any size divisible by 16', () => {
    const generator = dcgan64Generator({ latentDim: 7, imageShape: [32, 48, 1], filters: 3 })
    expect([inputOf(generator).shape, outputOf(generator).shape]).toEqual([[7], [32, 48, 1]])
    expect(rowsOf(generator)[1]).toEqual(['Reshape', [2, 3, 24], 0])
  })
})

describe('dcgan64Discriminator', () => {
  test('halves images four times, normalized but for the first, without a dense hidden layer', () => {
    expect(rowsOf(dcgan64Discriminator())).toEqual([
      ['Rescaling', [64, 64, 3], 0],
      ['Conv2D', [32, 32, 64], 4800],
      ['LeakyReLU', [32, 32, 64], 0],
      ['Conv2D', [16, 16, 128], 204_800],
      ['BatchNormalization', [16, 16, 128], 512],
      ['LeakyReLU', [16, 16, 128], 0],
      ['Conv2D', [8, 8, 256], 819_200],
      ['BatchNormalization', [8, 8, 256], 1024],
      ['LeakyReLU', [8, 8, 256], 0],
      ['Conv2D', [4, 4, 512], 3_276_800],
      ['BatchNormalization', [4, 4, 512], 2048],
      ['LeakyReLU', [4, 4, 512], 0],
      ['Flatten', [8192], 0],
      ['Dense', [1], 8192],
    ])
    expect(activationsOf(dcgan64Discriminator()).filter((each) => typeof each === 'number')).toEqual([
      0.2, 0.2, 0.2, 0.2,
    ])
  })

  test('has 4,317,376 parameters, of which 1,792 are moving statistics', () => {
    expect(countParameters(dcgan64Discriminator())).toEqual({
      total: 4_317_376,
      trainable: 4_315_584,
      nonTrainable: 1792,
    })
  })

  test('gives a probability whose logits can be found', () => {
    const discriminator = dcgan64Discriminator({ filters: 2, imageShape: [16, 32, 1] })
    const { value, result } = run(discriminator, uniformTensor([2, 16, 32, 1], 'images'))
    expect(result.shape).toEqual([2, 1])
    expect(result.data.every((p) => p > 0 && p < 1)).toBe(true)
    expect(logitsOf(value).shape).toEqual([2, 1])
  })
})

test('kernels start normal with mean 0 and deviation 0.02', () => {
  for (const network of [dcgan64Generator({ filters: 16 }), dcgan64Discriminator({ filters: 16 })])
    for (const [name, data] of Object.entries(weightsOf(network)).filter(([name]) => /kernel$/.test(name))) {
      const mean = data.reduce((sum, x) => sum + x, 0) / data.length
      const deviation = Math.sqrt(data.reduce((sum, x) => sum + (x - mean) ** 2, 0) / data.length)
      expect(Math.abs(mean), name).toBeLessThan(0.06 / Math.sqrt(data.length))
      expect(deviation / 0.02, name).toBeCloseTo(1, 1)
    }
})

const batchOf = (...shape: number[]): Tensor => uniformTensor([3, ...shape], 'x')
test.each<[Network, Tensor]>([
  [dcgan64Generator({ filters: 3 }), batchOf(100)],
  [dcgan64Discriminator({ filters: 3 }), batchOf(64, 64, 3)],
  [dcgan64Generator({ filters: 2, latentDim: 5, imageShape: [16, 32, 1] }), batchOf(5)],
])("$name as an ONNX file gives the interpreter's numbers at every batch size", expectSameInRuntime)

describe('the model dcgan-64', () => {
  const options = dcgan64.options.parse({ filters: 2, latentDim: 9 })

  test('has the settings of the paper', () => {
    expect(dcgan64.defaults).toMatchObject({ batchSize: 128, imageSize: '64x64' })
    expect(resolveSettings('dcgan-64', {}).options).toEqual({
      latentDim: 100,
      filters: 64,
      learningRate: 2e-4,
      beta1: 0.5,
    })
    expect(dcgan64.madeFor).toEqual(imageFacts([64, 64, 3], { classes: 10 }))
  })

  test('draws latents from [-1, 1)', () => {
    const objective = dcgan64.objective(options, imageFacts([16, 16, 3]))
    expect(objective.offers?.generate?.draws).toEqual({ z: { distribution: 'uniform', low: -1, high: 1 } })
    const { feeds } = stepGraph(objective, { batchSize: 2, columns: columnsOf([16, 16, 3]) })
    expect(feeds.flatMap((feed) => (feed.kind === 'uniform' ? [[feed.low, feed.high]] : []))).toEqual([
      [-1, 1],
      [-1, 1],
    ])
  })

  test('learns from fakes made with the statistics of their batch: moving ones change no weight', () => {
    const step = stepGraph(dcgan64.objective({ ...options, filters: 1 }, imageFacts([16, 16, 1])), {
      batchSize: 3,
      columns: columnsOf([16, 16, 1]),
    })
    const feeds = feedsOf(step, randomSource(12, [16, 16, 1]), 0)
    const start = noisyState(step, 5, 0.3)
    const isMoving = (name: string): boolean => /moving(Mean|Variance)$/.test(name)
    const moved = Object.fromEntries(
      Object.entries(start).map(([name, data]) => [name, isMoving(name) ? data.map((x) => x + 1) : data]),
    )
    const [a, b] = [runStep(step, start, feeds).state, runStep(step, moved, feeds).state]
    for (const { name } of step.state)
      expect(largestDifference({ [name]: a[name]! }, { [name]: b[name]! }) > 0, name).toBe(isMoving(name))
  })

  test('trains a few steps on images in colour, and every weight moves', async () => {
    const engine = await nodeEngine()
    const shape = [16, 32, 3]
    const events: TrainEvent[] = []
    try {
      const objective = dcgan64.objective(options, imageFacts(shape))
      const source = randomSource(12, shape)
      const settings = {
        batchSize: 4,
        seed: 1,
        steps: 3,
        watchers: [sampling({ every: 2, count: 4 })],
        checkpointEvery: 2,
      }
      for await (const event of train({ objective, source, engine, ...settings })) events.push(event)
    } finally {
      await engine.close()
    }
    const states = events.flatMap((event) => (event.type === 'checkpoint' ? [event.state] : []))
    for (const [name, data] of Object.entries(states.at(-1)!.arrays))
      expect(
        data.some((x, i) => x !== states[0]!.arrays[name]![i]),
        name,
      ).toBe(true)
    const samples = events.flatMap((event) => (event.type === 'samples' ? [event] : []))
    expect(samples.map(({ step, latents }) => `${step} ${latents}`)).toEqual([
      '0 fixed',
      '0 fresh',
      '2 fixed',
      '2 fresh',
    ])
    for (const { values } of samples) {
      expect(values.length).toBe(4 * 16 * 32 * 3)
      expect(values.every((pixel) => pixel >= 0 && pixel <= 1)).toBe(true)
    }
  })
})

test('options and image sizes are checked', () => {
  const refuse = (attempt: () => unknown, message: string): void => {
    expect(attempt).toThrow(ConfigError)
    expect(attempt).toThrow(message)
  }
  refuse(() => dcgan64Generator({ latentDim: 0 }), 'latentDim must be an integer with latentDim >= 1, got 0')
  refuse(() => dcgan64Generator({ filters: 0.5 }), 'dcgan64Generator: filters must be an integer')
  refuse(() => dcgan64Generator({ width: 3 } as object), 'unknown option "width"')
  refuse(() => dcgan64Discriminator({ latentDim: 3 } as object), 'unknown option "latentDim"')
  refuse(() => dcgan64Discriminator({ imageShape: [64, 64] }), 'imageShape must be [height, width, channels]')
  refuse(
    () => dcgan64Discriminator({ imageShape: [28, 28, 1] }),
    'dcgan64Discriminator: height and width of images must be divisible by 16, got 28 x 28; resize them, for example with --image-size 64',
  )
})
