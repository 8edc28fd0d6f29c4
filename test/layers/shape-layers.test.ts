// Reshape and Flatten: the contract, and inferred lengths.
import { describe, expect, test } from 'vitest'
import { flatten } from '../../src/layers/flatten.ts'
import { reshape } from '../../src/layers/reshape.ts'
import { layerContract, runLayer } from '../contracts/layer.ts'
import { counting } from '../support/tensors.ts'

layerContract({
  make: reshape,
  options: { targetShape: [2, -1, 1] },
  type: 'Reshape',
  input: [2, 3, 4],
  output: [2, 2, 6, 1],
  refusedInputs: [[3, 3], []],
  refused: [
    [{ targetShape: [-1, -1] }, /of which one may be -1, got \[-1,-1\]/],
    [{ targetShape: [0, 4] }, /positive integers/],
    [{ targetShape: [1.5] }, /positive integers/],
    [{ targetShape: 12 }, /must be a list.*got 12/],
    [{ targetShape: undefined }, /got undefined/],
  ],
})
layerContract({
  make: reshape,
  options: { targetShape: [12] },
  type: 'Reshape',
  input: [2, 3, 4],
  output: [2, 12],
})
layerContract({ make: flatten, options: {}, type: 'Flatten', input: [2, 3, 2, 2], output: [2, 12] })
layerContract({ make: flatten, options: {}, type: 'Flatten', input: [3], output: [3, 1] })

describe('reshape and flatten', () => {
  test('keep the elements of each example in order', () => {
    const x = counting([2, 2, 3])
    const order = [...x.data]
    expect(runLayer(reshape({ targetShape: [3, -1] }), x, {}, false).output).toEqual(order)
    expect(runLayer(flatten(), x, {}, false).output).toEqual(order)
  })

  test('name both shapes when they do not fit', () => {
    expect(() => reshape({ targetShape: [5, -1] }).outputShape([3, 4])).toThrow(
      'cannot reshape examples of shape [3, 4] (12 elements) to [5, -1]',
    )
    expect(() => reshape({ targetShape: [5, 2] }).outputShape([3, 4])).toThrow('to [5, 2]')
  })
})
