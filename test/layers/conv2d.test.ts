// Conv2D: the contract, Keras' padding, and sums written out.
import { describe, expect, test } from 'vitest'

import { conv2D } from '../../src/layers/conv2d.ts'
import { layerContract, runLayer, someWeights } from '../contracts/layer.ts'
import { normalTensor } from '../support/tensors.ts'

layerContract({
  make: conv2D,
  options: { filters: 4, kernelSize: 3, padding: 'same', strides: 2, activation: 'tanh' },
  type: 'Conv2D',
  input: [2, 5, 6, 2],
  output: [2, 3, 3, 4],
  weights: { kernel: [3, 3, 2, 4], bias: [4] },
  refusedInputs: [[5, 6]],
  refused: [
    [{ filters: 0 }, /filters must be an integer/],
    [{ kernelSize: [3, 0] }, /kernelSize must be an integer/],
    [{ padding: 'full' }, /padding/],
    [{ kernel: 3 }, /unknown option "kernel"/],
  ],
})
layerContract({
  make: conv2D,
  options: { filters: 4, kernelSize: [2, 3], dilationRate: [1, 2], groups: 2, useBias: false },
  type: 'Conv2D',
  input: [2, 4, 7, 6],
  output: [2, 3, 3, 4],
  weights: { kernel: [2, 3, 3, 4] },
})

describe('conv2D', () => {
  test('sums input times kernel over the window, with the extra zero of "same" after the image', () => {
    // 28 to 14 with stride 2 and a 5x5 kernel: one row before, two after, as in Keras.
    const layer = conv2D({ filters: 3, kernelSize: 5, strides: 2, padding: 'same' })
    const [height, width, channels, filters] = [28, 6, 2, 3]
    const x = normalTensor([1, height, width, channels], 'x')
    const weights = someWeights(layer, [height, width, channels])
    const { output } = runLayer(layer, x, weights, false)
    const at = (row: number, column: number, channel: number): number =>
      row < 0 || row >= height || column < 0 || column >= width
        ? 0
        : x.data[(row * width + column) * channels + channel]!
    for (const [row, column, filter] of [
      [0, 0, 0],
      [13, 2, 2],
      [7, 1, 1],
    ] as const) {
      let sum = weights.bias!.data[filter]!
      for (let i = 0; i < 5; i++)
        for (let j = 0; j < 5; j++)
          for (let c = 0; c < channels; c++)
            sum +=
              at(2 * row - 1 + i, 2 * column - 1 + j, c) *
              weights.kernel!.data[((i * 5 + j) * channels + c) * filters + filter]!
      expect(output[(row * 3 + column) * filters + filter]).toBeCloseTo(sum, 10)
    }
  })

  test('says which image a kernel does not fit', () => {
    expect(() => conv2D({ filters: 1, kernelSize: 5 }).outputShape([4, 9, 1])).toThrow(
      /kernel \[5, 5\] is larger than the image \[4, 9, 1\]/,
    )
    expect(() => conv2D({ filters: 3, kernelSize: 1, groups: 2 }).outputShape([4, 4, 2])).toThrow(
      /groups 2 must divide/,
    )
  })
})
