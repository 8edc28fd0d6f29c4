// Dropout: the contract, and what is kept.
import { describe, expect, test } from 'vitest'
import { input } from '../../src/graph/value.ts'
import { dropout } from '../../src/layers/dropout.ts'
import { layerContract, noRandom, runLayer } from '../contracts/layer.ts'
import { tensorOf } from '../support/tensors.ts'

layerContract({
  make: dropout,
  options: { rate: 0.25 },
  type: 'Dropout',
  input: [3, 2, 4],
  output: [3, 2, 4],
  refused: [
    [{ rate: 1 }, /rate must be a number with 0 <= rate < 1, got 1/],
    [{ rate: -0.1 }, /got -0.1/],
    [{ rate: Number.NaN }, /got NaN/],
    [{ rate: undefined }, /got undefined/],
  ],
})

describe('dropout', () => {
  const ones = tensorOf([100, 50], new Float64Array(5000).fill(1))

  test('in training keeps a share 1 - rate, divided by it', () => {
    const { output } = runLayer(dropout({ rate: 0.25 }), ones, {}, true)
    const kept = output.filter((y) => y !== 0)
    for (const y of kept) expect(y).toBeCloseTo(1 / 0.75, 6)
    expect(kept.length / 5000).toBeGreaterThan(0.73)
    expect(kept.length / 5000).toBeLessThan(0.77)
  })

  test('at inference passes the input itself', () => {
    const x = input('x', [2, 3])
    expect(
      dropout({ rate: 0.5 }).call({ input: x, weights: {}, training: false, random: noRandom }).output,
    ).toBe(x)
  })

  test('at rate 0 asks for no mask', () => {
    const x = input('x', [2, 3])
    expect(
      dropout({ rate: 0 }).call({ input: x, weights: {}, training: true, random: noRandom }).output,
    ).toBe(x)
  })
})
