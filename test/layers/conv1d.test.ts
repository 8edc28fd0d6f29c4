// Conv1D: the contract, and sums written out.
import { expect, test } from 'vitest'
import { conv1D } from '../../src/layers/conv1d.ts'
import { layerContract, runLayer } from '../contracts/layer.ts'
import { tensor } from '../support/tensors.ts'

layerContract({
  make: conv1D,
  options: { filters: 4, kernelSize: 3, padding: 'same', strides: 2, activation: 'tanh' },
  type: 'Conv1D',
  input: [2, 5, 2],
  output: [2, 3, 4],
  weights: { kernel: [3, 2, 4], bias: [4] },
  refusedInputs: [[5], [5, 6, 2]],
  refused: [
    [{ kernelSize: 0 }, /kernelSize must be an integer with kernelSize >= 1, got 0/],
    [{ padding: 'full' }, /padding must be "valid", "same" or "causal", got "full"/],
  ],
})
layerContract({
  make: conv1D,
  options: { filters: 4, kernelSize: 2, dilationRate: 2, groups: 2, padding: 'causal', useBias: false },
  type: 'Conv1D',
  input: [2, 5, 4],
  output: [2, 5, 4],
  weights: { kernel: [2, 2, 4] },
})

test('the kernel slides over the steps; causal padding looks back only', () => {
  const x = tensor([[[1], [2], [3], [4]]])
  const weights = { kernel: tensor([[[10]], [[1]]]) }
  const made = (padding: 'valid' | 'causal', dilationRate = 1) =>
    runLayer(conv1D({ filters: 1, kernelSize: 2, padding, dilationRate, useBias: false }), x, weights, false)
      .output
  expect(made('valid')).toEqual([12, 23, 34])
  expect(made('causal')).toEqual([1, 12, 23, 34])
  expect(made('causal', 2)).toEqual([1, 2, 13, 24])
})
