// LayerNormalization and GaussianNoise: the contract, and their numbers computed by hand.
import { expect, test } from 'vitest'
import { gaussianNoise } from '../../src/layers/gaussian-noise.ts'
import { layerNormalization } from '../../src/layers/layer-normalization.ts'
import { layerContract, runLayer } from '../contracts/layer.ts'
import { normalTensor, tensor } from '../support/tensors.ts'

layerContract({
  make: layerNormalization,
  options: {},
  type: 'LayerNormalization',
  input: [3, 4],
  output: [3, 4],
  weights: { gamma: [4], beta: [4] },
  refusedInputs: [[]],
  refused: [
    [{ epsilon: 0 }, /epsilon must be a number with epsilon > 0, got 0/],
    [{ scale: 1 }, /scale must be true or false, got 1/],
  ],
})
layerContract({
  make: layerNormalization,
  options: { center: false, scale: false, epsilon: 0.1 },
  type: 'LayerNormalization',
  input: [2, 2, 2, 3],
  output: [2, 2, 2, 3],
  weights: {},
})
layerContract({
  make: layerNormalization,
  options: { axis: [1, -1] },
  type: 'LayerNormalization',
  input: [2, 3, 2, 4],
  output: [2, 3, 2, 4],
  weights: { gamma: [3, 4], beta: [3, 4] },
  refusedInputs: [[4]],
  refused: [
    [{ axis: 'last' }, /axis must be an integer or a list of them, got "last"/],
    [{ axis: [] }, /axis must be an integer or a list of them, got \[\]/],
  ],
})
layerContract({
  make: gaussianNoise,
  options: { stddev: 0.3 },
  type: 'GaussianNoise',
  input: [3, 4],
  output: [3, 4],
  weights: {},
  refused: [[{ stddev: -1 }, /stddev must be a number with stddev >= 0, got -1/]],
})

test('each row is normalized by its own mean and biased variance', () => {
  const weights = { gamma: tensor([2, 1, 1]), beta: tensor([0, 0, 5]) }
  const x = tensor([
    [1, 2, 6],
    [-10, 0, 10],
  ])
  const { output } = runLayer(layerNormalization({ epsilon: 1e-3 }), x, weights, true)
  const rows = [
    [1, 2, 6],
    [-10, 0, 10],
  ]
  const expected = rows.flatMap((row) => {
    const mean = row.reduce((sum, v) => sum + v / 3, 0)
    const deviation = Math.sqrt(row.reduce((sum, v) => sum + (v - mean) ** 2 / 3, 0) + 1e-3)
    return row.map((v, i) => ((v - mean) / deviation) * [2, 1, 1][i]! + [0, 0, 5][i]!)
  })
  output.forEach((y, i) => {
    expect(y).toBeCloseTo(expected[i]!, 12)
  })
})

test('noise moves inputs while training, and nothing at inference or with no deviation', () => {
  const x = normalTensor([50, 4], 'x')
  expect(runLayer(gaussianNoise({ stddev: 0.5 }), x, {}, false).output).toEqual([...x.data])
  expect(runLayer(gaussianNoise({ stddev: 0 }), x, {}, true).output).toEqual([...x.data])
  expect(runLayer(gaussianNoise({ stddev: 0.5 }), x, {}, true).output).not.toEqual([...x.data])
})

test('several axes are normalized together, with weights of their shape', () => {
  const x = normalTensor([1, 2, 3, 2], 'x')
  const weights = {
    gamma: tensor([
      [1, 2],
      [3, 4],
    ]),
    beta: tensor([
      [0, 0],
      [0, 1],
    ]),
  }
  const { output } = runLayer(layerNormalization({ axis: [3, 1], epsilon: 1e-9 }), x, weights, false)
  const at = (a: number, place: number, b: number) => (a * 3 + place) * 2 + b
  const pairs = [0, 1].flatMap((a) => [0, 1].map((b) => [a, b] as const))
  for (let place = 0; place < 3; place++) {
    const values = pairs.map(([a, b]) => x.data[at(a, place, b)]!)
    const mean = values.reduce((sum, v) => sum + v / 4, 0)
    const deviation = Math.sqrt(values.reduce((sum, v) => sum + (v - mean) ** 2 / 4, 0))
    for (const [a, b] of pairs)
      expect(output[at(a, place, b)]).toBeCloseTo(
        ((x.data[at(a, place, b)]! - mean) / deviation) * (1 + 2 * a + b) + (a && b ? 1 : 0),
        6,
      )
  }
})
