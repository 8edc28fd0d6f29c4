// BatchNormalization: the contract, and Keras' numbers computed by hand.
import { describe, expect, test } from 'vitest'
import { input, sortNodes } from '../../src/graph/value.ts'
import { batchNormalization } from '../../src/layers/batch-normalization.ts'
import { layerContract, noRandom, runLayer } from '../contracts/layer.ts'
import { normalTensor, tensor } from '../support/tensors.ts'

const all = { gamma: [3], beta: [3], movingMean: [3], movingVariance: [3] }

layerContract({
  make: batchNormalization,
  options: {},
  type: 'BatchNormalization',
  input: [5, 3],
  output: [5, 3],
  weights: all,
  state: ['movingMean', 'movingVariance'],
  refusedInputs: [[]],
  refused: [
    [{ momentum: 1.5 }, /momentum must be a number with 0 <= momentum <= 1, got 1.5/],
    [{ epsilon: 0 }, /epsilon must be a number with epsilon > 0, got 0/],
    [{ epsilon: Number.NaN }, /got NaN/],
    [{ axis: 0.5 }, /axis must be an integer, got 0.5/],
    [{ center: 'yes' }, /center must be true or false, got "yes"/],
    [{ gammaInitializer: 'one' }, /gammaInitializer "one"; did you mean "ones"/],
  ],
})
layerContract({
  make: batchNormalization,
  options: { epsilon: 0.1, momentum: 0.8, gammaInitializer: { name: 'randomNormal', config: { mean: 1 } } },
  type: 'BatchNormalization',
  input: [2, 2, 2, 3],
  output: [2, 2, 2, 3],
  weights: all,
  state: ['movingMean', 'movingVariance'],
})
layerContract({
  make: batchNormalization,
  options: { axis: 1, center: false },
  type: 'BatchNormalization',
  input: [4, 3, 2],
  output: [4, 3, 2],
  weights: { gamma: [3], movingMean: [3], movingVariance: [3] },
  state: ['movingMean', 'movingVariance'],
  refusedInputs: [[]],
})
layerContract({
  make: batchNormalization,
  options: { scale: false, center: false },
  type: 'BatchNormalization',
  input: [4, 2],
  output: [4, 2],
  weights: { movingMean: [2], movingVariance: [2] },
  state: ['movingMean', 'movingVariance'],
})

/** Mean and biased variance of a list. */
const moments = (list: readonly number[]): [number, number] => {
  const mean = list.reduce((sum, x) => sum + x, 0) / list.length
  return [mean, list.reduce((sum, x) => sum + (x - mean) ** 2, 0) / list.length]
}

describe('batchNormalization', () => {
  const weights = {
    gamma: tensor([2, 0.5, -1]),
    beta: tensor([1, -1, 0]),
    movingMean: tensor([0.1, 0.2, 0.3]),
    movingVariance: tensor([1, 4, 0.25]),
  }
  const x = normalTensor([2, 4, 3], 'images') // eight numbers per channel
  const channel = (c: number): number[] => [...x.data].filter((_, i) => i % 3 === c)

  test('trains on the mean and the biased variance of the batch over all axes but the last', () => {
    const { output } = runLayer(batchNormalization(), x, weights, true)
    output.forEach((y, i) => {
      const c = i % 3
      const [mean, variance] = moments(channel(c))
      const expected =
        ((x.data[i]! - mean) / Math.sqrt(variance + 1e-3)) * weights.gamma.data[c]! + weights.beta.data[c]!
      expect(y).toBeCloseTo(expected, 12)
    })
  })

  test('moves the moving statistics by a hundredth of the way to the batch', () => {
    const { updates } = runLayer(batchNormalization(), x, weights, true)
    for (let c = 0; c < 3; c++) {
      const [mean, variance] = moments(channel(c))
      expect(updates.movingMean![c]).toBeCloseTo(0.99 * weights.movingMean.data[c]! + 0.01 * mean, 12)
      expect(updates.movingVariance![c]).toBeCloseTo(
        0.99 * weights.movingVariance.data[c]! + 0.01 * variance,
        12,
      )
    }
  })

  test('infers with the moving statistics, whatever the batch', () => {
    const { output } = runLayer(batchNormalization(), x, weights, false)
    output.forEach((y, i) => {
      const c = i % 3
      const deviation = Math.sqrt(weights.movingVariance.data[c]! + 1e-3)
      const normal = (x.data[i]! - weights.movingMean.data[c]!) / deviation
      expect(y).toBeCloseTo(normal * weights.gamma.data[c]! + weights.beta.data[c]!, 12)
    })
  })

  test('normalizes another axis when told', () => {
    const turned = tensor([[[1, 2, 3, 6]], [[3, 4, 5, 10]]]) // [2, 1, 4]: one channel at axis 1
    const layer = batchNormalization({ axis: 1, center: false, scale: false, epsilon: 1e-12 })
    const state = { movingMean: tensor([0]), movingVariance: tensor([1]) }
    const [mean, variance] = moments([...turned.data])
    expect(runLayer(layer, turned, state, true).output[3]).toBeCloseTo((6 - mean) / Math.sqrt(variance), 9)
  })

  test('refuses the batch as the axis of the channels', () => {
    expect(() => batchNormalization({ axis: 0 }).weights([3])).toThrow(/axis 0 is not an axis of one example/)
    expect(() => batchNormalization({ axis: 2 }).weights([3])).toThrow(/rank 2/)
  })

  test('starts with gamma 1, beta 0, moving mean 0 and moving variance 1', () => {
    const names = batchNormalization()
      .weights([3])
      .map(({ name, initializer }) => [name, initializer.name])
    expect(names).toEqual([
      ['gamma', 'ones'],
      ['beta', 'zeros'],
      ['movingMean', 'zeros'],
      ['movingVariance', 'ones'],
    ])
  })

  test('passes over the whole input twice at inference and four times in training', () => {
    const shape = [8, 3]
    const vectors = Object.fromEntries(Object.keys(all).map((name) => [name, input(name, [3])]))
    const passes = (training: boolean): number => {
      const { output } = batchNormalization().call({
        input: input('x', shape),
        weights: vectors,
        training,
        random: noRandom,
      })
      return sortNodes([output]).filter(({ op, outputs }) => op !== 'Input' && outputs[0]!.shape.length === 2)
        .length
    }
    expect(passes(false)).toBe(2)
    expect(passes(true)).toBe(4)
  })
})
