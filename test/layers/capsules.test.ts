// Layers of capsules: their contracts, and routing and squashing against plain numbers.
import { describe, expect, test } from 'vitest'
import type { Tensor } from '../../src/graph/value.ts'
import { input, sortNodes } from '../../src/graph/value.ts'
import {
  capsuleLength,
  dynamicRouting,
  primaryCapsules,
  selfAttentionRouting,
  squash,
} from '../../src/layers/index.ts'
import { layerContract, noRandom, runLayer, someWeights } from '../contracts/layer.ts'
import { normalTensor, tensor, tensorOf } from '../support/tensors.ts'

layerContract({
  make: squash,
  options: { axis: 1, form: 'exponential' } as const,
  type: 'Squash',
  input: [2, 3, 2],
  output: [2, 3, 2],
  refusedInputs: [[]],
  refused: [
    [{ form: 'cubic' }, /unknown form "cubic"/],
    [{ axis: 0.5 }, /axis/],
  ],
})
layerContract({
  make: capsuleLength,
  options: {},
  type: 'CapsuleLength',
  input: [2, 3, 4],
  output: [2, 3],
  refusedInputs: [[4]],
})
layerContract({
  make: primaryCapsules,
  options: { capsules: 2, dimension: 3, kernelSize: 2, strides: 2 },
  type: 'PrimaryCapsules',
  input: [2, 4, 5, 2],
  output: [2, 8, 3],
  weights: { kernel: [2, 2, 2, 6], bias: [6] },
  refusedInputs: [
    [4, 4],
    [1, 4, 2],
  ],
  refused: [[{ capsules: 0 }, /capsules must be an integer with capsules >= 1, got 0/]],
})
layerContract({
  make: primaryCapsules,
  options: {
    capsules: 2,
    dimension: 2,
    kernelSize: 3,
    strides: 2,
    depthwise: true,
    form: 'exponential',
  } as const,
  type: 'PrimaryCapsules',
  input: [2, 4, 3, 4],
  output: [2, 2, 2],
  weights: { kernel: [3, 3, 1, 4], bias: [4] },
  refusedInputs: [[4, 3, 5]],
})
layerContract({
  make: dynamicRouting,
  options: { capsules: 3, dimension: 2, routings: 2 },
  type: 'DynamicRouting',
  input: [2, 4, 3],
  output: [2, 3, 2],
  weights: { kernel: [4, 3, 3, 2] },
  refusedInputs: [[4], [2, 2, 3]],
  refused: [[{ routings: 0 }, /routings must be an integer with routings >= 1, got 0/]],
})
layerContract({
  make: selfAttentionRouting,
  options: { capsules: 3, dimension: 2 },
  type: 'SelfAttentionRouting',
  input: [2, 4, 3],
  output: [2, 3, 2],
  weights: { kernel: [4, 3, 3, 2], bias: [4, 3] },
  refusedInputs: [[4]],
  refused: [[{ dimension: 1.5 }, /dimension/]],
})

type Vector = readonly number[]
const length = (v: Vector): number => Math.hypot(...v)
const sum = (list: readonly Vector[]): Vector =>
  list[0]!.map((_, i) => list.reduce((all, v) => all + v[i]!, 0))
const dot = (a: Vector, b: Vector): number => a.reduce((all, x, i) => all + x * b[i]!, 0)
const times = (v: Vector, by: number): Vector => v.map((x) => x * by)
const softmaxOf = (row: Vector): Vector => {
  const all = row.map(Math.exp)
  return all.map((x) => x / all.reduce((total, y) => total + y, 0))
}
const FORMS = {
  quadratic: (s: Vector): Vector => times(s, length(s) ** 2 / (1 + length(s) ** 2) / length(s)),
  exponential: (s: Vector): Vector => times(s, (1 - Math.exp(-length(s))) / length(s)),
}

