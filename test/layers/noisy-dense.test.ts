// NoisyDense: the contract, and its numbers as the paper writes them.
import { expect, test } from 'vitest'
import { noisyDense } from '../../src/layers/noisy-dense.ts'
import { randomStream } from '../../src/util/random.ts'
import { fixedRandom, layerContract, runLayer } from '../contracts/layer.ts'
import { tensor } from '../support/tensors.ts'

layerContract({
  make: noisyDense,
  options: { units: 2, activation: 'tanh', sigma: 0.3 },
  type: 'NoisyDense',
  input: [3, 2, 4],
  output: [3, 2, 2],
  weights: { kernel: [4, 2], kernelSigma: [4, 2], bias: [2], biasSigma: [2] },
  refusedInputs: [[]],
  refused: [
    [{ units: 0 }, /units must be an integer with units >= 1, got 0/],
    [{ units: 1, sigma: -1 }, /sigma must be a number with sigma >= 0, got -1/],
  ],
})

const kernel = [
  [1, -2],
  [0.5, 3],
]
const kernelSigma = [
  [0.1, 0.2],
  [0.4, 0.3],
]
const [bias, biasSigma] = [
  [0.5, -0.5],
  [0.2, 0.7],
]
const weights = {
  kernel: tensor(kernel),
  kernelSigma: tensor(kernelSigma),
  bias: tensor(bias),
  biasSigma: tensor(biasSigma),
}
const x = [
  [1, 2],
  [-1, 0.5],
]
/** (μ + σ ⊙ f(ε_in) f(ε_out)ᵀ)ᵀ x + μ_b + σ_b ⊙ f(ε_out), number by number. */
const plainly = (into: readonly number[], out: readonly number[]): number[] =>
  x.flatMap((row) =>
    out.map((noise, j) => {
      const f = (e: number): number => Math.sign(e) * Math.sqrt(Math.abs(e))
      const sum = row.reduce(
        (total, value, i) => total + value * (kernel[i]![j]! + kernelSigma[i]![j]! * f(into[i]!) * f(noise)),
        0,
      )
      return sum + bias[j]! + biasSigma[j]! * f(noise)
    }),
  )

test('noise is factorised, and shared by all examples; inference has none', () => {
  const layer = noisyDense({ units: 2 })
  const drawn = fixedRandom()
  const [into, out] = [drawn.normal([2]), drawn.normal([2])].map((value) =>
    Array.from(value.node.attributes.data as ArrayLike<number>),
  ) as [number[], number[]]
  const close = (found: readonly number[], wanted: readonly number[]): void => {
    for (const [i, value] of wanted.entries()) expect(found[i]).toBeCloseTo(value, 5)
  }
  close(runLayer(layer, tensor(x), weights, true).output, plainly(into, out))
  close(runLayer(layer, tensor(x), weights, false).output, plainly([0, 0], [0, 0]))
})

test('weights begin as section 3.2 says: means within one over the root of the inputs, noise of a constant size', () => {
  const specs = noisyDense({ units: 400, sigma: 0.5 }).weights([25])
  const filled = Object.fromEntries(
    specs.map(({ name, shape, initializer }) => [name, initializer.fill(shape, randomStream(3, name))]),
  )
  for (const name of ['kernel', 'bias']) {
    const numbers = Array.from(filled[name]!)
    expect(Math.max(...numbers.map(Math.abs))).toBeLessThanOrEqual(0.2 + 1e-6)
    expect(Math.max(...numbers)).toBeGreaterThan(0.19)
  }
  for (const name of ['kernelSigma', 'biasSigma'])
    expect(new Set(filled[name])).toEqual(new Set([Math.fround(0.5 / 5)]))
})
