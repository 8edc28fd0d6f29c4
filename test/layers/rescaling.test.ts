// Rescaling: the contract, and the two uses that turn [0, 1] into [-1, 1] and back.
import { expect, test } from 'vitest'
import { rescaling } from '../../src/layers/rescaling.ts'
import { layerContract, runLayer } from '../contracts/layer.ts'
import { tensor } from '../support/tensors.ts'

layerContract({
  make: rescaling,
  options: { scale: -1.5, offset: 0.25 },
  type: 'Rescaling',
  input: [2, 3, 2],
  output: [2, 3, 2],
  refused: [
    [{ scale: undefined }, /rescaling: scale must be a number, got undefined/],
    [{ scale: Number.NaN }, /scale must be a number, got NaN/],
    [{ offset: '1' }, /offset must be a number, got "1"/],
  ],
})

test('pixels in [0, 1] become [-1, 1], and again [0, 1]', () => {
  const pixels = tensor([[0, 0.25, 0.5, 1]])
  const wide = runLayer(rescaling({ scale: 2, offset: -1 }), pixels, {}, false).output
  expect(wide).toEqual([-1, -0.5, 0, 1])
  expect(runLayer(rescaling({ scale: 0.5, offset: 0.5 }), tensor([wide]), {}, false).output).toEqual([
    0, 0.25, 0.5, 1,
  ])
})

test('without an offset nothing is added', () => {
  expect(runLayer(rescaling({ scale: 3 }), tensor([[2]]), {}, true).output).toEqual([6])
})
