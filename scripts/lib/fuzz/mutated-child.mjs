// Reads mutated files of one kind in a process of its own, and measures each: outcome, seconds, memory.
// @ts-check
import { readFileSync, writeFileSync } from 'node:fs'
import { randomStream } from '../../../dist/index.js'
import { pick } from './mutate.mjs'
import { outcomeOf, TARGETS } from './targets.mjs'
import { announcer } from './watched.mjs'

/** Lets the system count the largest memory anew; false where it cannot. */
function restartPeak() {
  try {
    writeFileSync('/proc/self/clear_refs', '5')
    return true
  } catch {
    return false
  }
}

/** The largest memory since then, in bytes; without it, that of now. */
function peak() {
  try {
    return 1024 * Number(/VmHWM:\s+(\d+)/.exec(readFileSync('/proc/self/status', 'latin1'))?.[1])
  } catch {
    return process.memoryUsage.rss()
  }
}

/** @param {{ kind: string, seed: number, from: number, to: number, files: Uint8Array[], announce: string, folder: string }} task */
async function run({ kind, seed, from, to, files, announce, folder }) {
  const target = TARGETS[kind]
  if (!target) throw new Error(`no kind ${kind}`)
  const tokens = (target.tokens ?? []).map((text) => Uint8Array.from(text, (letter) => letter.charCodeAt(0)))
  const read = await target.open(folder)
  const said = announcer(announce)
  const originals = files.map((bytes) => new Uint8Array(bytes))
  for (let i = from; i < to; i++) {
    const random = randomStream(seed, `mutated ${kind}`, i)
    const bytes = target.mutate(pick(random, originals), random, pick(random, originals), tokens)
    restartPeak()
    said.begin(bytes)
    const start = performance.now()
    const { outcome, fault } = await outcomeOf(read, bytes)
    const seconds = (performance.now() - start) / 1000
    said.end()
    const memory = peak()
    if (memory > 300 * 2 ** 20) globalThis.gc?.()
    process.send?.({ index: i, outcome, seconds, memory, ...(fault ? { fault, bytes } : {}) })
  }
  said.close()
  process.disconnect()
}

process.once('message', (task) => {
  run(/** @type {any} */ (task)).catch((error) => {
    console.error(error)
    process.exit(1)
  })
})
