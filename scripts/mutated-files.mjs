// Reads many damaged files of every kind that strangers may give us: a clear error or a result, in bounded time and memory.
// Usage: node scripts/mutated-files.mjs [--files 10000] [--seed 1] [--kind onnx] [--only 17]
//        `--only` with `--kind` repeats one file by its number
// @ts-check
import { existsSync, readdirSync, readFileSync } from 'node:fs'
import { mkdir, writeFile } from 'node:fs/promises'
import { fileURLToPath } from 'node:url'
import { parseArgs } from 'node:util'
import { build } from './lib/build.mjs'

const { values } = parseArgs({
  options: {
    files: { type: 'string', default: '10000' },
    seed: { type: 'string', default: '1' },
    kind: { type: 'string', default: 'all' },
    only: { type: 'string' },
  },
})
await build()
const { corpusOf, seedsOf } = await import('./lib/fuzz/seeds.mjs')
const { targetsNamed } = await import('./lib/fuzz/targets.mjs')
const { MOST, runWatched } = await import('./lib/fuzz/watched.mjs')

const script = new URL('lib/fuzz/mutated-child.mjs', import.meta.url)
const faultsFolder = fileURLToPath(new URL('../test/fuzz/faults/', import.meta.url))
/** Trained networks beside the repository, where there are some: real files are larger than seeds. */
const models = new URL('../../shared/models/', import.meta.url)

/** @param {string} kind */
async function originalsOf(kind) {
  const real =
    kind === 'onnx' && existsSync(models)
      ? readdirSync(models)
          .filter((name) => name.endsWith('.onnx'))
          .map((name) => new Uint8Array(readFileSync(new URL(name, models))))
      : []
  const seeds = await seedsOf(kind)
  // Of every four: one real, one made by us, two of the corpus, where there are such.
  const corpus = corpusOf(kind).map(({ bytes }) => bytes)
  const share = Math.max(Math.ceil(corpus.length / 3), 1)
  const times = (/** @type {Uint8Array[]} */ list) =>
    list.length === 0 ? [] : Array.from({ length: share }, (_, i) => list[i % list.length])
  return [...times(real), ...times(seeds), ...corpus]
}

const kinds = targetsNamed(values.kind)
// ONNX and images have more to go wrong than the small records.
const weights = kinds.map((kind) => ({ onnx: 6, images: 3, safetensors: 2, idx: 2 })[kind] ?? 1)
const whole = weights.reduce((a, b) => a + b, 0)
let left = Number(values.files)
/** @type {string[][]} */
const rows = [['kind', 'files', 'results', 'clear errors', 'faults', 'slowest', 'most memory']]
let faults = 0
let seconds = 0
const totals = { files: 0, results: 0, errors: 0 }

for (const [k, kind] of kinds.entries()) {
  const count =
    k === kinds.length - 1
      ? left
      : Math.round((Number(values.files) * /** @type {number} */ (weights[k])) / whole)
  left -= count
  const files = await originalsOf(kind)
  /** @type {Record<string, number>} */
  const outcomes = {}
  let [slowest, most, next] = [
    { seconds: 0, index: -1 },
    { memory: 0, index: -1 },
    values.only ? Number(values.only) : 0,
  ]
  const to = values.only ? next + 1 : count
  const start = performance.now()
  /** @param {number} index @param {string} fault @param {Uint8Array} bytes */
  const tell = async (index, fault, bytes) => {
    faults++
    outcomes.fault = (outcomes.fault ?? 0) + 1
    await mkdir(faultsFolder, { recursive: true })
    await writeFile(`${faultsFolder}${kind}-${values.seed}-${index}`, bytes)
    console.log(`FAULT ${kind} ${index}: ${fault}`)
  }
  while (next < to) {
    /** @type {Promise<void>[]} */
    const told = []
    const { fault, bytes } = await runWatched(
      script,
      { kind, seed: Number(values.seed), from: next, to, files },
      (message) => {
        next = message.index + 1
        if (message.seconds > slowest.seconds) slowest = message
        if (message.memory > most.memory) most = message
        const tooMuch =
          message.memory > MOST.bytes
            ? `takes ${(message.memory / 2 ** 20).toFixed(0)} MiB of memory`
            : undefined
        const wrong = message.fault ?? tooMuch
        if (wrong) told.push(tell(message.index, wrong, message.bytes ?? new Uint8Array()))
        else outcomes[message.outcome] = (outcomes[message.outcome] ?? 0) + 1
      },
    )
    await Promise.all(told)
    if (fault) await tell(next++, fault, bytes ?? new Uint8Array())
  }
  seconds += (performance.now() - start) / 1000
  const { result = 0, fault = 0, ...errors } = outcomes
  const failed = Object.values(errors).reduce((a, b) => a + b, 0)
  totals.files += count
  totals.results += result
  totals.errors += failed
  rows.push([
    kind,
    String(to - (values.only ? to - 1 : 0)),
    String(result),
    Object.entries(errors)
      .sort(([, a], [, b]) => b - a)
      .map(([name, n]) => `${n} ${name}`)
      .join(', '),
    String(fault),
    `${(1000 * slowest.seconds).toFixed(0)} ms (${slowest.index})`,
    `${(most.memory / 2 ** 20).toFixed(0)} MiB (${most.index})`,
  ])
}
rows.splice(1, 0, rows[0]?.map(() => '---') ?? [])
for (const row of rows) console.log(`| ${row.join(' | ')} |`)
console.log(
  `${totals.files} files, seed ${values.seed}: ${totals.results} results, ${totals.errors} clear errors, ${faults} faults (${seconds.toFixed(0)} s)`,
)
process.exitCode = faults === 0 ? 0 : 1
