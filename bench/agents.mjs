// Frames of training a second of dqn and rainbow, ours and PyTorch's in the way of CleanRL, in turns on the same cores.
// Usage: PYTHON=<python with torch and minatar> node bench/agents.mjs [--rounds 5] [--frames 20000] [--threads 1] [--algorithms dqn,rainbow]
import { spawnSync } from 'node:child_process'
import { mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { parseArgs } from 'node:util'

const { values } = parseArgs({
  options: {
    rounds: { type: 'string', default: '5' },
    frames: { type: 'string', default: '20000' },
    threads: { type: 'string', default: '1' },
    algorithms: { type: 'string', default: 'dqn,rainbow' },
  },
})
const [rounds, frames, threads] = [values.rounds, values.frames, values.threads].map(Number)
const path = (file) => fileURLToPath(new URL(file, import.meta.url))
const python = process.env.PYTHON ?? 'python3'
/** Frames before every update, and updates that are not timed: nothing is learned in the first. */
const [COPIES, LEFT_OUT] = [4, 500]

function run(program, args) {
  const { status, stdout, stderr } = spawnSync(program, args, { encoding: 'utf8' })
  if (status !== 0)
    throw new Error(`${program} ${args.join(' ')} ended with ${status}: ${stderr.slice(-1500)}`)
  return stdout
}

/** Ours, by the times that the run keeps: all that a training does but the files at its end. */
function ours(algorithm) {
  const place = mkdtempSync(join(tmpdir(), 'sparring-agents-'))
  try {
    const folder = join(place, 'run')
    const steps = LEFT_OUT + frames / COPIES
    run(process.execPath, [
      path('../bin/sparring.js'),
      ...['train', algorithm, '--steps', String(steps), '--threads', String(threads), '--run', folder],
      ...['--evaluate-every', '0', '--checkpoint-every', '0', '--quiet'],
    ])
    const rows = readFileSync(join(folder, 'timings.jsonl'), 'utf8')
      .trim()
      .split('\n')
      .map((line) => JSON.parse(line))
    // From the end of one call to the end of another, so that playing and drawing between calls are in it.
    const first = rows.find(({ step }) => step >= LEFT_OUT)
    const last = rows.at(-1)
    const seconds = (Date.parse(last.at) - Date.parse(first.at)) / 1000
    return (COPIES * (last.step - first.step)) / seconds
  } finally {
    rmSync(place, { recursive: true, force: true })
  }
}

const peer = (algorithm, compile) =>
  JSON.parse(
    run(python, [
      path('peers/torch-agent.py'),
      algorithm,
      String(frames),
      ...['--threads', String(threads)],
      ...(compile ? ['--compile'] : []),
    ]),
  ).perSecond

const median = (numbers) => numbers.toSorted((a, b) => a - b)[Math.floor(numbers.length / 2)]
const result = {}
for (const algorithm of values.algorithms.split(',')) {
  const found = { ours: [], torch: [], compiled: [] }
  for (let round = 0; round < rounds; round++) {
    found.ours.push(ours(algorithm))
    found.torch.push(peer(algorithm, false))
    try {
      found.compiled.push(peer(algorithm, true))
    } catch (error) {
      if (round === 0) console.error(`torch.compile: ${error.message.slice(0, 300)}`)
    }
    console.error(algorithm, JSON.stringify(found))
  }
  const [mine, ...others] = [found.ours, found.torch, found.compiled].map(median)
  result[algorithm] = {
    perSecond: found,
    median: { ours: mine, torch: others[0], compiled: others[1] },
    ratio: mine / Math.max(...others.filter((other) => other !== undefined)),
  }
}
console.log(JSON.stringify({ frames, rounds, threads, node: process.version, result }, undefined, 1))
