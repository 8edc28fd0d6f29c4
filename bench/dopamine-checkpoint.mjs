// A checkpoint of Dopamine's full size, written by TensorFlow: what our network makes of observations, beside TensorFlow. Nothing is kept.
//
// usage: PYTHON=<python with tensorflow> node bench/dopamine-checkpoint.mjs [--names legacy|keras] [--outputs 306]
import { execFileSync } from 'node:child_process'
import { mkdtempSync, readFileSync, rmSync, statSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { parseArgs } from 'node:util'
import { checkpointPolicy, openCheckpointAgent } from '../dist/lifecycle/checkpoint-agent.js'
import * as ort from '../dist/runtime/node-ort.js'
import { pythonWith } from './programs.mjs'

const { values } = parseArgs({
  options: { names: { type: 'string', default: 'legacy' }, outputs: { type: 'string', default: '306' } },
})
const python = pythonWith('tensorflow')
if (!python)
  throw new Error(
    'no Python with tensorflow: pip install tensorflow, and PYTHON=<path> chooses the interpreter',
  )
const folder = mkdtempSync(join(tmpdir(), 'dopamine-'))
try {
  const prefix = join(folder, 'tf_ckpt-199')
  const program = fileURLToPath(new URL('peers/dopamine-checkpoint.py', import.meta.url))
  execFileSync(python, [program, prefix, '--names', values.names, '--outputs', values.outputs], {
    stdio: ['ignore', 'ignore', 'ignore'],
  })
  const began = process.cpuUsage()
  const agent = await openCheckpointAgent(prefix, {})
  const { user, system } = process.cpuUsage(began)
  const weights = Object.values(agent.arrays).reduce((sum, { length }) => sum + length, 0)
  const bytes = checkpointPolicy(agent, prefix)
  const session = await ort.InferenceSession.create(bytes)
  const size = 84 * 84 * 4
  const seen = Uint8Array.from({ length: 3 * size }, (_, at) => {
    const [k, i] = [Math.floor(at / size), at % size]
    return (((i * i) % 251) + 7 * k * i) % 256
  })
  const outputs = await session.run({ observation: new ort.Tensor('uint8', seen, [3, 84, 84, 4]) })
  const told = JSON.parse(readFileSync(`${prefix}.json`, 'utf8'))
  const differences = Object.entries(outputs).map(([name, { data }]) => {
    const theirs = told[name].flat(Infinity)
    return [name, Math.max(...theirs.map((value, i) => Math.abs(value - data[i])))]
  })
  console.log(
    JSON.stringify({
      tensorflow: told.tensorflow,
      names: told.names,
      weights,
      megabytes: statSync(`${prefix}.data-00000-of-00001`).size / 1e6,
      secondsToRead: (user + system) / 1e6,
      greatestDifference: Object.fromEntries(differences),
    }),
  )
} finally {
  rmSync(folder, { recursive: true })
}
