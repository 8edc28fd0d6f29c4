// The plane of largest variance, on samples whose directions are known.
import { afterAll, beforeAll, expect, test } from 'vitest'
import { principalPlane } from '../../src/metrics/index.ts'
import type { Engine } from '../../src/runtime/engine.ts'
import { nodeEngine } from '../../src/runtime/node.ts'

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

test('refuses what has no plane', async () => {
  await expect(principalPlane(engine, { data: new Float32Array(3), shape: [3, 1] })).rejects.toThrow(
    'a plane needs at least 2 numbers per sample, got 1',
  )
  await expect(principalPlane(engine, { data: new Float32Array(3), shape: [1, 3] })).rejects.toThrow(
    'samples has 1 samples, expected at least 2',
  )
})
