// The networks of the shallow VAE: the reference's table row by row, and what a runtime makes of them.
import { expect, test } from 'vitest'
import { countParameters } from '../../src/layers/use.ts'
import { shallowVae, shallowVaeDecoder, shallowVaeEncoder } from '../../src/models/shallow-vae.ts'
import { expectSameInRuntime, rowsOf } from '../support/networks.ts'
import { uniformTensor } from '../support/tensors.ts'

test('the networks of the shallow VAE have the rows of the reference and 807,700 parameters', () => {
  expect(rowsOf(shallowVaeEncoder())).toEqual([
    ['Flatten', [784], 0],
    ['Dense', [512], 401_920],
    ['Dense', [2], 1026],
    ['Dense', [2], 1026],
  ])
  expect(rowsOf(shallowVaeDecoder())).toEqual([
    ['Dense', [512], 1536],
    ['Dense', [784], 402_192],
    ['Reshape', [28, 28, 1], 0],
  ])
  const all = [shallowVaeEncoder(), shallowVaeDecoder()].map(countParameters)
  expect(all.reduce((sum, { total }) => sum + total, 0)).toBe(807_700)
  expect(all.every(({ nonTrainable }) => nonTrainable === 0)).toBe(true)
})

test("the networks of the shallow VAE as ONNX files give the interpreter's numbers", async () => {
  await expectSameInRuntime(shallowVaeEncoder(), uniformTensor([3, 28, 28, 1], 'images'))
  await expectSameInRuntime(shallowVaeDecoder({ latentDim: 4 }), uniformTensor([3, 4], 'latents'))
})

test('the model vae-shallow has the settings of the chapter', () => {
  const { steps, batchSize } = shallowVae.defaults
  expect([steps, batchSize]).toEqual([50 * Math.ceil(60_000 / 128), 128])
  expect(shallowVae.options.parse({})).toEqual({
    latentDim: 2,
    latentRange: 4,
    beta: 1,
    learningRate: 1e-3,
    beta1: 0.9,
  })
})
