// Conv2DTranspose: the contract, Keras' output lengths, and sums written out.
import { describe, expect, test } from 'vitest'
import { conv2D } from '../../src/layers/conv2d.ts'
import { type Conv2DTransposeOptions, conv2DTranspose } from '../../src/layers/conv2d-transpose.ts'
import { randomStream } from '../../src/util/random.ts'
import { layerContract, runLayer, someWeights } from '../contracts/layer.ts'
import { dot, normalTensor, tensor, tensorOf } from '../support/tensors.ts'

layerContract({
  make: conv2DTranspose,
  options: { filters: 3, kernelSize: 5, padding: 'same', strides: 2, activation: 'tanh' },
  type: 'Conv2DTranspose',
  input: [2, 3, 2, 4],
  output: [2, 6, 4, 3],
  weights: { kernel: [5, 5, 3, 4], bias: [3] },
  refusedInputs: [[5, 6], [5, 6, 1, 1], []],
  refused: [
    [{ filters: 0 }, /filters must be an integer/],
    [{ kernelSize: [3, 0] }, /kernelSize must be an integer/],
    [{ strides: 0 }, /strides must be an integer/],
    [{ dilationRate: [1, 1, 1] }, /dilationRate must be an integer/],
    [{ padding: 'full' }, /padding must be "valid" or "same", got "full"/],
    [{ outputPadding: -1 }, /outputPadding must be an integer.*got -1/],
    [{ outputPadding: 2 }, /outputPadding must be a number with 0 <= outputPadding < 2, got 2/],
    [
      { outputPadding: 0, kernelSize: 4 },
      /outputPadding must be a number with 1 <= outputPadding < 3, got 0/,
    ],
    [{ padding: 'valid', outputPadding: [1, 2] }, /0 <= outputPadding < 2, got 2/],
    [{ activation: 'rely' }, /did you mean "relu"/],
    [{ useBias: 1 }, /useBias must be true or false/],
    [{ groups: 2 }, /unknown option "groups"/],
  ],
})
layerContract({
  make: conv2DTranspose,
  options: { filters: 2, kernelSize: [2, 3], strides: [3, 1], dilationRate: [1, 2], useBias: false },
  type: 'Conv2DTranspose',
  input: [2, 3, 4, 3],
  output: [2, 9, 8, 2],
  weights: { kernel: [2, 3, 2, 3] },
})
layerContract({
  make: conv2DTranspose,
  options: { filters: 1, kernelSize: [3, 4], strides: [2, 3], padding: 'same', outputPadding: [0, 2] },
  type: 'Conv2DTranspose',
  input: [1, 3, 3, 2],
  output: [1, 5, 8, 1],
  weights: { kernel: [3, 4, 1, 2], bias: [1] },
})

/** Every number of the input spread over the output by hand: row * stride + tap - pad, left out outside. */
function spread(
  length: number,
  output: number,
  stride: number,
  pad: number,
  x: readonly number[],
  kernel: readonly number[],
): number[] {
  const y = new Array<number>(output).fill(0)
  for (let i = 0; i < length; i++)
    kernel.forEach((weight, tap) => {
      const place = i * stride + tap - pad
      if (place >= 0 && place < output) y[place]! += x[i]! * weight
    })
  return y
}

