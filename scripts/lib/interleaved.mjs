// Milliseconds per step of several variants of a training step, taken in turns.

import { median } from '../../bench/summary.mjs'
import { nodeEngine } from '../../dist/node.js'

/**
 * Every variant runs a call, then the next one, `rounds` times. All stay in memory meanwhile.
 *
 * @param {{ label: string, program: () => ReturnType<typeof import('../../bench/step-program.mjs').stepProgram> }[]} variants
 * @param {{ rounds?: number, seconds?: number }} [options]  `seconds` that one call of a variant should take, about
 * @returns {Promise<{ label: string, ms: number, low: number, high: number, batchSize: number }[]>}
 */
export async function interleaved(variants, { rounds = 5, seconds = 0.6 } = {}) {
  const opened = []
  for (const { label, program } of variants) {
    const { lowering, compiled, initial, prepare, batchSize } = program()
    const engine = await nodeEngine({ lowering })
    const loaded = await engine.compile(compiled)
    await loaded.write(initial())
    await loaded.advance(prepare(0, 1))
    const start = performance.now()
    await loaded.advance(prepare(0, 1))
    const steps = Math.max(1, Math.min(32, Math.round((seconds * 1e3) / (performance.now() - start))))
    opened.push({ label, engine, loaded, prepare, steps, batchSize, times: [] })
  }
  for (let round = 0; round < rounds; round++)
    for (const one of opened) {
      const feeds = one.prepare(round * one.steps, one.steps)
      const start = performance.now()
      await one.loaded.advance(feeds)
      one.times.push((performance.now() - start) / one.steps)
    }
  for (const { engine } of opened) await engine.close()
  return opened.map(({ label, times, batchSize }) => ({
    label,
    ms: median(times),
    low: Math.min(...times),
    high: Math.max(...times),
    batchSize,
  }))
}
