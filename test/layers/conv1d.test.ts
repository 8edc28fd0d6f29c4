// Conv1D: the contract, and sums written out.
import { expect, test } from 'vitest'
import { conv1D } from '../../src/layers/conv1d.ts'
import { randomStream } from '../../src/util/random.ts'
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

test.each([
  ['few channels', 2, 3],
  ['many channels', 5, 12],
])('windows side by side give what sliding ones give, with %s', (_, channels, filters) => {
  const random = randomStream(1, 'pieces')
  const numbers = (shape: number[]) => ({
    shape,
    data: Float64Array.from(random.fillNormal(new Float32Array(shape.reduce((a, b) => a * b)))),
  })
  const x = numbers([3, 8, channels])
  const weights = { kernel: numbers([2, channels, filters]), bias: numbers([filters]) }
  const whole = { filters, kernelSize: 2, activation: 'tanh' } as const
  const apart = runLayer(conv1D({ ...whole, strides: 2 }), x, weights, false).output
  // Of windows that slide one place at a time every second one is meant.
  const slid = runLayer(conv1D(whole), x, weights, false).output
  const meant = slid.filter((_, i) => Math.floor((i % (7 * filters)) / filters) % 2 === 0)
  expect(apart.length).toBe(3 * 4 * filters)
  for (const [i, value] of apart.entries()) expect(value).toBeCloseTo(meant[i]!, 12)
})
