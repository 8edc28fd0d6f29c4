// SpectralNormalization and WeightNormalization: the contract, singular values found by hand, and the paper's gradient.
import { describe, expect, test } from 'vitest'
import { gradients } from '../../src/autodiff/backward.ts'
import { mul, reduceSum } from '../../src/graph/build.ts'
import { interpret } from '../../src/graph/interpreter.ts'
import { constant, input, type Tensor } from '../../src/graph/value.ts'
import { conv2D, dense, flatten, layerNormalization } from '../../src/layers/index.ts'
import { sequential } from '../../src/layers/network.ts'
import { describeLayer, type LayerConfig, layerOf } from '../../src/layers/registry.ts'
import { spectralNormalization } from '../../src/layers/spectral-normalization.ts'
import { weightNormalization } from '../../src/layers/weight-normalization.ts'
import { ShapeError } from '../../src/util/errors.ts'
import { layerContract, noRandom, runLayer } from '../contracts/layer.ts'
import { normalTensor, tensor, tensorOf } from '../support/tensors.ts'

layerContract({
  make: spectralNormalization,
  options: { layer: dense({ units: 3, activation: 'tanh' }), powerIterations: 2 },
  type: 'SpectralNormalization',
  input: [4, 5],
  output: [4, 3],
  weights: { kernel: [5, 3], bias: [3], vectorU: [1, 3] },
  state: ['vectorU'],
  // As in the paper, u and v count as constants.
  stopped: ['kernel'],
  refusedInputs: [[]],
  refused: [
    [{ powerIterations: 0 }, /powerIterations must be an integer with powerIterations >= 1, got 0/],
    [{ layer: undefined }, /layer must be a layer, such as dense/],
  ],
})
layerContract({
  make: spectralNormalization,
  options: { layer: conv2D({ filters: 4, kernelSize: 3, padding: 'same' }) },
  type: 'SpectralNormalization',
  input: [2, 4, 4, 2],
  output: [2, 4, 4, 4],
  weights: { kernel: [3, 3, 2, 4], bias: [4], vectorU: [1, 4] },
  state: ['vectorU'],
  stopped: ['kernel'],
})
layerContract({
  make: weightNormalization,
  options: { layer: dense({ units: 3 }) },
  type: 'WeightNormalization',
  input: [4, 5],
  output: [4, 3],
  weights: { kernel: [5, 3], bias: [3], g: [3] },
  refused: [[{ layer: 3 }, /layer must be a layer/]],
})
layerContract({
  make: weightNormalization,
  options: { layer: conv2D({ filters: 4, kernelSize: 2, useBias: false }), gInitializer: 'zeros' },
  type: 'WeightNormalization',
  input: [2, 3, 3, 2],
  output: [2, 2, 2, 4],
  weights: { kernel: [2, 2, 2, 4], g: [4] },
})
test('lengths of filters may stay, and a saved layer says so', () => {
  const layer = weightNormalization({ layer: dense({ units: 3 }), trainG: false, dataInit: true })
  const again = layerOf(JSON.parse(JSON.stringify(describeLayer(layer))) as LayerConfig)
  for (const one of [layer, again])
    expect(
      one
        .weights([5])
        .filter(({ trainable }) => !trainable)
        .map(({ name }) => name),
    ).toEqual(['g'])
  expect(describeLayer(again)).toEqual(describeLayer(layer))
})

test('a layer inside must have a kernel', () => {
  const attempt = () =>
    sequential({ name: 'd', input: [4] }, [layerNormalization(), spectralNormalization({ layer: flatten() })])
  expect(attempt).toThrow(ShapeError)
  expect(attempt).toThrow(
    'SpectralNormalization "d/spectral-normalization": expects a layer with a kernel inside, such as Dense, got Flatten, which has no weights',
  )
})

describe('spectral normalization', () => {
  const wrap = spectralNormalization({ layer: dense({ units: 2, useBias: false }) })
  // Singular values 5 and 2, turned.
  const turned = (angle: number) => [Math.cos(angle), Math.sin(angle)] as const
  const [[c, s], [d, t]] = [turned(0.4), turned(1.1)]
  const kernel = tensor([
    [5 * c * d + 2 * s * t, 5 * c * t - 2 * s * d],
    [5 * s * d - 2 * c * t, 5 * s * t + 2 * c * d],
  ])
  /** The vector after so many training steps. */
  const after = (steps: number): Tensor => {
    let vectorU: Tensor = tensor([[1, 0.3]])
    for (let step = 0; step < steps; step++) {
      const { updates } = runLayer(wrap, normalTensor([1, 2], 'x'), { kernel, vectorU }, true)
      vectorU = tensorOf([1, 2], updates.vectorU!)
    }
    return vectorU
  }
  const eye = tensor([
    [1, 0],
    [0, 1],
  ])

  test('divides by the largest singular value once training has found it, at inference too', () => {
    const vectorU = after(30)
    for (const training of [false, true]) {
      const { output } = runLayer(wrap, eye, { kernel, vectorU }, training)
      output.forEach((y, i) => {
        expect(y).toBeCloseTo(kernel.data[i]! / 5, 8)
      })
    }
  })

  test('has the gradient (G - <G, W> u vᵀ) / sigma of the paper', () => {
    const vectorU = after(40)
    const given = input('kernel', [2, 2])
    const { output } = wrap.call({
      input: constant(eye.data, [2, 2]),
      weights: { kernel: given, vectorU: constant(vectorU.data, [1, 2]) },
      training: true,
      random: noRandom,
    })
    const g = [0.3, -1, 0.5, 2]
    const loss = reduceSum(mul(output, constant(g, [2, 2])))
    const [found] = gradients(loss, [given])
    const { gradient, value } = interpret({ gradient: found!, value: loss }, { kernel })
    // v is the left singular vector of 5, u the right one.
    const outer = [c * d, c * t, s * d, s * t]
    const inner = value!.data[0]!
    outer.forEach((uv, i) => {
      expect(gradient!.data[i]).toBeCloseTo((g[i]! - inner * uv) / 5, 6)
    })
  })
})

test('weight normalization gives each filter the length g, whatever the length of its kernel', () => {
  const layer = weightNormalization({ layer: dense({ units: 2, useBias: false }) })
  const weights = {
    kernel: tensor([
      [3, 1],
      [4, 0],
    ]),
    g: tensor([10, 2]),
  }
  const eye = tensor([
    [1, 0],
    [0, 1],
  ])
  const { output } = runLayer(layer, eye, weights, false)
  const expected = [6, 2, 8, 0]
  output.forEach((y, i) => {
    expect(y).toBeCloseTo(expected[i]!, 12)
  })
})
