// Kills trainings of every model, and of one whose data keeps a state, with SIGKILL, at random moments and in the middle of changes on the disk, resumes them, and
// compares each with one that was left alone. Counts where the kills hit.
// Usage: node scripts/kill-and-resume.mjs [--kills 1000] [--seed 1] [--jobs 2] [--models mlp-gan,vae]
import { spawn } from 'node:child_process'
import { createHash } from 'node:crypto'
import { existsSync } from 'node:fs'
import { mkdir, mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { parseArgs } from 'node:util'
import { digits, randomStream, writeIdx } from '../dist/index.js'

const { values } = parseArgs({
  options: {
    kills: { type: 'string', default: '1000' },
    seed: { type: 'string', default: '1' },
    jobs: { type: 'string', default: '2' },
    models: {
      type: 'string',
      default: 'mlp-gan,vae-shallow,classifier,vae,vae-conv,dcgan,dcgan-64,replay-memory,rainbow,pqn',
    },
  },
})
const path = (file) => fileURLToPath(new URL(file, import.meta.url))
const random = randomStream(Number(values.seed), 'kills')
const place = await mkdtemp(join(tmpdir(), 'sparring-kills-'))
const data = join(place, 'data')

/** A run of a second or two per model: many calls, sheets and checkpoints. */
const SETTINGS = {
  'mlp-gan': ['--steps', '240'],
  'vae-shallow': ['--steps', '120', '--validate-every', '25'],
  classifier: ['--steps', '40', '--validate-every', '9'],
  vae: ['--steps', '40', '--validate-every', '15'],
  'vae-conv': ['--steps', '24', '--validate-every', '9'],
  dcgan: ['--steps', '16'],
  'dcgan-64': ['--steps', '24', '--image-size', '32', '--filters', '4'],
  'replay-memory': ['--steps', '200'],
  rainbow: [
    ...['--steps', '400', '--memory', '3000', '--learning-starts', '100', '--explore', '1000'],
    ...['--evaluate-every', '150'],
  ],
  pqn: ['--steps', '160', '--copies', '16', '--rollout', '16', '--evaluate-every', '70'],
}
/** Models that bring their own data. */
const OWN = ['rainbow', 'pqn']
/** Models that are no names but files, and bring their own data. */
const FILES = { 'replay-memory': path('../test/fixtures/replay-memory.mjs') }
const argsOf = (model, folder) => {
  const steps = Number(SETTINGS[model][1])
  const every = String(Math.ceil(steps / 8))
  return [
    ...[
      'train',
      ...(FILES[model] ? [FILES[model]] : OWN.includes(model) ? [model] : [model, '--data', data]),
      '--batch-size',
      '16',
      '--threads',
      '1',
      ...SETTINGS[model],
    ],
    ...['--sample-every', every, '--checkpoint-every', every, '--run', folder],
  ]
}

/** Small data of 28 x 28 with a held-out part. */
async function makeData() {
  await mkdir(data)
  for (const [part, count, seed] of [
    ['train', 120, 1],
    ['t10k', 60, 2],
  ]) {
    const { images, labels } = await digits({ count, seed })
    const file = (name) => join(data, `${part}-${name}`)
    await writeFile(file('images-idx3-ubyte'), writeIdx({ shape: [count, 28, 28], data: images }))
    await writeFile(file('labels-idx1-ubyte'), writeIdx({ shape: [count], data: labels }))
  }
}

/**
 * Runs the command line.
 *
 * @param kill  `{ after }` seconds, `{ at }` a change on the disk, or nothing
 * @returns how it ended, and in which stage of the work it was
 */
const run = (args, kill = {}) =>
  new Promise((resolve, reject) => {
    const node = kill.at ? ['--import', path('lib/kill-at.mjs')] : []
    const child = spawn(process.execPath, [...node, path('../bin/sparring.js'), ...args], {
      stdio: ['ignore', 'ignore', 'pipe'],
      // Files that were started are noted in the cache.
      env: {
        ...process.env,
        XDG_CACHE_HOME: join(place, 'cache'),
        ...(kill.at ? { SPARRING_KILL_AT: kill.at } : {}),
      },
    })
    let told = ''
    child.stderr.on('data', (text) => {
      told += text
    })
    const timer = kill.after && setTimeout(() => child.kill('SIGKILL'), 1000 * kill.after)
    const started = performance.now()
    child.on('exit', (code, signal) => {
      clearTimeout(timer)
      const stage = /making the/.test(told)
        ? 'networks and pictures'
        : /training|continuing/.test(told)
          ? 'steps'
          : 'start'
      const ended = { killed: signal === 'SIGKILL', stage, seconds: (performance.now() - started) / 1000 }
      if (signal === 'SIGKILL' || code === 0) resolve(ended)
      else reject(new Error(`sparring ${args.join(' ')} ended with ${code ?? signal}: ${told}`))
    })
  })

/** SHA-256 of everything in a run folder that must not depend on interruptions, by file. */
async function fingerprint(folder) {
  const names = (await readdir(folder)).filter((name) =>
    /\.onnx$|^(metrics|events|validation|returns)\.jsonl$/.test(name),
  )
  for (const part of ['samples', 'checkpoints'])
    if (existsSync(join(folder, part)))
      for (const name of await readdir(join(folder, part))) names.push(join(part, name))
  const hash = async (name) =>
    createHash('sha256')
      .update(await readFile(join(folder, name)))
      .digest('hex')
  return Object.fromEntries(await Promise.all(names.sort().map(async (name) => [name, await hash(name)])))
}

const KINDS = ['write', 'rename', 'flush', 'remove', 'create', 'lock']
const tally = { kills: 0, late: 0, runs: 0, files: 0, different: [], where: {} }
const wanted = Number(values.kills)

/** One run, killed again and again, then left to end, and compared. */
async function attack(model, whole, number) {
  const folder = join(place, `${model}-${number}`)
  for (let attempt = 0; attempt < 8 && tally.kills < wanted; attempt++) {
    const begun = existsSync(join(folder, 'config.json'))
    const timed = random.uniform() < 0.5
    const kind = KINDS[Math.floor(random.uniform() * KINDS.length)]
    const most = { lock: 2, remove: 12 }[kind] ?? 40
    const kill = timed
      ? { after: 0.2 + random.uniform() * whole.seconds * 1.1 }
      : { at: `${kind}:${1 + Math.floor(random.uniform() * most)}` }
    const { killed, stage } = await run(begun ? ['resume', folder] : argsOf(model, folder), kill)
    if (!killed) {
      tally.late++
      break
    }
    tally.kills++
    const where = `${begun ? 'resumed' : 'new'} run, ${timed ? `during: ${stage}` : `in a ${kind}, ${stage}`}`
    tally.where[where] = (tally.where[where] ?? 0) + 1
  }
  await run(existsSync(join(folder, 'config.json')) ? ['resume', folder] : argsOf(model, folder))
  await run(['verify', folder])
  const got = await fingerprint(folder)
  tally.runs++
  tally.files += Object.keys(whole.files).length
  for (const name of new Set([...Object.keys(whole.files), ...Object.keys(got)]))
    if (whole.files[name] !== got[name]) tally.different.push(`${folder}: ${name}`)
  if (tally.different.length === 0) await rm(folder, { recursive: true })
}

await makeData()
const models = values.models.split(',')
const wholes = {}
for (const model of models) {
  const folder = join(place, `${model}-whole`)
  const { seconds } = await run(argsOf(model, folder))
  wholes[model] = { seconds, files: await fingerprint(folder) }
  console.log(
    `${model}: ${seconds.toFixed(1)} s uninterrupted, ${Object.keys(wholes[model].files).length} files`,
  )
}
let number = 0
const worker = async () => {
  while (tally.kills < wanted) {
    const model = models[number % models.length]
    await attack(model, wholes[model], number++)
    console.log(`${tally.kills} kills, ${tally.runs} runs, ${tally.different.length} files that differ`)
  }
}
await Promise.all(Array.from({ length: Number(values.jobs) }, worker))
console.log(JSON.stringify(tally, null, 2))
if (tally.different.length > 0) process.exitCode = 1
else await rm(place, { recursive: true })
