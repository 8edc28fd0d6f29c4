// Trains the runs that docs/comparison.md is about, as many at once as there are cores, one thread each, and compares
// them. What is finished stays, what was interrupted goes on: call it again until it is done. Ctrl-C stops in good order.
// Usage: node scripts/comparison-study.mjs [--models mlp-gan,dcgan,vae,vae-conv] [--seeds 1,2,3] [--runs <folder>]
//        [--jobs <n>] [--data mnist] [--steps <n>]
// Writes comparison.html and numbers.json into the folder (default: runs), and what trainings say into <run>.log.
import { spawn } from 'node:child_process'
import { createWriteStream } from 'node:fs'
import { mkdir, readFile } from 'node:fs/promises'
import { availableParallelism } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { parseArgs } from 'node:util'

const { values } = parseArgs({
  options: {
    models: { type: 'string', default: 'mlp-gan,dcgan,vae,vae-conv' },
    seeds: { type: 'string', default: '1,2,3' },
    runs: { type: 'string', default: 'runs' },
    jobs: { type: 'string', default: String(availableParallelism()) },
    data: { type: 'string', default: 'mnist' },
    steps: { type: 'string' },
  },
})
const sparring = fileURLToPath(new URL('../bin/sparring.js', import.meta.url))
const names = values.models
  .split(',')
  .flatMap((model) => values.seeds.split(',').map((seed) => ({ model, seed })))
const wanted = names.map(({ model, seed }) => ({
  model,
  seed,
  folder: join(values.runs, `${model}-${seed}`),
}))

let isStopping = false
/** The command line, its words into a file or this terminal; resolves to its exit code. */
const run = (args, log) =>
  new Promise((resolve, reject) => {
    const child = spawn(process.execPath, [sparring, ...args], { stdio: ['ignore', 'pipe', 'pipe'] })
    const out = log ? createWriteStream(log, { flags: 'a' }) : process.stdout
    for (const stream of [child.stdout, child.stderr]) stream.pipe(out, { end: false })
    child.once('error', reject)
    child.once('close', resolve)
  })
// A terminal sends Ctrl-C to the trainings too: they write their state and end.
process.on('SIGINT', () => {
  isStopping = true
})

/** `finished`, `stopped` ...; undefined where there is no run yet. */
const stateOf = async (folder) => {
  const text = await readFile(join(folder, 'status.json'), 'utf8').catch(() => undefined)
  return text && JSON.parse(text).state
}

async function train({ model, seed, folder }) {
  const state = await stateOf(folder)
  if (state === 'finished') return
  const start = ['train', model, '--data', values.data, '--seed', seed, '--run', folder]
  const args = state ? ['resume', folder] : values.steps ? [...start, '--steps', values.steps] : start
  console.log(`${args.join(' ')} ...`)
  const code = await run([...args, '--threads', '1'], `${folder}.log`)
  const after = await stateOf(folder)
  console.log(`${folder}: ${after ?? 'not begun'}`)
  if (after !== 'finished' && !isStopping) {
    process.exitCode = 1
    console.error(`${folder} did not finish (exit code ${code}); see ${folder}.log`)
  }
}

await mkdir(values.runs, { recursive: true })
const left = [...wanted]
const worker = async () => {
  while (left.length > 0 && !isStopping) await train(left.shift())
}
await Promise.all(Array.from({ length: Number(values.jobs) }, worker))

const states = await Promise.all(wanted.map(({ folder }) => stateOf(folder)))
const finished = wanted.filter((_, index) => states[index] === 'finished').map(({ folder }) => folder)
console.log(`${finished.length} of ${wanted.length} runs are finished`)
if (finished.length > 1 && !isStopping) {
  const [out, numbers] = ['comparison.html', 'numbers.json'].map((name) => join(values.runs, name))
  process.exitCode ||= await run(['compare', ...finished, '--out', out, '--numbers', numbers])
}
