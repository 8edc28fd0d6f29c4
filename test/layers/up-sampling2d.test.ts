// UpSampling2D: the contract, and pixels repeated.
import { expect, test } from 'vitest'
import { type UpSampling2DOptions, upSampling2D } from '../../src/layers/up-sampling2d.ts'
import { layerContract, runLayer } from '../contracts/layer.ts'
import { counting } from '../support/tensors.ts'

layerContract({
  make: upSampling2D,
  options: {},
  type: 'UpSampling2D',
  input: [2, 3, 2, 2],
  output: [2, 6, 4, 2],
  refusedInputs: [[3, 2], []],
  refused: [
    [{ size: 0 }, /size must be an integer/],
    [{ size: [2, 0.5] }, /size must be an integer.*got 0.5/],
    [{ interpolation: 'bilinear' }, /unknown interpolation "bilinear".*Known: nearest/],
    [{ scale: 2 }, /unknown option "scale"/],
  ],
})
layerContract({
  make: upSampling2D,
  options: { size: [1, 3] } as UpSampling2DOptions,
  type: 'UpSampling2D',
  input: [1, 2, 2, 1],
  output: [1, 2, 6, 1],
})

test('upSampling2D repeats rows and columns, channels together', () => {
  const x = counting([1, 2, 2, 2])
  const row = [0, 1, 0, 1, 2, 3, 2, 3]
  const next = [4, 5, 4, 5, 6, 7, 6, 7]
  expect(runLayer(upSampling2D(), x, {}, false).output).toEqual([...row, ...row, ...next, ...next])
  expect(runLayer(upSampling2D({ size: [2, 1] }), x, {}, false).output).toEqual([
    ...[0, 1, 2, 3, 0, 1, 2, 3],
    ...[4, 5, 6, 7, 4, 5, 6, 7],
  ])
})
