// Maxout: the contract, and its numbers.
import { expect, test } from 'vitest'
import { maxout } from '../../src/layers/maxout.ts'
import { layerContract, runLayer } from '../contracts/layer.ts'
import { tensor } from '../support/tensors.ts'

layerContract({
  make: maxout,
  options: { numUnits: 2 },
  type: 'Maxout',
  input: [3, 2, 6],
  output: [3, 2, 2],
  refusedInputs: [[], [4, 5]],
  refused: [[{ numUnits: 0 }, /numUnits must be an integer with numUnits >= 1, got 0/]],
})

test('of each unit the largest of its neighbouring pieces is left', () => {
  const x = tensor([[1, 5, -3, -7, -2, -9]])
  expect(runLayer(maxout({ numUnits: 2 }), x, {}, true).output).toEqual([5, -2])
  expect(runLayer(maxout({ numUnits: 6 }), x, {}, true).output).toEqual([1, 5, -3, -7, -2, -9])
})
