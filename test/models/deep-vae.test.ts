// The networks of the deep VAE: the reference's table row by row, and what a runtime makes of them.
import { describe, expect, test } from 'vitest'
import { countParameters, outputOf } from '../../src/layers/use.ts'
import { logitsOf } from '../../src/losses/index.ts'
import { deepVae, deepVaeDecoder, deepVaeEncoder } from '../../src/models/deep-vae.ts'
import { imageFacts } from '../../src/models/model.ts'
import { ConfigError } from '../../src/util/errors.ts'
import { expectSameInRuntime, rowsOf, run } from '../support/networks.ts'
import { uniformTensor } from '../support/tensors.ts'

const normal = (length: number, parameters = 4 * length) => ['BatchNormalization', [length], parameters]

describe('the networks of the deep VAE', () => {
  test('have the rows of the reference, between images and vectors', () => {
    expect(rowsOf(deepVaeEncoder())).toEqual([
      ['Flatten', [784], 0],
      ['Dropout', [784], 0],
      ['Dense', [512], 401_920],
      ['Dropout', [512], 0],
      ['Dense', [512], 262_656],
      normal(512),
      ['ReLU', [512], 0],
      ['Dropout', [512], 0],
      ['Dense', [256], 131_328],
      ['Dropout', [256], 0],
      ['Dense', [256], 65_792],
      normal(256),
      ['ReLU', [256], 0],
      ['Dropout', [256], 0],
      ['Dense', [128], 32_896],
      ['Dropout', [128], 0],
      ['Dense', [2], 258],
      normal(2),
      ['Activation', [2], 0],
      ['Dense', [2], 6],
      ['Dense', [2], 6],
    ])
    expect(rowsOf(deepVaeDecoder())).toEqual([
      ['Dense', [128], 384],
      normal(128),
      ['ReLU', [128], 0],
      ['Dropout', [128], 0],
      ['Dense', [256], 33_024],
      ['Dense', [256], 65_792],
      normal(256),
      ['ReLU', [256], 0],
      ['Dropout', [256], 0],
      ['Dense', [512], 131_584],
      ['Dense', [512], 262_656],
      normal(512),
      ['ReLU', [512], 0],
      ['Dense', [784], 402_192],
      ['Reshape', [28, 28, 1], 0],
    ])
  })

  test('have 1,797,158 parameters, of which 3,332 are moving statistics', () => {
    const counts = [deepVaeEncoder(), deepVaeDecoder()].map(countParameters)
    expect(counts.reduce((sum, { total }) => sum + total, 0)).toBe(1_797_158)
    expect(counts.reduce((sum, { nonTrainable }) => sum + nonTrainable, 0)).toBe(3_332)
  })

  test('rectify where the reference does, drop a tenth and squeeze the trunk by a sigmoid', () => {
    const configs = (rows: ReturnType<typeof deepVaeEncoder>['rows']) => rows.map(({ layer }) => layer.config)
    const encoder = configs(deepVaeEncoder().rows)
    const activations = (all: typeof encoder) =>
      all.flatMap(({ activation }) =>
        activation === undefined || activation === 'linear' ? [] : [activation],
      )
    expect(encoder.flatMap(({ rate }) => rate ?? [])).toEqual([0.1, 0.1, 0.1, 0.1, 0.1, 0.1])
    expect(activations(encoder)).toEqual(['relu', 'relu', 'relu', 'sigmoid'])
    expect(activations(configs(deepVaeDecoder().rows))).toEqual(['relu', 'relu', 'sigmoid'])
    expect(
      deepVaeEncoder()
        .rows.slice(-2)
        .map(({ name }) => name),
    ).toEqual(['z-mean', 'z-log-var'])
  })

  test('end in means and log variances, and in pixels whose logits can be found', () => {
    const { result } = run(deepVaeEncoder({ latentDim: 3 }), uniformTensor([2, 28, 28, 1], 'images'))
    expect(result.shape).toEqual([2, 6])
    const { value } = run(deepVaeDecoder({ imageShape: [4, 6, 3] }), uniformTensor([2, 2], 'latents'))
    expect(logitsOf(value).shape).toEqual([2, 4, 6, 3])
  })

  test("as ONNX files give the interpreter's numbers at every batch size", async () => {
    await expectSameInRuntime(deepVaeEncoder(), uniformTensor([3, 28, 28, 1], 'images'))
    await expectSameInRuntime(deepVaeDecoder(), uniformTensor([3, 2], 'latents'))
  })
})

test('the model vae has the settings of the chapter', () => {
  expect(deepVae.defaults).toMatchObject({ steps: (500 * 60_000) / 500, batchSize: 500 })
  const options = deepVae.options.parse({})
  expect(options).toEqual({ latentDim: 2, latentRange: 2.5, beta: 1, learningRate: 1e-3, beta1: 0.9 })
  const { networks, batches } = deepVae.objective({ ...options, latentDim: 5 }, imageFacts([8, 6, 3]))
  expect(outputOf(networks.encoder!).shape).toEqual([10])
  expect(outputOf(networks.decoder!).shape).toEqual([8, 6, 3])
  expect(batches).toBeUndefined() // The default: every example once before any twice.
})

test('options are checked', () => {
  expect(() => deepVaeEncoder({ latentDim: 0 })).toThrow(ConfigError)
  expect(() => deepVaeEncoder({ latentDim: 0 })).toThrow('deepVaeEncoder: latentDim must be an integer')
  expect(() => deepVaeDecoder({ latent: 3 } as object)).toThrow('deepVaeDecoder: unknown option "latent"')
  expect(() => deepVaeDecoder({ imageShape: [28] })).toThrow('imageShape must be [height, width, channels]')
})