describe('conv2DTranspose', () => {
  // [options, output length, rows cropped before] for an input of 3 rows, as Keras computes them.
  const cases: [Omit<Conv2DTransposeOptions, 'filters'>, number, number][] = [
    [{ kernelSize: 5, strides: 2, padding: 'same' }, 6, 1],
    [{ kernelSize: 5, padding: 'same' }, 3, 2],
    [{ kernelSize: 4, strides: 2, padding: 'same' }, 6, 1],
    [{ kernelSize: 3, strides: 2, padding: 'same' }, 6, 0],
    [{ kernelSize: 2, strides: 4, padding: 'same' }, 12, 0],
    [{ kernelSize: 4, padding: 'same' }, 3, 1],
    [{ kernelSize: 5, strides: 2, padding: 'same', outputPadding: 0 }, 5, 2],
    [{ kernelSize: 5, strides: 2, padding: 'same', outputPadding: 1 }, 6, 1],
    [{ kernelSize: 5, strides: 2 }, 9, 0],
    [{ kernelSize: 5, strides: 2, outputPadding: 1 }, 10, 0],
    [{ kernelSize: 2, strides: 4 }, 12, 0],
    [{ kernelSize: 2, strides: 4, outputPadding: 0 }, 10, 0],
    [{ kernelSize: 3 }, 5, 0],
  ]
  test.each(cases)('%j makes %i of 3 rows and crops %i before them', (options, length, pad) => {
    const size = options.kernelSize as number
    const [x, kernel] = [normalTensor([3], 'x'), normalTensor([size], 'kernel')]
    for (const axis of [0, 1]) {
      const along = (given: number, other = 1): [number, number] =>
        axis === 0 ? [given, other] : [other, given]
      const { strides = 1, outputPadding } = options as { strides?: number; outputPadding?: number }
      const layer = conv2DTranspose({
        ...options,
        filters: 1,
        kernelSize: along(size),
        strides: along(strides),
        ...(outputPadding === undefined ? {} : { outputPadding: along(outputPadding, 0) }),
      })
      expect(layer.outputShape([...along(3), 1])).toEqual([...along(length), 1])
      const { output } = runLayer(
        layer,
        tensorOf([1, ...along(3), 1], x.data),
        { kernel: tensorOf([...along(size), 1, 1], kernel.data), bias: tensor([0.5]) },
        false,
      )
      spread(3, length, strides, pad, [...x.data], [...kernel.data]).forEach((y, i) => {
        expect(output[i]).toBeCloseTo(y + 0.5, 12)
      })
    }
  })

  test('is the adjoint of the Conv2D with the same options and kernel', () => {
    const options = { kernelSize: [5, 3], strides: [2, 3], padding: 'same', useBias: false } as const
    const down = conv2D({ ...options, filters: 4 })
    const up = conv2DTranspose({ ...options, filters: 2 })
    const [small, large] = [normalTensor([2, 3, 2, 4], 'small'), normalTensor([2, 6, 6, 2], 'large')]
    const weights = someWeights(down, [6, 6, 2]) // kernel [5, 3, 2, 4] of both
    expect(up.weights([3, 2, 4])[0]!.shape).toEqual([5, 3, 2, 4])
    const mapped = runLayer(down, large, weights, false).output
    const returned = runLayer(up, small, weights, false).output
    expect(dot(mapped, small.data)).toBeCloseTo(dot(returned, large.data), 9)
  })

  test('starts within the limits that Keras takes from the shape of the kernel: its fan-in counts the filters', () => {
    const layer = conv2DTranspose({ filters: 8, kernelSize: 5, kernelInitializer: 'heUniform' })
    const { shape, initializer } = layer.weights([7, 7, 32])[0]!
    const largest = Math.max(...initializer.fill(shape, randomStream(1, 'kernel')).map(Math.abs))
    const limit = Math.sqrt(6 / (25 * 8))
    expect(largest).toBeLessThanOrEqual(limit)
    expect(largest).toBeGreaterThan(0.99 * limit)
  })

  test('adds a bias to every pixel of a filter, before the activation', () => {
    const layer = conv2DTranspose({ filters: 2, kernelSize: 1, strides: 2, activation: 'relu' })
    const weights = { kernel: tensorOf([1, 1, 2, 1], [1, -1]), bias: tensor([0.25, -0.5]) }
    // One pixel of 3 becomes the corner of 2 x 2; what the kernel does not reach holds the bias alone.
    expect(runLayer(layer, tensorOf([1, 1, 1, 1], [3]), weights, false)).toMatchObject({
      shape: [1, 2, 2, 2],
      output: [3.25, 0, 0.25, 0, 0.25, 0, 0.25, 0],
    })
  })
})
