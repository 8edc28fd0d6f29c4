// Kills a run with SIGKILL at random moments, resumes it each time, and compares its end with an uninterrupted run.
// Usage: node scripts/kill-and-resume.mjs [--kills 20] [--steps 1200] [--seed 1]
import { spawn } from 'node:child_process'
import { createHash } from 'node:crypto'
import { existsSync } from 'node:fs'
import { mkdtemp, readdir, readFile, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { parseArgs } from 'node:util'
import { randomStream } from '../dist/index.js'

const { values } = parseArgs({
  options: {
    kills: { type: 'string', default: '20' },
    steps: { type: 'string', default: '1200' },
    seed: { type: 'string', default: '1' },
  },
})
const sparring = fileURLToPath(new URL('../bin/sparring.js', import.meta.url))
const random = randomStream(Number(values.seed), 'kills')
const folder = await mkdtemp(join(tmpdir(), 'sparring-kills-'))

/** Runs the command line; killed after `milliseconds` if given. Resolves to whether it ended by itself. */
const run = (args, milliseconds) =>
  new Promise((resolve, reject) => {
    const child = spawn(process.execPath, [sparring, ...args, '--quiet'], {
      stdio: ['ignore', 'ignore', 'pipe'],
    })
    let errors = ''
    child.stderr.on('data', (text) => {
      errors += text
    })
    const timer =
      milliseconds === undefined ? undefined : setTimeout(() => child.kill('SIGKILL'), milliseconds)
    child.on('exit', (code, signal) => {
      clearTimeout(timer)
      if (signal === 'SIGKILL') resolve(false)
      else if (code === 0) resolve(true)
      else reject(new Error(`sparring ${args.join(' ')} ended with ${code ?? signal}: ${errors}`))
    })
  })

const train = (name) => [
  ...['train', 'mlp-gan', '--data', 'digits', '--steps', values.steps, '--seed', values.seed],
  ...['--sample-every', '100', '--checkpoint-every', '70', '--run', join(folder, name)],
]
/** SHA-256 of everything in a run folder that must not depend on interruptions. */
async function fingerprint(name) {
  const files = ['metrics.jsonl', 'events.jsonl', 'generator.onnx', 'discriminator.onnx']
  for (const sub of ['samples', 'checkpoints'])
    for (const file of (await readdir(join(folder, name, sub))).sort()) files.push(join(sub, file))
  const present = files.filter((file) => existsSync(join(folder, name, file)))
  return Promise.all(
    present.map(async (file) => [
      file,
      createHash('sha256')
        .update(await readFile(join(folder, name, file)))
        .digest('hex'),
    ]),
  )
}

const started = performance.now()
await run(train('whole'))
const whole = performance.now() - started
console.log(`uninterrupted: ${(whole / 1000).toFixed(1)} s`)

let kills = 0
while (kills < Number(values.kills)) {
  const begun = existsSync(join(folder, 'broken', 'config.json'))
  const ended = await run(
    begun ? ['resume', join(folder, 'broken')] : train('broken'),
    whole * (0.05 + 0.6 * random.uniform()),
  )
  if (ended) await rm(join(folder, 'broken'), { recursive: true })
  else {
    kills++
    const log = join(folder, 'broken', 'metrics.jsonl')
    const rows = existsSync(log) ? (await readFile(log, 'utf8')).split('\n').length - 1 : 0
    console.log(`kill ${kills}: ${rows} steps were logged`)
  }
}
await run(['resume', join(folder, 'broken')])
const [expected, got] = [await fingerprint('whole'), await fingerprint('broken')]
const different = expected.filter(([, hash], i) => hash !== got[i]?.[1]).map(([file]) => file)
console.log(JSON.stringify({ kills, files: expected.length, different }))
await rm(folder, { recursive: true })
if (different.length > 0 || expected.length !== got.length) process.exitCode = 1
