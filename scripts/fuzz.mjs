// Coverage-guided fuzzing of everything that reads files from strangers; faults are written to files and named.
// Usage: npm run fuzz -- [--target onnx|idx|safetensors|images|configs|logs|<kind>|all] [--seconds 60] [--seed 1]
//        [--keep]: adds what reached new code, up to 4 kB each, to test/fuzz/corpus
//        [--minimize]: no fuzzing; takes files out of the corpus that reach nothing beyond the smaller ones
// @ts-check
import { createHash } from 'node:crypto'
import { mkdir, rm, writeFile } from 'node:fs/promises'
import { fileURLToPath } from 'node:url'
import { parseArgs } from 'node:util'
import { build } from './lib/build.mjs'

const { values } = parseArgs({
  options: {
    target: { type: 'string', default: 'all' },
    seconds: { type: 'string', default: '60' },
    seed: { type: 'string', default: '1' },
    keep: { type: 'boolean', default: false },
    minimize: { type: 'boolean', default: false },
    largest: { type: 'string', default: '4096' },
  },
})
await build()
const { targetsNamed } = await import('./lib/fuzz/targets.mjs')
const { corpusOf } = await import('./lib/fuzz/seeds.mjs')
const { runWatched } = await import('./lib/fuzz/watched.mjs')

const kinds = targetsNamed(values.target)
if (kinds.length === 0)
  throw new Error(`no target "${values.target}"; there are ${targetsNamed('all').join(', ')}`)
const seconds = values.minimize ? 0.001 : Number(values.seconds) / kinds.length
const faults = fileURLToPath(new URL('../test/fuzz/faults/', import.meta.url))
const script = new URL('lib/fuzz/fuzz-child.mjs', import.meta.url)
let found = 0

/** @param {string} kind @param {string} fault @param {Uint8Array} bytes */
async function tell(kind, fault, bytes) {
  found++
  await mkdir(faults, { recursive: true })
  const path = `${faults}${kind}-${createHash('sha1').update(bytes).digest('hex').slice(0, 10)}`
  await writeFile(path, bytes)
  console.log(`FAULT ${kind}: ${fault}\n  in ${path} (${bytes.length} bytes)`)
}

for (const kind of kinds) {
  const pool = corpusOf(kind)
  const names = new Set(values.minimize ? [] : pool.map(({ name }) => name))
  const start = performance.now()
  const folder = fileURLToPath(new URL(`../test/fuzz/corpus/${kind}/`, import.meta.url))
  let [executions, slowest, covered, reached] = [0, 0, 0, 0]
  /** @type {Record<string, number>} */
  const outcomes = {}
  // A file that takes too much ends the process; the next goes on with another seed.
  for (let part = 0; performance.now() - start < 1000 * seconds; part++) {
    /** @type {any} */
    let last
    const left = seconds - (performance.now() - start) / 1000
    const seed = Number(values.seed) + 1000 * part
    /** @type {Promise<unknown>[]} */
    const writes = []
    const { fault, bytes } = await runWatched(
      script,
      { kind, seconds: left, seed, largest: Number(values.largest), pool },
      (message) => {
        if (message.type === 'progress') last = message
        else if (message.type === 'fault')
          writes.push(tell(kind, message.fault, Uint8Array.from(message.bytes)))
        else if (!names.has(message.name)) {
          names.add(message.name)
          const made = Uint8Array.from(message.bytes)
          pool.push({ name: message.name, bytes: made })
          if (values.keep || values.minimize)
            writes.push(
              mkdir(folder, { recursive: true }).then(() => writeFile(`${folder}${message.name}`, made)),
            )
        }
      },
    )
    await Promise.all(writes)
    if (values.minimize && !fault)
      for (const { name } of corpusOf(kind)) if (!names.has(name)) await rm(folder + name)
    executions += last?.executions ?? 0
    slowest = Math.max(slowest, last?.slowest ?? 0)
    covered = Math.max(covered, last?.covered ?? 0)
    reached = Math.max(reached, last?.pool ?? 0)
    for (const [name, n] of Object.entries(/** @type {Record<string, number>} */ (last?.outcomes ?? {})))
      outcomes[name] = (outcomes[name] ?? 0) + n
    if (fault) await tell(kind, fault, bytes ?? new Uint8Array())
  }
  const parts = Object.entries(outcomes).map(([name, n]) => `${n} ${name}`)
  console.log(
    `${kind}: ${executions} executions in ${seconds.toFixed(0)} s (${parts.join(', ')}), ${covered} characters of code reached by ${reached} files, slowest ${slowest.toFixed(0)} ms`,
  )
}
console.log(found === 0 ? 'no faults' : `${found} faults`)
process.exitCode = found === 0 ? 0 : 1
