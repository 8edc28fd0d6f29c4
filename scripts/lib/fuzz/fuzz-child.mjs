// The fuzzer's loop in a process of its own: mutates what reached new code, and keeps what reaches more.
// @ts-check
import { createHash } from 'node:crypto'
import { startCoverage } from './coverage.mjs'
import { announcer } from './watched.mjs'

/** Mutants between two looks at the coverage: a look costs as much as some of them. */
const BATCH = 32

/** @param {{ kind: string, seconds: number, seed: number, largest: number, pool: { bytes: Uint8Array }[], announce: string, folder: string }} task */
async function run({ kind, seconds, seed, largest, pool: given, announce, folder }) {
  const coverage = startCoverage(/\/dist\/|protobufjs/)
  const { TARGETS, outcomeOf } = await import('./targets.mjs')
  const { seedsOf } = await import('./seeds.mjs')
  const { randomStream } = await import('../../../dist/index.js')
  const target = TARGETS[kind]
  if (!target) throw new Error(`no target ${kind}`)
  const tokens = (target.tokens ?? []).map((text) => Uint8Array.from(text, (letter) => letter.charCodeAt(0)))
  const read = await target.open(folder)
  const said = announcer(announce)
  const random = randomStream(seed, `fuzz ${kind}`)
  const deadline = performance.now() + 1000 * seconds
  /** @type {Uint8Array<ArrayBuffer>[]} */
  const pool = []
  /** @type {Record<string, number>} */
  const outcomes = {}
  const known = new Set()
  let executions = 0
  let slowest = 0
  const send = (/** @type {object} */ message) => process.send?.(message)

  /** @param {Uint8Array<ArrayBuffer>} bytes */
  const execute = async (bytes) => {
    said.begin(bytes)
    const start = performance.now()
    const { outcome, fault } = await outcomeOf(read, bytes)
    slowest = Math.max(slowest, performance.now() - start)
    said.end()
    executions++
    outcomes[outcome] = (outcomes[outcome] ?? 0) + 1
    if (process.memoryUsage.rss() > 400 * 2 ** 20) globalThis.gc?.()
    // One of each kind: where it was thrown, without numbers.
    const signature = fault?.replace(/\d+/g, 'n')
    if (fault && !known.has(signature)) {
      known.add(signature)
      send({ type: 'fault', fault, bytes })
    }
  }
  const keep = (/** @type {Uint8Array<ArrayBuffer>} */ bytes) => {
    pool.push(bytes)
    send({ type: 'kept', name: createHash('sha1').update(bytes).digest('hex').slice(0, 10), bytes })
  }
  const report = () =>
    send({ type: 'progress', executions, outcomes, slowest, covered: coverage.covered(), pool: pool.length })

  await execute(new Uint8Array(0))
  coverage.take()
  // Whole files are worth mutating even where they reach no code that others do not: most of it may be in a library.
  for (const bytes of await seedsOf(kind)) {
    await execute(bytes)
    pool.push(bytes)
  }
  coverage.take()
  const starts = given.map(({ bytes }) => new Uint8Array(bytes))
  for (const bytes of starts.sort((a, b) => a.length - b.length)) {
    await execute(bytes)
    if (coverage.take()) keep(bytes)
  }
  let told = performance.now()
  while (performance.now() < deadline) {
    const mutants = Array.from({ length: BATCH }, () => {
      // The newest finds half of the time.
      const recent = random.integer(2) ? Math.max(pool.length - 16, 0) : 0
      const parent = pool[recent + random.integer(pool.length - recent)] ?? new Uint8Array(0)
      const other = pool[random.integer(pool.length)] ?? parent
      return target.mutate(parent, random, other, tokens).slice(0, largest)
    })
    for (const bytes of mutants) await execute(bytes)
    if (performance.now() - told > 5000) {
      told = performance.now()
      report()
    }
    if (!coverage.take(false)) continue
    // Something in the batch is new: once more one by one, to see which.
    for (const bytes of mutants) {
      await execute(bytes)
      if (coverage.take()) keep(bytes)
    }
  }
  report()
  said.close()
  process.disconnect()
}

process.once('message', (task) => {
  run(/** @type {any} */ (task)).catch((error) => {
    console.error(error)
    process.exit(1)
  })
})
