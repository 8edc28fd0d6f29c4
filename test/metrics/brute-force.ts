// Samples for the tests of measures, and the same measures in plain loops of float64.
import type { Samples } from '../../src/metrics/index.ts'
import { randomStream } from '../../src/util/random.ts'

/** Normal numbers [n, d], optionally moved and stretched. */
export const gaussian = (seed: number, n: number, d: number, { mean = 0, deviation = 1 } = {}): Samples => ({
  data: randomStream(seed, 'gaussian').fillNormal(new Float32Array(n * d), mean, deviation),
  shape: [n, d],
})

/** The rows in another order. */
export function shuffled({ data, shape }: Samples, seed = 1): Samples {
  const [n, d] = shape as [number, number]
  const order = randomStream(seed, 'shuffled').permutation(n)
  return { data: Float32Array.from(data, (_, i) => data[order[Math.floor(i / d)]! * d + (i % d)]!), shape }
}

/** n times the same row. */
export const constantRows = (row: readonly number[], n: number): Samples => ({
  data: Float32Array.from({ length: n * row.length }, (_, i) => row[i % row.length]!),
  shape: [n, row.length],
})

export const rowsIn = ({ data, shape }: Samples): number[][] =>
  Array.from({ length: shape[0]! }, (_, i) => Array.from(data.subarray(i * shape[1]!, (i + 1) * shape[1]!)))

export const distance = (a: readonly number[], b: readonly number[]): number =>
  Math.sqrt(a.reduce((sum, x, j) => sum + (x - b[j]!) ** 2, 0))

/** Precision, recall, density and coverage as their papers write them. */
export function plainManifolds(real: Samples, fake: Samples, k: number) {
  const [x, y] = [rowsIn(real), rowsIn(fake)]
  const radii = (set: number[][]): number[] =>
    set.map((a) => set.map((b) => distance(a, b)).toSorted((p, q) => p - q)[k]!)
  const [ofX, ofY] = [radii(x), radii(y)]
  const share = (marks: boolean[]): number => marks.filter(Boolean).length / marks.length
  return {
    precision: share(y.map((b) => x.some((a, i) => distance(a, b) < ofX[i]!))),
    recall: share(x.map((a) => y.some((b, j) => distance(a, b) < ofY[j]!))),
    density:
      y.reduce((sum, b) => sum + x.filter((a, i) => distance(a, b) < ofX[i]!).length, 0) / (k * y.length),
    coverage: share(x.map((a, i) => y.some((b) => distance(a, b) < ofX[i]!))),
  }
}

/** Unbiased MMD² of all samples under (x·y / d + 1)³. */
export function plainKid(real: Samples, fake: Samples): number {
  const [x, y] = [rowsIn(real), rowsIn(fake)]
  const kernel = (a: number[], b: number[]): number =>
    (a.reduce((sum, v, j) => sum + v * b[j]!, 0) / a.length + 1) ** 3
  const within = (set: number[][]): number => {
    let sum = 0
    set.forEach((a, i) => {
      set.forEach((b, j) => {
        if (i !== j) sum += kernel(a, b)
      })
    })
    return sum / (set.length * (set.length - 1))
  }
  let across = 0
  for (const a of x) for (const b of y) across += kernel(a, b)
  return within(x) + within(y) - (2 * across) / (x.length * y.length)
}
