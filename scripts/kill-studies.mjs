// Kills a study again and again with SIGKILL, all its processes at once, or the workers of its queue, and compares what it ends
// with to one that was left alone. Jobs are tiny trainings on drawn digits.
// Usage: node scripts/kill-studies.mjs [--study tiny|labels] [--jobs 40] [--kills 10] [--seed 1] [--at-once 2]
//          [--server embedded|redis|redis-forgetful|postgres] [--store folder|redis] [--restart]
//   --study    tiny: trainings of two small GANs; labels: GANs, sets of images that they make, classifiers on these sets, and fine-tunings
//   --server   who carries the jobs; redis and postgres are Debian's, started here; redis-forgetful writes nothing to its disk
//   --store    where workers keep results: a folder, or the server of the queue where that is a Redis
//   --restart  also kill and start the queue's server in the middle
// needs: npm run build
import { spawn } from 'node:child_process'
import { createHash } from 'node:crypto'
import { existsSync } from 'node:fs'
import { mkdir, mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { fileURLToPath } from 'node:url'
import { parseArgs } from 'node:util'
import { randomStream } from '../dist/index.js'
import { startServer } from './lib/servers.mjs'

const { values } = parseArgs({
  options: {
    jobs: { type: 'string', default: '40' },
    kills: { type: 'string', default: '10' },
    seed: { type: 'string', default: '1' },
    'at-once': { type: 'string', default: '2' },
    study: { type: 'string', default: 'tiny' },
    server: { type: 'string', default: 'embedded' },
    store: { type: 'string', default: 'folder' },
    restart: { type: 'boolean', default: false },
  },
})
const random = randomStream(Number(values.seed), 'kills')
const place = await mkdtemp(join(tmpdir(), 'sparring-kill-studies-'))
const program = fileURLToPath(new URL('../bin/sparring.js', import.meta.url))
const short = { imageSize: '16', batchSize: 8, sampleEvery: 0, checkpointEvery: 10 }
const STUDIES = {
  tiny: (jobs) => ({
    name: 'tiny',
    models: [
      { model: 'dcgan-64', label: 'one filter', filters: 1 },
      { model: 'dcgan-64', label: 'two filters', filters: 2 },
    ],
    data: { data: 'digits', count: 240 },
    options: { ...short, latentDim: 8, steps: 60 },
    seeds: jobs / 2,
  }),
  // Six jobs for each seed: a GAN, a classifier, the set that they make, a classifier on it, and two fine-tunings.
  labels: (jobs) => ({
    name: 'tiny',
    data: { data: 'digits', count: 240 },
    seeds: Math.ceil(jobs / 6),
    measures: ['accuracy'],
    jobs: {
      gan: {
        models: [{ model: 'dcgan-64', filters: 1 }],
        options: { ...short, latentDim: 8, steps: 30 },
        show: false,
      },
      plain: { models: ['classifier'], options: { ...short, steps: 30, labels: 60 } },
      set: { kind: 'augment', needs: { run: 'gan', classifier: 'plain' }, options: { n: 60 }, show: false },
      mixed: { models: ['classifier'], options: { ...short, steps: 30, labels: 60 }, needs: { set: 'set' } },
      whole: {
        kind: 'finetune',
        options: { steps: 30, batchSize: 8, checkpointEvery: 10, labels: 60, train: 'all' },
        needs: { run: 'gan' },
      },
      frozen: {
        kind: 'finetune',
        options: { steps: 30, batchSize: 8, checkpointEvery: 10, labels: 60, train: 'head' },
        needs: { run: 'gan' },
      },
    },
  }),
}
const study = STUDIES[values.study](Number(values.jobs))
await writeFile(join(place, 'tiny.json'), JSON.stringify(study))

const environment = { ...process.env, SPARRING_THREADS: '1', XDG_CACHE_HOME: join(place, 'cache') }
/** Starts the command line as the head of a process group of its own. */
function start(args) {
  const child = spawn(process.execPath, [program, ...args], {
    cwd: place,
    env: environment,
    stdio: ['ignore', 'ignore', 'pipe'],
    detached: true,
  })
  child.told = ''
  child.stderr.on('data', (text) => {
    child.told += text
  })
  child.ended = new Promise((resolve) => child.once('exit', (code, signal) => resolve({ code, signal })))
  return child
}
const killGroup = (child) => {
  try {
    process.kill(-child.pid, 'SIGKILL')
  } catch {} // It has ended.
}

/** SHA-256 of everything that must not depend on interruptions, by file. */
async function fingerprint(folder) {
  const names = ['study.json', 'study.md']
  for (const name of await readdir(join(folder, 'figures')).catch(() => [])) names.push(join('figures', name))
  for (const run of (await readdir(join(folder, 'runs'))).sort()) {
    const there = (await readdir(join(folder, 'runs', run), { recursive: true })).sort()
    // A result has the newest checkpoint of its run, and no older one.
    const newest = there.findLast((name) => name.endsWith('.safetensors'))
    for (const name of there)
      if (/\.onnx$|^(metrics|events)\.jsonl$/.test(name) || name === newest)
        names.push(join('runs', run, name))
  }
  const found = {}
  for (const name of names.sort())
    found[name] = createHash('sha256')
      .update(await readFile(join(folder, name)))
      .digest('hex')
  return found
}

/** How often each job was told to have its result. */
async function counted(folder) {
  const lines = (await readFile(join(folder, 'results.jsonl'), 'utf8')).trim().split('\n')
  return new Set(lines.map((line) => JSON.parse(line).job)).size === lines.length ? lines.length : Number.NaN
}

async function whole() {
  const began = performance.now()
  const child = start(['study', 'tiny.json', '--out', 'whole/tiny', '--jobs', values['at-once'], '--quiet'])
  const { code } = await child.ended
  if (code !== 0) throw new Error(`the study that was left alone ended with ${code}: ${child.told}`)
  return { seconds: (performance.now() - began) / 1000, files: await fingerprint(join(place, 'whole/tiny')) }
}

/** Kills all processes of the study, so many times. */
async function killEmbedded(seconds) {
  let late = 0
  for (let kill = 0; kill < Number(values.kills); kill++) {
    const child = start(['study', 'tiny.json', '--out', 'broken/tiny', '--jobs', values['at-once']])
    const after = 1000 * (0.5 + random.uniform() * (seconds / Number(values.kills)) * 1.5)
    const ended = await Promise.race([child.ended, sleep(after)])
    if (ended) late++
    else killGroup(child)
    await child.ended
    console.log(`kill ${kill + 1} after ${(after / 1000).toFixed(1)} s${ended ? ' (too late)' : ''}`)
  }
  const child = start(['study', 'tiny.json', '--out', 'broken/tiny', '--jobs', values['at-once'], '--quiet'])
  const { code } = await child.ended
  if (code !== 0) throw new Error(`the study ended with ${code}: ${child.told}`)
  return late
}

/** Kills the workers of the study, one after the other, and starts others. */
async function killWorkers(seconds) {
  const server = await startServer(values.server)
  const store = values.store === 'redis' ? `${server.address}/1` : join(place, 'broken/store')
  await mkdir(join(place, 'broken'), { recursive: true })
  const worker = () =>
    start([
      'worker',
      '--queue',
      server.address,
      '--store',
      store,
      '--jobs',
      values['at-once'],
      '--work',
      join(place, 'work'),
    ])
  const studying = start([
    'study',
    'tiny.json',
    '--out',
    'broken/tiny',
    '--queue',
    server.address,
    '--store',
    store,
  ])
  let current = worker()
  let late = 0
  for (let kill = 0; kill < Number(values.kills); kill++) {
    // A lost job waits for its lock to end; between two kills there must be time to work.
    const over = await Promise.race([
      studying.ended,
      sleep(1000 * (2 + (random.uniform() * 2 * seconds) / Number(values.kills))),
    ])
    if (over) {
      late++
      continue
    }
    killGroup(current)
    await current.ended
    if (values.restart && kill === Math.floor(Number(values.kills) / 2)) await server.restart()
    console.log(
      `worker ${kill + 1} killed${values.restart && kill === Math.floor(Number(values.kills) / 2) ? ', server restarted' : ''}`,
    )
    current = worker()
  }
  const { code } = await studying.ended
  killGroup(current)
  await current.ended
  await server.stop()
  if (code !== 0) throw new Error(`the study ended with ${code}: ${studying.told}`)
  return late
}

const alone = await whole()
console.log(
  `${values.jobs} jobs in ${alone.seconds.toFixed(1)} s uninterrupted, ${Object.keys(alone.files).length} files`,
)
const late = await (values.server === 'embedded' ? killEmbedded : killWorkers)(alone.seconds)
const got = await fingerprint(join(place, 'broken/tiny'))
const different = [...new Set([...Object.keys(alone.files), ...Object.keys(got)])].filter(
  (name) => alone.files[name] !== got[name],
)
const results = await counted(join(place, 'broken/tiny'))
const wanted = JSON.parse(await readFile(join(place, 'whole/tiny/study.json'), 'utf8')).jobs.length
console.log(
  JSON.stringify({
    study: values.study,
    server: values.server,
    store: values.store,
    restart: values.restart,
    jobs: wanted,
    kills: Number(values.kills),
    late,
    results,
    files: Object.keys(alone.files).length,
    different,
  }),
)
if (different.length > 0 || results !== wanted) process.exitCode = 1
else if (existsSync(place)) await rm(place, { recursive: true })
