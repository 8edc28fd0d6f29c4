// The floor of a step, and the table that tells of it.
import { expect, it } from 'vitest'
import { floorOf, limitsTable } from '../../bench/limits.mjs'

const rates = { multiplicationsPerSecond: 1e11, bytesPerSecond: 2e10 }

it('are products at the rate of the machine, and the state read and written once', () => {
  const floor = floorOf(rates, 5e9, { multiplications: 1e9, bytes: 4e8, operators: 100 }, 3e7, 26)
  expect(floor.productsMs).toBeCloseTo(10, 12)
  expect(floor.stateMs).toBeCloseTo(3, 12)
  expect(floor.timesFloor).toBeCloseTo(2, 12)
})

it('are a table whose lines are of one width, with the rates below', () => {
  const row = (model: string, ms: number) => ({
    ...{ model, ms },
    ...floorOf(rates, 5e9, { multiplications: 1e9, bytes: 4e8, operators: 100 }, 3e7, ms),
  })
  const lines = limitsTable({ rates, rows: [row('dcgan', 26), row('mlp-gan', 1234.5)] }).split('\n')
  expect(new Set(lines.slice(0, 3).map(({ length }) => length)).size).toBe(1)
  expect(lines[1]).toMatch(/^dcgan +26\.0 +5\.000 +1\.000 +10\.00 +30\.0 +3\.00 +13\.00 +2\.00 +400$/)
  expect(lines[4]).toContain('200 GFLOP/s')
  expect(lines[4]).toContain('20 GB/s')
})