describe('squashing', () => {
  test.each(['quadratic', 'exponential'] as const)('of the form %s is the formula of its paper', (form) => {
    const x = normalTensor([5, 4], 'x')
    const rows = Array.from({ length: 5 }, (_, i) => Array.from(x.data.slice(4 * i, 4 * i + 4)))
    const found = runLayer(squash({ form }), x, {}, true).output
    rows.flatMap(FORMS[form]).forEach((wanted, i) => {
      expect(found[i]!).toBeCloseTo(wanted, 6)
    })
  })

  test('goes along the axis that holds a vector, which on the wrong one gives other numbers', () => {
    const x = tensor([
      [
        [3, 0],
        [4, 0],
      ],
    ])
    const along = (axis: number): number[] => runLayer(squash({ axis }), x, {}, true).output
    // Along axis 1 the vector is (3, 4), of length 5; along the last one (3, 0) and (4, 0).
    expect(along(1).map((v) => v + 0)).toEqual(
      [(3 * 5) / 26, 0, (4 * 5) / 26, 0].map((v) => expect.closeTo(v, 6)),
    )
    expect(along(-1)).toEqual([9 / 10, 0, 16 / 17, 0].map((v) => expect.closeTo(v, 6)))
  })

  test('leaves a vector of zeros at zero', () => {
    expect(runLayer(squash(), tensorOf([1, 3], [0, 0, 0]), {}, true).output).toEqual([0, 0, 0])
  })
})

/** Lower capsules of each example, and what they predict of the upper ones: [n][lower][upper]. */
function predicted(x: Tensor, kernel: Tensor): Vector[][][] {
  const [n, lower, d] = x.shape as [number, number, number]
  const [, , upper, dimension] = kernel.shape as [number, number, number, number]
  return Array.from({ length: n }, (_, i) =>
    Array.from({ length: lower }, (_, j) =>
      Array.from({ length: upper }, (_, k) =>
        Array.from({ length: dimension }, (_, z) =>
          Array.from({ length: d }).reduce<number>(
            (all, _, q) =>
              all +
              x.data[(i * lower + j) * d + q]! * kernel.data[((j * d + q) * upper + k) * dimension + z]!,
            0,
          ),
        ),
      ),
    ),
  )
}

describe('routing', () => {
  const x = normalTensor([3, 5, 4], 'lower')
  const options = { capsules: 3, dimension: 2 }

  test.each([1, 2, 3])('by agreement is the procedure of the paper, in %d rounds', (routings) => {
    const layer = dynamicRouting({ ...options, routings })
    const kernel = normalTensor([5, 4, 3, 2], 'kernel')
    const found = runLayer(layer, x, { kernel }, true).output
    const wanted = predicted(x, kernel).flatMap((said) => {
      // Logits begin at 0 for each image.
      const logits = said.map((row) => row.map(() => 0))
      let upper: Vector[] = []
      for (let round = 0; round < routings; round++) {
        const shares = logits.map(softmaxOf)
        upper = Array.from({ length: 3 }, (_, k) =>
          FORMS.quadratic(sum(said.map((row, j) => times(row[k]!, shares[j]![k]!)))),
        )
        said.forEach((row, j) => {
          row.forEach((vector, k) => {
            logits[j]![k]! += dot(vector, upper[k]!)
          })
        })
      }
      return upper.flat()
    })
    wanted.forEach((value, i) => {
      expect(found[i]!).toBeCloseTo(value, 6)
    })
  })

  test('by self-attention is one pass, with the bias after the softmax', () => {
    const kernel = normalTensor([5, 4, 3, 2], 'kernel')
    const bias = normalTensor([5, 3], 'bias')
    const found = runLayer(selfAttentionRouting(options), x, { kernel, bias }, true).output
    const wanted = predicted(x, kernel).flatMap((said) => {
      const shares = said.map((row, j) => {
        const products = row.map((vector, k) => said.reduce((all, other) => all + dot(vector, other[k]!), 0))
        return softmaxOf(products.map((p) => p / Math.sqrt(2))).map((c, k) => c + bias.data[j * 3 + k]!)
      })
      return Array.from({ length: 3 }, (_, k) =>
        FORMS.exponential(sum(said.map((row, j) => times(row[k]!, shares[j]![k]!)))),
      ).flat()
    })
    wanted.forEach((value, i) => {
      expect(found[i]!).toBeCloseTo(value, 6)
    })
  })

  test('in one round asks no softmax: every upper capsule gets as much', () => {
    const layer = dynamicRouting({ ...options, routings: 1 })
    const weights = { kernel: input('kernel', [5, 4, 3, 2]) }
    const { output } = layer.call({ input: input('x', [3, 5, 4]), weights, training: true, random: noRandom })
    expect(sortNodes([output]).map(({ op }) => op)).not.toContain('Exp')
    expect(someWeights(layer, [5, 4]).kernel!.shape).toEqual([5, 4, 3, 2])
  })
})
