// The inception score of known probabilities.
import { describe, expect, it } from 'vitest'
import { inceptionScore, type Samples } from '../../src/metrics/index.ts'
import { randomStream } from '../../src/util/random.ts'

const oneHot = (labels: readonly number[], classes: number): Samples => ({
  data: Float32Array.from({ length: labels.length * classes }, (_, i) =>
    labels[Math.floor(i / classes)] === i % classes ? 1 : 0,
  ),
  shape: [labels.length, classes],
})
const cycle = Array.from({ length: 200 }, (_, i) => i % 10)

describe('inceptionScore', () => {
  it('is the number of classes for sure and evenly varied samples', () => {
    const { value, spread, n } = inceptionScore(oneHot(cycle, 10))
    expect(value).toBeCloseTo(10, 6)
    expect(spread).toBeCloseTo(0, 6)
    expect(n).toEqual({ samples: 200 })
  })

  it('is 1 for a collapse, and for a classifier that is never sure', () => {
    expect(
      inceptionScore(
        oneHot(
          cycle.map(() => 3),
          10,
        ),
      ).value,
    ).toBeCloseTo(1, 6)
    const unsure = { data: new Float32Array(2000).fill(0.1), shape: [200, 10] }
    expect(inceptionScore(unsure).value).toBeCloseTo(1, 5)
  })

  it('is exp of the mutual information of sample and class', () => {
    // Rows (.9, .1) and (.1, .9) in turn: KL from (.5, .5) is ln 2 + .9 ln .9 + .1 ln .1.
    const rows = {
      data: Float32Array.from({ length: 80 }, (_, i) => ([0.9, 0.1, 0.1, 0.9] as const)[i % 4]!),
      shape: [40, 2],
    }
    const expected = 2 * 0.9 ** 0.9 * 0.1 ** 0.1
    expect(inceptionScore(rows).value).toBeCloseTo(expected, 5)
  })

  it('does not depend on the order within a single split', () => {
    const data = randomStream(1, 'p').fillUniform(new Float32Array(90))
    for (let i = 0; i < 30; i++) {
      const row = data.subarray(3 * i, 3 * i + 3)
      const sum = row.reduce((a, b) => a + b, 0)
      row.forEach((p, j) => {
        row[j] = p / sum
      })
    }
    const turned = Float32Array.from(data, (_, i) => data[3 * (29 - Math.floor(i / 3)) + (i % 3)]!)
    const score = (p: Float32Array) => inceptionScore({ data: p, shape: [30, 3] }, { splits: 1 }).value
    expect(score(turned)).toBeCloseTo(score(data)!, 10)
  })

  it('refuses logits, NaN, and fewer samples than splits', () => {
    expect(() =>
      inceptionScore({ data: Float32Array.of(2, -1, 0.5, 0.5), shape: [2, 2] }, { splits: 1 }),
    ).toThrow(
      'inceptionScore: row 0 of probabilities must be 0 or more and sum to 1, got numbers from -1 to 2 that sum to 1; apply softmax to logits first',
    )
    expect(() => inceptionScore({ data: Float32Array.of(Number.NaN, 1), shape: [1, 2] })).toThrow(
      'inceptionScore: probabilities holds NaN in row 0, column 0',
    )
    expect(() => inceptionScore(oneHot([0, 1], 2))).toThrow(
      'inceptionScore: probabilities has 2 samples, expected at least 10 for 10 splits; draw more',
    )
  })
})
