// The networks of the DCGAN: the reference's table row by row, other sizes, and what a runtime makes of them.
import { describe, expect, test } from 'vitest'
import type { Tensor } from '../../src/graph/value.ts'
import type { Network } from '../../src/layers/network.ts'
import { countParameters, inputOf, outputOf } from '../../src/layers/use.ts'
import { logitsOf } from '../../src/losses/index.ts'
import { dcgan, dcganDiscriminator, dcganGenerator } from '../../src/models/dcgan.ts'
import { imageFacts, settledOptions } from '../../src/models/model.ts'
import { ConfigError } from '../../src/util/errors.ts'
import { expectSameInRuntime, rowsOf, run } from '../support/networks.ts'
import { uniformTensor } from '../support/tensors.ts'

describe('dcganGenerator', () => {
  test('has the rows of the reference', () => {
    expect(rowsOf(dcganGenerator())).toEqual([
      ['Dense', [12_544], 1_266_944],
      ['BatchNormalization', [12_544], 50_176],
      ['Reshape', [7, 7, 256], 0],
      ['Conv2DTranspose', [7, 7, 128], 819_328],
      ['BatchNormalization', [7, 7, 128], 512],
      ['Conv2DTranspose', [14, 14, 64], 204_864],
      ['BatchNormalization', [14, 14, 64], 256],
      ['Conv2DTranspose', [28, 28, 1], 1_601],
    ])
  })

  test('has 2,343,681 parameters, of which 25,472 are moving statistics', () => {
    expect(countParameters(dcganGenerator())).toEqual({
      total: 2_343_681,
      trainable: 2_318_209,
      nonTrainable: 25_472,
    })
  })

  test('rectifies before each normalization and ends in a sigmoid', () => {
    const activations = dcganGenerator().rows.map(({ layer }) => layer.config.activation)
    expect(activations.filter((name) => name !== undefined)).toEqual(['relu', 'relu', 'relu', 'sigmoid'])
  })

  test('takes another latent length and images of any size divisible by 4', () => {
    const generator = dcganGenerator({ latentDim: 7, imageShape: [8, 12, 3] })
    expect([inputOf(generator).shape, outputOf(generator).shape]).toEqual([[7], [8, 12, 3]])
    expect(rowsOf(generator)[2]).toEqual(['Reshape', [2, 3, 256], 0])
  })
})

describe('dcganDiscriminator', () => {
  test('has the rows of the reference', () => {
    expect(rowsOf(dcganDiscriminator())).toEqual([
      ['Conv2D', [14, 14, 64], 1_664],
      ['Dropout', [14, 14, 64], 0],
      ['Conv2D', [7, 7, 128], 204_928],
      ['Dropout', [7, 7, 128], 0],
      ['Flatten', [6_272], 0],
      ['Dense', [1], 6_273],
    ])
  })

  test('has 212,865 parameters, all trainable', () => {
    expect(countParameters(dcganDiscriminator())).toEqual({
      total: 212_865,
      trainable: 212_865,
      nonTrainable: 0,
    })
  })

  test('drops 30% while training and ends in a sigmoid whose logits can be found', () => {
    const discriminator = dcganDiscriminator()
    expect(discriminator.rows.flatMap(({ layer }) => layer.config.rate ?? [])).toEqual([0.3, 0.3])
    const { value, result } = run(discriminator, uniformTensor([2, 28, 28, 1], 'images'))
    expect(result.shape).toEqual([2, 1])
    expect(result.data.every((p) => p > 0 && p < 1)).toBe(true)
    expect(logitsOf(value).shape).toEqual([2, 1])
  })
})

describe('the networks of the DCGAN as ONNX files', () => {
  const networks: [Network, Tensor, readonly number[]][] = [
    [dcganGenerator(), uniformTensor([3, 100], 'latents'), [28, 28, 1]],
    [dcganDiscriminator(), uniformTensor([3, 28, 28, 1], 'images'), [1]],
    [dcganGenerator({ latentDim: 5, imageShape: [8, 4, 3] }), uniformTensor([3, 5], 'latents'), [8, 4, 3]],
    [dcganDiscriminator({ imageShape: [12, 8, 3] }), uniformTensor([3, 12, 8, 3], 'images'), [1]],
  ]
  test.each(networks)(
    "$name gives the interpreter's numbers at every batch size",
    async (network, x, shape) => {
      expect(run(network, x).result.shape).toEqual([3, ...shape])
      await expectSameInRuntime(network, x)
    },
  )
})

test('dcgan has the settings of the chapter', () => {
  expect(dcgan.defaults).toMatchObject({ steps: 12_001, batchSize: 64, sampleEvery: 400 })
  expect(settledOptions(dcgan, dcgan.options.parse({}))).toEqual({
    latentDim: 100,
    learningRate: 2e-4,
    beta1: 0.5,
  })
  const { networks, phases } = dcgan.objective(dcgan.options.parse({ latentDim: 9 }), imageFacts([16, 16, 3]))
  expect(inputOf(networks.generator!).shape).toEqual([9])
  expect(inputOf(networks.discriminator!).shape).toEqual([16, 16, 3])
  expect(phases.map(({ name }) => name)).toEqual(['real', 'fake', 'generator'])
})

test('options and image sizes are checked', () => {
  const refuse = (attempt: () => unknown, message: string): void => {
    expect(attempt).toThrow(ConfigError)
    expect(attempt).toThrow(message)
  }
  refuse(
    () => dcganGenerator({ latentDim: 1.5 }),
    'latentDim must be an integer with latentDim >= 1, got 1.5',
  )
  refuse(() => dcganGenerator({ latent: 3 } as object), 'unknown option "latent"')
  refuse(() => dcganDiscriminator({ latentDim: 3 } as object), 'unknown option "latentDim"')
  refuse(() => dcganDiscriminator({ imageShape: [28, 28] }), 'imageShape must be [height, width, channels]')
  refuse(
    () => dcganGenerator({ imageShape: [28, 30, 1] }),
    'dcganGenerator: height and width of images must be divisible by 4, got 28 x 30; resize them, for example with --image-size 32',
  )
  refuse(() => dcganDiscriminator({ imageShape: [2, 4, 1] }), 'divisible by 4, got 2 x 4')
})
