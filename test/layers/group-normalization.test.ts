// GroupNormalization: the contract, and its numbers computed by hand.
import { expect, test } from 'vitest'
import { groupNormalization } from '../../src/layers/group-normalization.ts'
import { layerContract, runLayer } from '../contracts/layer.ts'
import { normalTensor, tensor } from '../support/tensors.ts'

layerContract({
  make: groupNormalization,
  options: { groups: 2 },
  type: 'GroupNormalization',
  input: [2, 3, 2, 4],
  output: [2, 3, 2, 4],
  weights: { gamma: [4], beta: [4] },
  refusedInputs: [[], [3, 5]],
  refused: [
    [{ groups: 0 }, /groups must be an integer with groups >= 1, or -1 for one of each channel, got 0/],
    [{ epsilon: 0 }, /epsilon must be a number with epsilon > 0, got 0/],
  ],
})
layerContract({
  make: groupNormalization,
  options: { groups: -1, axis: 1, center: false, scale: false, epsilon: 0.1 },
  type: 'GroupNormalization',
  input: [2, 3, 4],
  output: [2, 3, 4],
  weights: {},
})

test('the channels of a group are normalized together, over all places of the example', () => {
  // Two places, four channels in two groups.
  const x = tensor([
    [
      [1, 3, 10, 20],
      [5, 7, 30, 60],
    ],
  ])
  const weights = { gamma: tensor([1, 2, 1, 1]), beta: tensor([0, 0, 0, 5]) }
  const { output } = runLayer(groupNormalization({ groups: 2 }), x, weights, true)
  const normal = (values: readonly number[]) => {
    const mean = values.reduce((sum, v) => sum + v / values.length, 0)
    const variance = values.reduce((sum, v) => sum + (v - mean) ** 2 / values.length, 0)
    return values.map((v) => (v - mean) / Math.sqrt(variance + 1e-3))
  }
  const [a, b] = [normal([1, 3, 5, 7]), normal([10, 20, 30, 60])]
  const expected = [a[0]!, 2 * a[1]!, b[0]!, b[1]! + 5, a[2]!, 2 * a[3]!, b[2]!, b[3]! + 5]
  output.forEach((y, i) => {
    expect(y).toBeCloseTo(expected[i]!, 12)
  })
})

test('channels of another axis are the same channels', () => {
  const x = normalTensor([2, 3, 4], 'x')
  const turned = {
    shape: [2, 4, 3],
    data: Float64Array.from({ length: 24 }, (_, at) => {
      const [n, c, place] = [Math.floor(at / 12), Math.floor((at % 12) / 3), at % 3]
      return x.data[12 * n + 4 * place + c]!
    }),
  }
  const weights = { gamma: tensor([1, 2, 3, 4]), beta: tensor([4, 3, 2, 1]) }
  const last = runLayer(groupNormalization({ groups: 2 }), x, weights, false).output
  const first = runLayer(groupNormalization({ groups: 2, axis: 1 }), turned, weights, false).output
  first.forEach((y, at) => {
    const [n, c, place] = [Math.floor(at / 12), Math.floor((at % 12) / 3), at % 3]
    expect(y).toBeCloseTo(last[12 * n + 4 * place + c]!, 12)
  })
})
