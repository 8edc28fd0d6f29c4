// Lays out what a disk may keep of a run's changes after a power cut, and continues each: the test, with more states.
// Usage: node scripts/power-cuts.mjs [--combinations 2000] [--recoveries 40]
// `combinations`: tried at each moment; `recoveries`: runs whose recovery is cut as well.
import { parseArgs } from 'node:util'
import { runNode } from './lib/run.mjs'

const { values } = parseArgs({
  options: {
    combinations: { type: 'string', default: '2000' },
    recoveries: { type: 'string', default: '40' },
  },
})
process.env.SPARRING_POWER_CUT_COMBINATIONS = values.combinations
process.env.SPARRING_POWER_CUT_RECOVERIES = values.recoveries
const test = 'test/lifecycle/power-cut.test.ts'
process.exitCode = await runNode('node_modules/vitest/vitest.mjs', 'run', test)
