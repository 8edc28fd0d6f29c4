// Resampling2D and GenerativeBasis: the contract, filters written out, and what resampling keeps.
import { expect, test } from 'vitest'
import { generativeBasis } from '../../src/layers/generative-basis.ts'
import { resampling2D } from '../../src/layers/resampling2d.ts'
import { layerContract, runLayer } from '../contracts/layer.ts'
import { normalTensor, tensor, tensorOf } from '../support/tensors.ts'

layerContract({
  make: resampling2D,
  options: { down: 2 },
  type: 'Resampling2D',
  input: [2, 4, 6, 3],
  output: [2, 2, 3, 3],
  refusedInputs: [
    [4, 6],
    [3, 4, 1],
  ],
  refused: [
    [{ up: 2 }, /expected up or down, got up 2 and down 2; use a layer for each/],
    [{ filter: [1, -1] }, /filter must be a list of at least 2 numbers whose sum is not 0, got \[1,-1\]/],
    [{ filter: [1] }, /at least 2 numbers/],
  ],
})
layerContract({
  make: resampling2D,
  options: { up: 2, filter: [1, 3, 3, 1] },
  type: 'Resampling2D',
  input: [2, 2, 3, 2],
  output: [2, 4, 6, 2],
})
layerContract({
  make: generativeBasis,
  options: { size: [2, 3] },
  type: 'GenerativeBasis',
  input: [4, 5],
  output: [4, 2, 3, 5],
  weights: { basis: [2, 3, 5] },
  refusedInputs: [[], [2, 2]],
  refused: [[{ size: 0 }, /size must be an integer with size >= 1, got 0/]],
})

test('making smaller weighs each pixel with its neighbours by 1, 2, 1', () => {
  const x = tensor([
    [
      [[4], [8], [16], [32]],
      [[4], [8], [16], [32]],
    ],
  ])
  const { output } = runLayer(resampling2D({ down: 2 }), x, {}, false)
  // Beside the border and above it is nothing, so a quarter of the weight is lost there.
  const rows = [(2 * 4 + 8) / 4, (8 + 2 * 16 + 32) / 4]
  expect(output).toEqual(rows.map((row) => (row * 3) / 4))
})

test('making larger keeps pixels and puts the mean of neighbours between them', () => {
  const x = tensor([
    [
      [[4], [8]],
      [[4], [8]],
    ],
  ])
  const { output } = runLayer(resampling2D({ up: 2 }), x, {}, false)
  expect(output.slice(0, 8)).toEqual([4, 6, 8, 4, 4, 6, 8, 4])
})

test('making larger is the transpose of making smaller, times four', () => {
  const [small, large] = [normalTensor([1, 2, 3, 2], 'small'), normalTensor([1, 4, 6, 2], 'large')]
  const up = runLayer(resampling2D({ up: 2 }), small, {}, false).output
  const down = runLayer(resampling2D({ down: 2 }), large, {}, false).output
  const product = (a: ArrayLike<number>, b: ArrayLike<number>) =>
    Array.from(a).reduce((sum, x, i) => sum + x * b[i]!, 0)
  expect(product(up, large.data)).toBeCloseTo(4 * product(small.data, down), 10)
})

test('a feature shows its picture as bright as it is', () => {
  const basis = tensorOf([1, 2, 2], [1, 2, 3, 4])
  const { output } = runLayer(generativeBasis({ size: [1, 2] }), tensor([[10, -1]]), { basis }, false)
  expect(output).toEqual([10, -2, 30, -4])
})
