// Directions that change a function most, on functions whose directions are known.
import { expect, test } from 'vitest'
import { activeSubspace } from '../../src/metrics/index.ts'
import { randomStream } from '../../src/util/random.ts'

type Row = (x: readonly number[]) => number[]
const each =
  (row: Row) =>
  async (inputs: Float32Array, count: number): Promise<Float32Array> => {
    const d = inputs.length / count
    const rows = Array.from({ length: count }, (_, i) => row([...inputs.subarray(i * d, (i + 1) * d)]))
    return Float32Array.from(rows.flat())
  }
const normal = (n: number, d: number) => ({
  data: randomStream(1, 'test').fillNormal(new Float32Array(n * d)),
  shape: [n, d],
})
const close = (got: ArrayLike<number>, wanted: readonly number[], digits: number) => {
  expect(got.length).toBe(wanted.length)
  wanted.forEach((value, i) => {
    expect(got[i]).toBeCloseTo(value, digits)
  })
}

test('a linear map gives its right singular vectors, and shares of its squared singular values', async () => {
  // A = 3 u1 v1ᵀ + 1 u2 v2ᵀ with v1 = (1, 1, 0)/√2, v2 = (0, 0, 1), u1 = (0.6, 0.8, 0, 0), u2 = (0, 0, 1, 0).
  const root = Math.SQRT1_2
  const map = each(([a, b, c]) => {
    const first = 3 * root * (a! + b!)
    return [0.6 * first, 0.8 * first, c!, 5]
  })
  const { directions, shares, sensitivity } = await activeSubspace(map, normal(4, 3), { count: 8 })
  expect(directions).toHaveLength(3)
  close(directions[0]!, [root, root, 0], 3)
  close(directions[1]!, [0, 0, 1], 3)
  close(shares, [0.9, 0.1, 0], 3)
  expect(sensitivity).toBeCloseTo(10, 2)
})

test('a curved function gives the mean over the points, not the slope at one', async () => {
  // f = x² along (3, 4)/5, whose slope is 0 in the middle, and 0.5 y across it: E[(2x)²] = 4 for a normal x.
  const map = each(([a, b]) => [((3 * a! + 4 * b!) / 5) ** 2, 0.5 * ((4 * a! - 3 * b!) / 5)])
  const points = normal(4000, 2)
  const { directions, shares, sensitivity } = await activeSubspace(map, points, { count: 1, step: 0.01 })
  close(directions[0]!, [0.6, 0.8], 2)
  let squares = 0
  for (let i = 0; i < 4000; i++)
    squares += (3 * points.data[2 * i]! + 4 * points.data[2 * i + 1]!) ** 2 / 25 / 4000
  expect(sensitivity).toBeCloseTo(4 * squares + 0.25, 1)
  expect(shares[0]).toBeCloseTo((4 * squares) / (4 * squares + 0.25), 2)
})

test('a function that never changes has no sensitivity', async () => {
  const { shares, sensitivity } = await activeSubspace(
    each(() => [1, 2]),
    normal(3, 2),
    { count: 2 },
  )
  expect(sensitivity).toBe(0)
  expect(shares).toEqual([0, 0])
})

test('refuses outputs that do not fit', async () => {
  const points = normal(1, 2)
  await expect(activeSubspace(async () => new Float32Array(4), points, { count: 1 })).rejects.toThrow(
    '3 inputs need as many outputs of one length, got 4 numbers',
  )
  await expect(
    activeSubspace(async () => new Float32Array(3).fill(Number.NaN), points, { count: 1 }),
  ).rejects.toThrow('not finite')
})
