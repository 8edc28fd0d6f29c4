// Probes of features: the search for a minimum, logistic regression and votes of neighbours, against plain computations.
import { describe, expect, it } from 'vitest'
import { lbfgs } from '../../src/metrics/lbfgs.ts'
import { linearProbe, scaling } from '../../src/metrics/linear-probe.ts'
import { nearestLabels } from '../../src/metrics/nearest-labels.ts'
import { nodeEngine } from '../../src/runtime/node.ts'
import { ShapeError } from '../../src/util/errors.ts'
import { randomStream } from '../../src/util/random.ts'

const [N, M, D, CLASSES] = [30, 60, 3, 3]
const random = randomStream(1, 'probes')
/** Clouds that overlap, far from the origin. */
const cloud = (count: number): { data: Float32Array; labels: Uint8Array } => {
  const labels = Uint8Array.from({ length: count }, (_, i) => i % CLASSES)
  const data = Float32Array.from(
    { length: count * D },
    (_, at) => 5 + random.normal() + (labels[Math.floor(at / D)] === at % D ? 1.5 : 0),
  )
  return { data, labels }
}
const learned = cloud(N)
const asked = cloud(M)
const sides = {
  learned: { data: learned.data, shape: [N, D] },
  labels: learned.labels,
  asked: { data: asked.data, shape: [M, D] },
}
const rowOf = (data: Float32Array, i: number): number[] => Array.from(data.subarray(i * D, (i + 1) * D))
const largestOf = (values: readonly number[]): number => values.indexOf(Math.max(...values))

describe('L-BFGS', () => {
  it('finds the end of a bent valley', async () => {
    const found = await lbfgs(Float64Array.from([-1.2, 1]), { steps: 100, tolerance: 1e-9 }, async (at) => {
      const [x, y] = [at[0]!, at[1]!]
      return {
        value: (1 - x) ** 2 + 100 * (y - x * x) ** 2,
        gradient: Float64Array.from([-2 * (1 - x) - 400 * x * (y - x * x), 200 * (y - x * x)]),
      }
    })
    expect(found[0]).toBeCloseTo(1, 6)
    expect(found[1]).toBeCloseTo(1, 6)
  })

  it('stays where there is no slope', async () => {
    const start = Float64Array.from([3])
    const found = await lbfgs(start, { steps: 5 }, async () => ({
      value: 1,
      gradient: Float64Array.from([0]),
    }))
    expect(found).toEqual(start)
  })
})

describe('on the runtime', () => {
  const engine = nodeEngine({ threads: 1 })

  it('a linear probe names as the minimum of penalised cross-entropy does', async () => {
    const penalty = 3
    const named = await linearProbe(await engine, sides, { classes: CLASSES, penalty })
    // Plain descent in double precision, far longer than needed.
    const scaled = scaling({ data: learned.data, n: N, d: D })
    const x = scaled({ data: learned.data, n: N, d: D })
    const weights = new Float64Array((D + 1) * CLASSES)
    const logitsAt = (row: readonly number[]): number[] =>
      Array.from({ length: CLASSES }, (_, c) =>
        row.reduce((sum, value, j) => sum + value * weights[j * CLASSES + c]!, weights[D * CLASSES + c]!),
      )
    for (let step = 0; step < 3000; step++) {
      const slope = weights.map((w, at) => (at < D * CLASSES ? (penalty * w) / N : 0))
      for (let i = 0; i < N; i++) {
        const row = rowOf(x, i)
        const raised = logitsAt(row).map(Math.exp)
        const sum = raised.reduce((a, b) => a + b)
        raised.forEach((value, c) => {
          const error = (value / sum - (learned.labels[i] === c ? 1 : 0)) / N
          row.forEach((one, j) => {
            slope[j * CLASSES + c]! += error * one
          })
          slope[D * CLASSES + c]! += error
        })
      }
      slope.forEach((one, at) => {
        weights[at]! -= 0.5 * one
      })
    }
    const given = scaled({ data: asked.data, n: M, d: D })
    const logits = Array.from({ length: M }, (_, i) => logitsAt(rowOf(given, i)))
    // Two that are nearly equal may fall either way.
    const clear = logits.map((each) => {
      const [first, second] = each.toSorted((a, b) => b - a)
      return first! - second! > 0.01
    })
    expect(clear.filter((one) => one).length).toBeGreaterThan(M - 5)
    logits.forEach((each, i) => {
      if (clear[i]) expect(named[i], String(i)).toBe(largestOf(each))
    })
    const right = named.filter((label, i) => label === asked.labels[i]).length
    expect(right).toBeGreaterThan(0.6 * M)
  })

  it('neighbours vote by their cosine', async () => {
    const [k, temperature] = [4, 0.05]
    const named = await nearestLabels(await engine, sides, { classes: CLASSES, k, temperature })
    const cosine = (a: readonly number[], b: readonly number[]): number => {
      const dot = (p: readonly number[], q: readonly number[]) => p.reduce((s, v, i) => s + v * q[i]!, 0)
      return dot(a, b) / Math.sqrt(dot(a, a) * dot(b, b))
    }
    for (let i = 0; i < M; i++) {
      const near = Array.from({ length: N }, (_, j) => ({
        label: learned.labels[j]!,
        cosine: cosine(rowOf(asked.data, i), rowOf(learned.data, j)),
      }))
        .sort((a, b) => b.cosine - a.cosine)
        .slice(0, k)
      const votes = Array.from({ length: CLASSES }, (_, c) =>
        near.reduce((sum, one) => sum + (one.label === c ? Math.exp(one.cosine / temperature) : 0), 0),
      )
      expect(named[i], String(i)).toBe(largestOf(votes))
    }
  })

  it('a label for each of the features is wanted', async () => {
    const few = { ...sides, labels: learned.labels.subarray(1) }
    await expect(linearProbe(await engine, few, { classes: CLASSES })).rejects.toThrow(ShapeError)
    await expect(nearestLabels(await engine, few, { classes: CLASSES })).rejects.toThrow(
      'expected 30 labels, one for each of the features, got 29',
    )
    await (await engine).close()
  })
})
