// Poolings: the contract, Keras' padding, and windows written out.
import { describe, expect, test } from 'vitest'
import { gradients } from '../../src/autodiff/index.ts'
import { mul, reduceSum } from '../../src/graph/build.ts'
import { interpret } from '../../src/graph/interpreter.ts'
import { input } from '../../src/graph/value.ts'
import { averagePooling2D } from '../../src/layers/average-pooling2d.ts'
import { globalAveragePooling2D } from '../../src/layers/global-average-pooling2d.ts'
import { globalMaxPooling2D } from '../../src/layers/global-max-pooling2d.ts'
import type { Layer } from '../../src/layers/layer.ts'
import { maxPooling2D } from '../../src/layers/max-pooling2d.ts'
import type { Pooling2DOptions } from '../../src/layers/pooling2d.ts'
import type { Shape } from '../../src/util/shape.ts'
import { layerContract, noRandom, runLayer } from '../contracts/layer.ts'
import { fixed, normalTensor, tensor, tensorOf } from '../support/tensors.ts'

const overlapping: Pooling2DOptions = { poolSize: [3, 2], strides: [2, 1], padding: 'same' }
const windowed = { MaxPooling2D: maxPooling2D, AveragePooling2D: averagePooling2D }
for (const [type, make] of Object.entries(windowed)) {
  layerContract({
    make,
    options: {},
    type,
    input: [2, 5, 4, 3],
    output: [2, 2, 2, 3],
    refusedInputs: [[5, 4], [1, 4, 3], []],
    refused: [
      [{ poolSize: 0 }, /poolSize must be an integer/],
      [{ poolSize: [2, 2, 2] }, /poolSize must be an integer/],
      [{ strides: 1.5 }, /strides must be an integer.*got 1.5/],
      [{ padding: 'full' }, /padding must be "valid" or "same"/],
      [{ pool: 2 }, /unknown option "pool"/],
    ],
  })
  layerContract({
    make,
    options: overlapping,
    type,
    input: [2, 4, 3, 2],
    output: [2, 2, 3, 2],
  })
}
const overall = { GlobalMaxPooling2D: globalMaxPooling2D, GlobalAveragePooling2D: globalAveragePooling2D }
for (const [type, make] of Object.entries(overall)) {
  layerContract({
    make,
    options: {},
    type,
    input: [2, 3, 4, 2],
    output: [2, 2],
    refusedInputs: [
      [3, 4],
      [3, 4, 2, 1],
    ],
    refused: [
      [{ keepdims: 'yes' }, /keepdims must be true or false, got "yes"/],
      [{ poolSize: 2 }, /unknown option "poolSize"/],
    ],
  })
  layerContract({ make, options: { keepdims: true }, type, input: [2, 3, 2, 3], output: [2, 1, 1, 3] })
}

describe('poolings', () => {
  const image = tensorOf([1, 3, 5, 1], [...[1, 2, 3, 4, 5], ...[9, 8, 7, 6, 5], ...[-1, -3, -5, -7, -9]])
  const pooled = (layer: Layer): [Shape, number[]] => {
    const { shape, output } = runLayer(layer, image, {}, false)
    return [shape, output]
  }

  test('take windows side by side and leave out what does not fill one', () => {
    expect(pooled(maxPooling2D())).toEqual([
      [1, 1, 2, 1],
      [9, 7],
    ])
    expect(pooled(averagePooling2D())).toEqual([
      [1, 1, 2, 1],
      [5, 5],
    ])
  })

  test('with padding "same" neither the largest number nor the mean sees beyond the edge', () => {
    // 3 rows in 2 windows of 2: one row after; 5 columns in 3 windows: one column after.
    expect(pooled(maxPooling2D({ padding: 'same' }))).toEqual([
      [1, 2, 3, 1],
      [9, 7, 5, -1, -5, -9],
    ])
    expect(pooled(averagePooling2D({ padding: 'same' }))).toEqual([
      [1, 2, 3, 1],
      [5, 5, 5, -2, -6, -9],
    ])
  })

  test('let windows overlap, with the odd place of padding after the image', () => {
    // Rows in windows of 2 with stride 1: 2, 2 and 1 rows. Columns in windows of 4: 1 before, 2 after.
    const options = { poolSize: [2, 4], strides: 1, padding: 'same' } as const
    const [shape, largest] = pooled(maxPooling2D(options))
    expect(shape).toEqual([1, 3, 5, 1])
    expect(largest).toEqual([9, 9, 8, 7, 6, 9, 9, 8, 7, 6, -1, -1, -3, -5, -7])
    const [, means] = pooled(averagePooling2D(options))
    const expected = [
      5,
      5,
      5,
      5,
      5,
      ...[15, 14, 2, -3, -5].map((sum, i) => sum / [6, 8, 8, 6, 4][i]!),
      -3,
      -4,
      -6,
      -7,
      -8,
    ]
    means.forEach((y, i) => {
      expect(y).toBeCloseTo(expected[i]!, 12)
    })
  })

  test('over the whole image give the mean and the largest number of each channel', () => {
    const x = tensor([
      [
        [
          [1, -1],
          [2, -2],
        ],
        [
          [6, -6],
          [3, -3],
        ],
      ],
    ])
    expect(runLayer(globalAveragePooling2D(), x, {}, false).output).toEqual([3, -3])
    expect(runLayer(globalMaxPooling2D(), x, {}, false).output).toEqual([6, -1])
  })

  test('of equal largest numbers in a window the first gets the gradient', () => {
    const x = input('x', [1, 2, 4, 1])
    const { output } = maxPooling2D().call({ input: x, weights: {}, training: false, random: noRandom })
    const [dx] = gradients(reduceSum(mul(output, fixed(tensorOf([1, 1, 2, 1], [10, 20])))), [x])
    const feeds = { x: tensorOf([1, 2, 4, 1], [0, 5, 7, 7, 5, 5, 7, 7]) }
    expect([...interpret({ dx: dx! }, feeds).dx!.data]).toEqual([0, 10, 20, 0, 0, 0, 0, 0])
  })

  test('say which image a window does not fit', () => {
    expect(() => maxPooling2D({ poolSize: 3 }).outputShape([2, 9, 1])).toThrow(
      'window [3, 3] is larger than the image [2, 9, 1]',
    )
    expect(maxPooling2D({ poolSize: 3, padding: 'same' }).outputShape([2, 9, 1])).toEqual([1, 3, 1])
  })

  test('move by their strides, in every example', () => {
    const x = normalTensor([2, 6, 6, 1], 'x')
    const { output } = runLayer(averagePooling2D({ poolSize: 3, strides: 2 }), x, {}, false)
    let sum = 0
    for (let row = 2; row < 5; row++)
      for (let column = 0; column < 3; column++) sum += x.data[36 + row * 6 + column]!
    expect(output[4 + 2]).toBeCloseTo(sum / 9, 12)
  })
})
