// The experiment whose numbers the reference implementation publishes: 10,000 against 10,000 of N(0, I) in 1000
// dimensions. `npm run conformance`; a short version of it is in `manifolds.test.ts`.
import { afterAll, beforeAll, expect, it } from 'vitest'
import { densityCoverage, neighbourhoods, precisionRecall } from '../../src/metrics/index.ts'
import type { Engine } from '../../src/runtime/engine.ts'
import { nodeEngine } from '../../src/runtime/node.ts'
import { gaussian } from './brute-force.ts'

let engine: Engine
beforeAll(async () => {
  engine = await nodeEngine()
})
afterAll(() => engine.close())

it('precision, recall, density and coverage of Gaussians agree with the published draw', async () => {
  const real = await neighbourhoods(engine, gaussian(1, 10_000, 1000))
  const fake = gaussian(2, 10_000, 1000)
  const { precision, recall } = await precisionRecall(engine, real, fake, { k: 5 })
  const { density, coverage } = await densityCoverage(engine, real, fake, { k: 5 })
  // Over six draws of ours the standard deviations were .007, .008, .05 and .004; each side is one draw.
  expect(Math.abs(precision.value! - 0.4772)).toBeLessThan(3 * Math.SQRT2 * 0.007)
  expect(Math.abs(recall.value! - 0.4705)).toBeLessThan(3 * Math.SQRT2 * 0.008)
  expect(Math.abs(density.value! - 1.0555)).toBeLessThan(3 * Math.SQRT2 * 0.05)
  expect(Math.abs(coverage.value! - 0.9735)).toBeLessThan(3 * Math.SQRT2 * 0.004)
}, 300_000)
