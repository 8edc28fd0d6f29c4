// Trains the runs that docs/comparison.md is about, as many at once as there are cores, and compares them. What is
// finished stays, what was interrupted goes on: call it again until it is done. Ctrl-C lets trainings keep their state.
// Usage: node scripts/comparison-study.mjs [--models mlp-gan,dcgan,vae,vae-conv] [--seeds 1,2,3] [--runs <folder>]
//        [--jobs <n>] [--data mnist] [--steps <n>]
// Writes comparison.html and numbers.json into the folder (default: runs), and what trainings say into <run>.log.
import { spawn } from 'node:child_process'
import { mkdir, open, readFile } from 'node:fs/promises'
import { availableParallelism } from 'node:os'
import { join, resolve } from 'node:path'
import { parseArgs } from 'node:util'
import { ROOT } from './lib/project.mjs'
import { exitWith, runNode, StepError } from './lib/run.mjs'

const COMMAND = 'bin/sparring.js'

function settings() {
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
  const jobs = Number(values.jobs)
  if (!Number.isInteger(jobs) || jobs < 1)
    throw new StepError(`--jobs: expected how many trainings run at once, such as 2, got "${values.jobs}"`, 2)
  const runs = values.models.split(',').flatMap((model) =>
    values.seeds.split(',').map((seed) => ({
      folder: resolve(values.runs, `${model}-${seed}`),
      start: ['train', model, '--data', values.data, '--seed', seed],
    })),
  )
  return { jobs, runs, folder: resolve(values.runs), steps: values.steps ? ['--steps', values.steps] : [] }
}

/** `finished`, `stopped` ...; undefined where there is no run yet. */
const stateOf = async (folder) => {
  const text = await readFile(join(folder, 'status.json'), 'utf8').catch(() => undefined)
  return text && JSON.parse(text).state
}

/** The command line with its words in a file; resolves to its exit code. */
async function logged(args, log) {
  const file = await open(log, 'a')
  try {
    return await new Promise((done, reject) => {
      const stdio = ['ignore', file.fd, file.fd]
      const child = spawn(process.execPath, [join(ROOT, COMMAND), ...args], { stdio })
      child.once('error', reject)
      child.once('close', done)
    })
  } finally {
    await file.close()
  }
}

await exitWith(async () => {
  const { jobs, runs, folder, steps } = settings()
  const threads = String(Math.max(1, Math.floor(availableParallelism() / jobs)))
  await mkdir(folder, { recursive: true })
  let isStopping = false
  // A terminal sends Ctrl-C to the trainings too.
  const stop = () => {
    isStopping = true
  }
  process.on('SIGINT', stop)
  const failed = []
  const left = [...runs]
  const worker = async () => {
    while (left.length > 0 && !isStopping) {
      const run = left.shift()
      const state = await stateOf(run.folder)
      if (state === 'finished') continue
      const args = state ? ['resume', run.folder] : [...run.start, '--run', run.folder, ...steps]
      console.log(`sparring ${args.join(' ')}`)
      const code = await logged([...args, '--threads', threads], `${run.folder}.log`)
      if (code === 0 || isStopping) continue
      failed.push(run)
      console.error(`${run.folder} did not finish (exit code ${code}); see ${run.folder}.log`)
    }
  }
  await Promise.all(Array.from({ length: jobs }, worker))
  process.off('SIGINT', stop)
  const states = await Promise.all(runs.map((run) => stateOf(run.folder)))
  const finished = runs.flatMap((run, index) => (states[index] === 'finished' ? [run.folder] : []))
  console.log(`${finished.length} of ${runs.length} runs are finished`)
  if (isStopping) return 130
  if (finished.length < 2) return 1
  const [out, numbers] = ['comparison.html', 'numbers.json'].map((name) => join(folder, name))
  const code = await runNode(COMMAND, 'compare', ...finished, '--out', out, '--numbers', numbers)
  return code || Math.min(1, failed.length)
})
