// The margin loss, and what is asked of examples of several labels, against plain numbers.
import { describe, expect, it } from 'vitest'
import type { Value } from '../../src/graph/value.ts'
import { classesPresent, exactMatch, marginLoss, oneHot } from '../../src/losses/index.ts'
import { marginOfChance } from '../../src/objectives/capsules.ts'
import { ConfigError, ShapeError } from '../../src/util/errors.ts'
import { expectDerivatives } from '../support/differences.ts'
import { compute, fixed, literal, tensorOf, uniformTensor } from '../support/tensors.ts'

const lengths = uniformTensor([3, 4], 'lengths')
const labels = [
  [2, 0],
  [1, 3],
  [3, 2],
]
const present = labels.map((pair) => [0, 1, 2, 3].map((label) => Number(pair.includes(label))))

describe('the margin loss', () => {
  it('is the formula of the paper, summed over classes', () => {
    const plain = (upper: number, lower: number, lambda: number): number =>
      present.reduce(
        (sum, row, n) =>
          sum +
          row.reduce((all, t, k) => {
            const v = lengths.data[4 * n + k]!
            return all + t * Math.max(0, upper - v) ** 2 + lambda * (1 - t) * Math.max(0, v - lower) ** 2
          }, 0),
        0,
      ) / 3
    const target = literal(present)
    expect(compute(marginLoss(fixed(lengths), target))[0]).toBeCloseTo(plain(0.9, 0.1, 0.5), 12)
    const options = { present: 0.8, absent: 0.3, absentWeight: 2 }
    expect(compute(marginLoss(fixed(lengths), target, options))[0]).toBeCloseTo(plain(0.8, 0.3, 2), 12)
    expectDerivatives(({ x }) => marginLoss(x as Value, target), { x: lengths })
  })

  it('refuses margins that are no lengths, and a target of another shape', () => {
    expect(() => marginLoss(fixed(lengths), literal(present), { present: 1.5 })).toThrow(ConfigError)
    expect(() => marginLoss(fixed(lengths), literal([1, 0, 0]))).toThrow(ShapeError)
  })

  it('of one who knows nothing is the least that one length for all capsules can have', () => {
    for (const k of [1, 2]) {
      const target = literal([Array.from({ length: 10 }, (_, label) => Number(label < k))])
      const at = (length: number): number =>
        compute(marginLoss(fixed(tensorOf([1, 10], new Array(10).fill(length))), target))[0]!
      const lowest = Math.min(...Array.from({ length: 81 }, (_, i) => at(0.1 + i / 100)))
      expect(marginOfChance(10, k)).toBeLessThanOrEqual(lowest)
      expect(marginOfChance(10, k)).toBeCloseTo(lowest, 3)
    }
  })
})

describe('several labels', () => {
  const pairs = literal(labels, 'int64')

  it('are rows with a one each, and classes that are present', () => {
    expect(oneHot(pairs, 4).shape).toEqual([3, 2, 4])
    expect(compute(oneHot(literal([1, 0], 'int64'), 2))).toEqual([0, 1, 1, 0])
    expect(compute(classesPresent(pairs, 4))).toEqual(present.flat())
  })

  it('match exactly where the largest scores are theirs, in any order', () => {
    const scores = literal([
      [0.5, 0.1, 0.9, 0.2], // 2 and 0: right
      [0.9, 0.8, 0.1, 0.3], // 1 and 0: one of two
      [0.1, 0.2, 0.7, 0.8], // 2 and 3: right
    ])
    expect(compute(exactMatch(scores, pairs))[0]).toBeCloseTo(2 / 3, 12)
    expect(compute(exactMatch(scores, literal([2, 0, 1], 'int64')))[0]).toBeCloseTo(2 / 3, 12)
  })

  it('must be integers, one or a list for each example', () => {
    expect(() => exactMatch(literal(present), literal([[1], [2]], 'int64'))).toThrow(ShapeError)
    expect(() => classesPresent(literal([0.5]), 4)).toThrow(/labels must be integers/)
    expect(() => oneHot(literal([[[1]]], 'int64'), 4)).toThrow(/one label for each example/)
  })
})
