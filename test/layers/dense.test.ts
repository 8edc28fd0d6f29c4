// Dense: the contract, and products written out.
import { describe, expect, test } from 'vitest'

import { input, sortNodes } from '../../src/graph/value.ts'
import { constant } from '../../src/initializers/index.ts'
import { dense } from '../../src/layers/dense.ts'
import { layerContract, noRandom, runLayer, someWeights } from '../contracts/layer.ts'
import { normalTensor, tensor } from '../support/tensors.ts'

layerContract({
  make: dense,
  options: { units: 4, activation: 'tanh' },
  type: 'Dense',
  input: [3, 5],
  output: [3, 4],
  weights: { kernel: [5, 4], bias: [4] },
  refusedInputs: [[]],
  refused: [
    [{ units: 0 }, /units must be an integer with units >= 1, got 0/],
    [{ units: 2.5 }, /got 2.5/],
    [{ units: '4' }, /got "4"/],
    [{ units: undefined }, /got undefined/],
    [{ useBias: 1 }, /useBias must be true or false, got 1/],
    [{ activation: 'Relu' }, /unknown activation "Relu"; did you mean "relu"\? Known: linear, relu/],
    [
      { kernelInitializer: 'glorot_uniform' },
      /kernelInitializer "glorot_uniform"; did you mean "glorotUniform"/,
    ],
    [{ biasInitializer: { name: 'constant', config: { amount: 1 } } }, /constant: unknown option "amount"/],
    [{ unit: 4 }, /unknown option "unit"; did you mean "units"\?/],
  ],
})
layerContract({
  make: dense,
  options: { units: 2, useBias: false, kernelInitializer: 'heNormal' },
  type: 'Dense',
  input: [2, 3, 5],
  output: [2, 3, 2],
  weights: { kernel: [5, 2] },
})
layerContract({
  make: dense,
  options: { units: 2, activation: 'softmax', biasInitializer: constant({ value: 0.5 }) },
  type: 'Dense',
  input: [2, 3],
  output: [2, 2],
  weights: { kernel: [3, 2], bias: [2] },
})

describe('dense', () => {
  test('computes x kernel + bias, then the activation', () => {
    const layer = dense({ units: 2, activation: 'relu' })
    const weights = {
      kernel: tensor([
        [1, -1],
        [2, 0.5],
      ]),
      bias: tensor([0.5, -3]),
    }
    const x = tensor([
      [1, 2],
      [-1, 3],
      [0, 0],
    ])
    expect(runLayer(layer, x, weights, false).output).toEqual([5.5, 0, 5.5, 0, 0.5, 0])
  })

  test('applies one kernel along the last axis of inputs of higher rank', () => {
    const layer = dense({ units: 4 })
    const x = normalTensor([2, 3, 5], 'x')
    const weights = someWeights(layer, [3, 5])
    const { output } = runLayer(layer, x, weights, false)
    for (const [row, column] of [
      [0, 0],
      [3, 2],
      [5, 3],
    ] as const) {
      let sum = weights.bias!.data[column]!
      for (let i = 0; i < 5; i++) sum += x.data[row * 5 + i]! * weights.kernel!.data[i * 4 + column]!
      expect(output[row * 4 + column]).toBeCloseTo(sum, 12)
    }
  })

  test('uses Glorot uniform kernels and zero biases unless told', () => {
    const [kernel, bias] = dense({ units: 3 }).weights([7])
    expect([kernel!.initializer.name, bias!.initializer.name]).toEqual(['glorotUniform', 'zeros'])
  })

  test('of a matrix is one product and one sum', () => {
    const [kernel, bias] = [input('kernel', [5, 4]), input('bias', [4])]
    const { output } = dense({ units: 4 }).call({
      input: input('x', [3, 5]),
      weights: { kernel, bias },
      training: true,
      random: noRandom,
    })
    const operators = sortNodes([output]).map(({ op }) => op)
    expect(operators.filter((op) => op !== 'Input')).toEqual(['MatMul', 'Add'])
  })
})
