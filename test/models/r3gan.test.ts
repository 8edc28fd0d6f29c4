// R3GAN's networks: their rows at several sizes, what fix-up leaves at the start, ONNX files, settings, a short training, refusals.
import { describe, expect, test } from 'vitest'
import { imageExamples } from '../../src/data/examples.ts'
import { digits } from '../../src/data/index.ts'
import type { Network } from '../../src/layers/network.ts'
import { countParameters, inputOf, outputOf } from '../../src/layers/use.ts'
import { resolveSettings } from '../../src/lifecycle/request.ts'
import { imageFacts } from '../../src/models/model.ts'
import { r3gan, r3ganDiscriminator, r3ganGenerator } from '../../src/models/r3gan.ts'
import { nodeEngine } from '../../src/runtime/node.ts'
import { train } from '../../src/training/index.ts'
import { ConfigError } from '../../src/util/errors.ts'
import { expectSameInRuntime, rowsOf, run, weightsOf } from '../support/networks.ts'
import { normalTensor, uniformTensor } from '../support/tensors.ts'

/** Heights of what layers of a type give, in order. */
const heights = (network: Network, type: string) =>
  rowsOf(network).flatMap(([name, shape]) => (name === type ? [(shape as number[])[0]] : []))

describe('the networks of R3GAN', () => {
  test('grow from 7 x 7 to 28 x 28, from 4 x 4 to 32 x 32, and shrink as they grow', () => {
    expect(rowsOf(r3ganGenerator()).slice(0, 2)).toEqual([
      ['Dense', [64], 4096],
      ['GenerativeBasis', [7, 7, 64], 3136],
    ])
    expect(heights(r3ganGenerator(), 'Resampling2D')).toEqual([14, 28])
    expect(heights(r3ganDiscriminator(), 'Resampling2D')).toEqual([14, 7])
    const large = { imageShape: [32, 32, 3] }
    expect(heights(r3ganGenerator(large), 'Resampling2D')).toEqual([8, 16, 32])
    expect(heights(r3ganDiscriminator(large), 'Resampling2D')).toEqual([16, 8, 4])
    expect(outputOf(r3ganGenerator(large)).shape).toEqual([32, 32, 3])
    expect(inputOf(r3ganDiscriminator(large)).shape).toEqual([32, 32, 3])
  })

  test('have a block of a convolution to twice the channels, one in groups of 16 and one back', () => {
    const [first, , grouped, , last] = rowsOf(r3ganGenerator()).slice(2, 7)
    expect(first).toEqual(['Conv2D', [7, 7, 128], 64 * 128 + 128])
    expect(grouped).toEqual(['Conv2D', [7, 7, 128], 9 * 16 * 128 + 128])
    expect(last).toEqual(['Conv2D', [7, 7, 64], 128 * 64])
    expect(rowsOf(r3ganGenerator({ blocks: 2 })).length).toBe(rowsOf(r3ganGenerator()).length + 15)
  })

  test('have the parameters that their descriptions tell, all trainable, and no layer that normalizes', () => {
    expect(countParameters(r3ganGenerator())).toMatchObject({ total: 112_512, nonTrainable: 0 })
    expect(countParameters(r3ganDiscriminator())).toMatchObject({ total: 108_480, nonTrainable: 0 })
    for (const network of [r3ganGenerator(), r3ganDiscriminator()])
      expect(rowsOf(network).filter(([type]) => /Normalization/.test(String(type)))).toEqual([])
  })

  test('begin with blocks that change nothing, and smaller the more there are', () => {
    const options = { width: 8, imageShape: [8, 8, 1], latentDim: 3 }
    const x = normalTensor([2, 3], 'z')
    const [one, four] = [1, 4].map((blocks) => {
      const network = r3ganGenerator({ ...options, blocks })
      const weights = weightsOf(network)
      const spread = (name: string): number =>
        Math.sqrt(weights[name]!.reduce((sum, value) => sum + value * value, 0) / weights[name]!.length)
      // Not one number of a block reaches the picture.
      for (const { name, layer } of network.rows)
        if (layer.type === 'Conv2D' && layer.config.kernelInitializer === 'zeros')
          expect(spread(`generator/${name}/kernel`)).toBe(0)
      return { images: run(network, x).result.data, first: spread('generator/conv2d/kernel') }
    })
    expect(one!.images.every((pixel) => pixel > 0 && pixel < 1)).toBe(true)
    // He's gain for a slope of .2, times (resolutions blocks)^(-1/4).
    for (const [found, all] of [
      [one!.first, 2],
      [four!.first, 8],
    ] as const)
      expect(Math.abs(found / (Math.sqrt(2 / 1.04 / 8) * all ** -0.25) - 1)).toBeLessThan(0.25)
  })

  test('give the same numbers as ONNX files', async () => {
    const small = { width: 8, imageShape: [8, 8, 2] }
    await expectSameInRuntime(r3ganGenerator({ ...small, latentDim: 5 }), normalTensor([3, 5], 'z'))
    await expectSameInRuntime(r3ganDiscriminator(small), uniformTensor([3, 8, 8, 2], 'images'))
  })

  test('refuse a width that no groups divide, and images that cannot be halved twice', () => {
    expect(() => r3ganGenerator({ width: 12 })).toThrow(ConfigError)
    expect(() => r3ganGenerator({ width: 12 })).toThrow('width must be a multiple of 8, got 12')
    expect(() => r3ganDiscriminator({ imageShape: [30, 30, 1] })).toThrow(
      'must be divisible by 4, got 30 x 30',
    )
  })
})

describe('the model r3gan', () => {
  test('plays for r3gan with an average, in the settings of the paper, unless told otherwise', () => {
    const { options } = resolveSettings('r3gan', {})
    expect(options).toMatchObject({
      ...{ objective: 'r3gan', ema: 0.999, learningRate: 2e-4, finalRate: 0.25, beta1: 0, beta2: 0.99 },
      ...{ penalty: 0.05, finalPenalty: 0.1, width: 64, blocks: 1, latentDim: 64 },
    })
    expect(resolveSettings('r3gan', { objective: 'wgan-gp' }).options).toMatchObject({ penalty: 10 })
    const settings = resolveSettings('r3gan', { pack: 2, width: 8 }).options
    const { networks } = r3gan.objective(settings, imageFacts([8, 8, 1]))
    expect(inputOf(networks.discriminator!).shape).toEqual([8, 8, 2])
  })

  test('learns: both players move, and every number is finite', async () => {
    const { options } = resolveSettings('r3gan', { width: 8, latentDim: 4 })
    const source = imageExamples(await digits({ count: 40 }))
    const engine = await nodeEngine({ threads: 1 })
    try {
      const rows: Record<string, number>[] = []
      const objective = r3gan.objective(options, { ...imageFacts([28, 28, 1]), steps: 6 })
      for await (const event of train({ objective, source, engine, batchSize: 4, seed: 1, steps: 6 }))
        if (event.type === 'steps') rows.push(...(event.rows as unknown as Record<string, number>[]))
      expect(rows).toHaveLength(6)
      expect(rows.flatMap((row) => Object.values(row)).every(Number.isFinite)).toBe(true)
      for (const name of ['generatorLoss', 'discriminatorLoss', 'penalty'])
        expect(new Set(rows.map((row) => row[name])).size, name).toBe(6)
    } finally {
      await engine.close()
    }
  }, 60_000)
})
