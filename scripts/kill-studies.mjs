// Kills a study again and again with SIGKILL, all its processes at once, or the workers of its queue, and compares what it ends
// with to one that was left alone. Jobs are tiny trainings on drawn digits.
// Usage: node scripts/kill-studies.mjs [--study tiny|labels] [--jobs 40] [--kills 10] [--seed 1] [--at-once 2]
//          [--server embedded|redis|redis-forgetful|postgres] [--store folder|redis|<address>] [--restart]
//   --study    tiny: trainings of two small GANs; labels: GANs, sets of images that they make, classifiers on these sets, and fine-tunings
//   --server   who carries the jobs; redis and postgres are Debian's, started here; redis-forgetful writes nothing to its disk
//   --store    where results are kept: a folder, the server of the queue where that is a Redis, or what --store of a study takes, such as
//              s3://bucket/prefix?endpoint=http://127.0.0.1:4568 with its keys in the environment
//   --restart  also kill and start the queue's server in the middle
// needs: npm run build
import { mkdir, mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { parseArgs } from 'node:util'
import { randomStream } from '../dist/index.js'
import { startServer } from './lib/servers.mjs'
import { compared, leftAlone, studyPlace } from './lib/tiny-studies.mjs'

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
const at = await studyPlace(place, { study: values.study, jobs: Number(values.jobs) })

/** Kills all processes of the study, so many times. */
async function killEmbedded(seconds) {
  const store = values.store === 'folder' ? [] : ['--store', values.store]
  const begin = () =>
    at.start(['study', 'tiny.json', '--out', 'broken/tiny', '--jobs', values['at-once'], ...store])
  let late = 0
  for (let kill = 0; kill < Number(values.kills); kill++) {
    const child = begin()
    const after = 1000 * (0.5 + random.uniform() * (seconds / Number(values.kills)) * 1.5)
    const ended = await Promise.race([child.ended, sleep(after)])
    if (ended) late++
    else await at.kill(child)
    console.log(`kill ${kill + 1} after ${(after / 1000).toFixed(1)} s${ended ? ' (too late)' : ''}`)
  }
  const child = begin()
  const { code } = await child.ended
  if (code !== 0) throw new Error(`the study ended with ${code}: ${child.told}`)
  return late
}

/** Kills the workers of the study, one after the other, and starts others. */
async function killWorkers(seconds) {
  const server = await startServer(values.server)
  const stores = { folder: join(place, 'broken/store'), redis: `${server.address}/1` }
  const store = stores[values.store] ?? values.store
  await mkdir(join(place, 'broken'), { recursive: true })
  const worker = () =>
    at.start([
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
  const studying = at.start([
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
    await at.kill(current)
    if (values.restart && kill === Math.floor(Number(values.kills) / 2)) await server.restart()
    console.log(
      `worker ${kill + 1} killed${values.restart && kill === Math.floor(Number(values.kills) / 2) ? ', server restarted' : ''}`,
    )
    current = worker()
  }
  const { code } = await studying.ended
  await at.kill(current)
  await server.stop()
  if (code !== 0) throw new Error(`the study ended with ${code}: ${studying.told}`)
  return late
}

const alone = await leftAlone(at, place, values['at-once'])
console.log(
  `${alone.rows} rows in ${alone.seconds.toFixed(1)} s uninterrupted, ${Object.keys(alone.files).length} files`,
)
const late = await (values.server === 'embedded' ? killEmbedded : killWorkers)(alone.seconds)
const { isSame, ...found } = await compared(alone, join(place, 'broken/tiny'))
const { study, server, store, restart } = values
console.log(
  JSON.stringify({
    study,
    server,
    store,
    restart,
    rows: alone.rows,
    kills: Number(values.kills),
    late,
    ...found,
  }),
)
if (isSame) await rm(place, { recursive: true })
else process.exitCode = 1
