// Kills a run with SIGKILL at random moments, resumes it each time, and compares its end with an uninterrupted run.
// Usage: node scripts/kill-and-resume.mjs [--kills 20] [--steps 1200] [--seed 1]
import { spawn } from 'node:child_process'
import { createHash } from 'node:crypto'
import { existsSync } from 'node:fs'
import { mkdtemp, readdir, readFile, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
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

/** Steps that a run has logged so far. */
const logged = async (name) => {
  const log = join(folder, name, 'metrics.jsonl')
  return existsSync(log) ? (await readFile(log, 'utf8')).split('\n').length - 1 : 0
}

/**
 * Runs the command line. With `kill`, it is killed a random time of up to half a second after the run has logged that
 * many steps. Resolves to whether it ended by itself.
 */
const run = (args, kill) =>
  new Promise((resolve, reject) => {
    const child = spawn(process.execPath, [sparring, ...args, '--quiet'], {
      stdio: ['ignore', 'ignore', 'pipe'],
    })
    let errors = ''
    child.stderr.on('data', (text) => {
      errors += text
    })
    let running = true
    const watch = async () => {
      while (running && (await logged('broken')) < kill) await sleep(20)
      await sleep(500 * random.uniform())
      child.kill('SIGKILL')
    }
    if (kill !== undefined) watch()
    child.on('exit', (code, signal) => {
      running = false
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

const [kills, steps] = [Number(values.kills), Number(values.steps)]
for (let kill = 0; kill < kills; kill++) {
  const begun = existsSync(join(folder, 'broken', 'config.json'))
  const moment = Math.floor((steps * (kill + random.uniform())) / (kills + 1))
  const ended = await run(begun ? ['resume', join(folder, 'broken')] : train('broken'), moment)
  console.log(`kill ${kill + 1} ${ended ? 'came too late' : `at ${await logged('broken')} steps`}`)
}
await run(['resume', join(folder, 'broken')])
const [expected, got] = [await fingerprint('whole'), await fingerprint('broken')]
const different = expected.filter(([, hash], i) => hash !== got[i]?.[1]).map(([file]) => file)
console.log(JSON.stringify({ kills, files: expected.length, different }))
await rm(folder, { recursive: true })
if (different.length > 0 || expected.length !== got.length) process.exitCode = 1
