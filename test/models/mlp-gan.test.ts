// The networks of the MLP GAN: sizes, ranges and how they end.
import { describe, expect, test } from 'vitest'
import { countParameters, inputOf, outputOf } from '../../src/layers/use.ts'
import { logitsOf } from '../../src/losses/index.ts'
import { mlpDiscriminator, mlpGenerator } from '../../src/models/mlp-gan.ts'
import { ConfigError } from '../../src/util/errors.ts'
import { run } from '../support/networks.ts'
import { uniformTensor } from '../support/tensors.ts'

describe('mlpGenerator', () => {
  test('has 1,493,520 parameters, of which 3,584 are moving statistics', () => {
    expect(countParameters(mlpGenerator())).toEqual({
      total: 1_493_520,
      trainable: 1_489_936,
      nonTrainable: 3_584,
    })
  })

  test('maps latents to images with pixels in [0, 1]', () => {
    const generator = mlpGenerator()
    expect(inputOf(generator).shape).toEqual([100])
    const { result } = run(generator, uniformTensor([2, 100], 'latents'))
    expect(result.shape).toEqual([2, 28, 28, 1])
    expect(result.data.every((pixel) => pixel > 0 && pixel < 1)).toBe(true)
    expect(new Set(result.data).size).toBeGreaterThan(1000)
  })

  test('takes another latent length and image shape', () => {
    const generator = mlpGenerator({ latentDim: 7, imageShape: [4, 5, 3] })
    expect([inputOf(generator).shape, outputOf(generator).shape]).toEqual([[7], [4, 5, 3]])
  })
})

describe('mlpDiscriminator', () => {
  test('has 533,505 parameters, all trainable', () => {
    expect(countParameters(mlpDiscriminator())).toEqual({
      total: 533_505,
      trainable: 533_505,
      nonTrainable: 0,
    })
  })

  test('maps images to probabilities, and its logits can be found', () => {
    const { value, result } = run(mlpDiscriminator(), uniformTensor([2, 28, 28, 1], 'images'))
    expect(result.shape).toEqual([2, 1])
    expect(result.data.every((p) => p > 0 && p < 1)).toBe(true)
    expect(logitsOf(value).shape).toEqual([2, 1])
  })
})

test('options of the networks are checked', () => {
  const refuse = (attempt: () => unknown, message: string): void => {
    expect(attempt).toThrow(ConfigError)
    expect(attempt).toThrow(message)
  }
  refuse(
    () => mlpGenerator({ latentDim: 0 }),
    'mlpGenerator: latentDim must be an integer with latentDim >= 1, got 0',
  )
  refuse(() => mlpGenerator({ latent: 3 } as object), 'unknown option "latent"')
  refuse(() => mlpDiscriminator({ imageShape: [28, 28] }), 'imageShape must be [height, width, channels]')
  refuse(() => mlpDiscriminator({ imageShape: [28, 28, 0] }), 'got [28,28,0]')
})
