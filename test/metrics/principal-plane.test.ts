// The plane of largest variance, on samples whose directions are known.
import { afterAll, beforeAll, expect, test } from 'vitest'
import { principalPlane } from '../../src/metrics/index.ts'
import type { Engine } from '../../src/runtime/engine.ts'
import { nodeEngine } from '../../src/runtime/node.ts'
import { randomStream } from '../../src/util/random.ts'

let engine: Engine
beforeAll(async () => {
  engine = await nodeEngine({ threads: 1 })
})
afterAll(() => engine.close())

test('finds directions, deviations and their share of the variance', async () => {
  // Corners of a box around (5, 6, 7): 3 along (1, 1, 0)/√2, 2 along the third axis, 1 along (1, -1, 0)/√2.
  const root = Math.SQRT1_2
  const rows = [-1, 1].flatMap((a) =>
    [-1, 1].flatMap((b) => [-1, 1].map((c) => [5 + root * (3 * a + c), 6 + root * (3 * a - c), 7 + 2 * b])),
  )
  const plane = await principalPlane(engine, { data: Float32Array.from(rows.flat()), shape: [8, 3] })
  const close = (got: Float64Array, wanted: number[]) =>
    wanted.forEach((value, i) => {
      expect(got[i]).toBeCloseTo(value, 5)
    })
  close(plane.mean, [5, 6, 7])
  close(plane.directions[0], [root, root, 0])
  close(plane.directions[1], [0, 0, 1])
  expect(plane.deviations[0] ** 2).toBeCloseTo((9 * 8) / 7, 5)
  expect(plane.deviations[1] ** 2).toBeCloseTo((4 * 8) / 7, 5)
  expect(plane.share).toBeCloseTo(13 / 14, 5)
})

test('of more numbers than a covariance is taken apart for, finds the same', async () => {
  // Noise in 40 numbers with three strong directions, which 160 numbers have too: each four times, halved.
  const random = randomStream(3, 'plane')
  const [n, d] = [60, 40]
  const few = new Float32Array(n * d)
  for (let i = 0; i < n; i++) {
    const parts = [5 * random.normal(), 3 * random.normal(), 2.5 * random.normal()]
    for (let j = 0; j < d; j++)
      few[i * d + j] = parts.reduce(
        (sum, part, k) => sum + part * Math.cos((k + 1) * j),
        0.3 * random.normal(),
      )
  }
  const many = new Float32Array(n * 4 * d)
  for (let at = 0; at < many.length; at++) many[at] = few[Math.floor(at / 4)]! / 2
  const [small, large] = await Promise.all([
    principalPlane(engine, { data: few, shape: [n, d] }),
    principalPlane(engine, { data: many, shape: [n, 4 * d] }),
  ])
  expect(large.share).toBeCloseTo(small.share, 9)
  for (const axis of [0, 1] as const) {
    expect(large.deviations[axis]).toBeCloseTo(small.deviations[axis], 9)
    small.directions[axis].forEach((value, j) => {
      expect(large.directions[axis][4 * j]).toBeCloseTo(value / 2, 6)
    })
  }
})

test('refuses what has no plane', async () => {
  await expect(principalPlane(engine, { data: new Float32Array(3), shape: [3, 1] })).rejects.toThrow(
    'a plane needs at least 2 numbers per sample, got 1',
  )
  await expect(principalPlane(engine, { data: new Float32Array(3), shape: [1, 3] })).rejects.toThrow(
    'samples has 1 samples, expected at least 2',
  )
})
