// Cuts a worker off from the network while it works, and lets it come back: a study on a queue, one worker in a network namespace of its
// own whose cable is pulled, another beside the server. What it ends with is compared with a study that was left alone.
// Usage: node scripts/cut-worker.mjs [--server redis|postgres] [--jobs 12] [--away 75] [--at-once 1]
//   --away  seconds without a network: after 30 a job counts as lost, and another worker takes it
// needs: npm run build; root, for `ip netns`; Debian's iproute2, redis-server and postgresql
import { execFileSync } from 'node:child_process'
import { mkdtemp, readFile, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { parseArgs } from 'node:util'
import { startPostgres, startRedis } from './lib/servers.mjs'
import { compared, leftAlone, studyPlace } from './lib/tiny-studies.mjs'

const { values } = parseArgs({
  options: {
    server: { type: 'string', default: 'redis' },
    jobs: { type: 'string', default: '12' },
    away: { type: 'string', default: '75' },
    'at-once': { type: 'string', default: '1' },
  },
})
const place = await mkdtemp(join(tmpdir(), 'sparring-cut-worker-'))
const at = await studyPlace(place, { jobs: Number(values.jobs) })
const alone = await leftAlone(at, place, '2')
console.log(`${alone.rows} rows in ${alone.seconds.toFixed(1)} s left alone`)

// Two hosts: this one, and a namespace; a pair of network cards joins them.
const far = `sparring-${process.pid}`
const [here, there] = [`sp${process.pid % 10_000}a`, `sp${process.pid % 10_000}b`]
const network = `10.231.${process.pid % 250}`
const ip = (/** @type {string} */ words) => execFileSync('ip', words.split(' '))
ip(`netns add ${far}`)
ip(`link add ${here} type veth peer name ${there} netns ${far}`)
ip(`addr add ${network}.1/24 dev ${here}`)
ip(`link set ${here} up`)
ip(`netns exec ${far} ip addr add ${network}.2/24 dev ${there}`)
ip(`netns exec ${far} ip link set ${there} up`)

const host = `${network}.1`
const redis = await startRedis({ host })
const other = values.server === 'postgres' ? await startPostgres({ host }) : undefined
const reached = ['--queue', (other ?? redis).address, '--store', `${redis.address}/1`]
const worker = (name, options) =>
  at.start(['worker', ...reached, '--jobs', values['at-once'], '--work', join(place, name)], options)
const journal = async () =>
  (await readFile(join(place, 'broken/tiny/journal.jsonl'), 'utf8').catch(() => ''))
    .split('\n')
    .filter((line) => line.endsWith('}'))
    .map((line) => JSON.parse(line))
/** Jobs that a worker has begun. */
const begunBy = async ({ pid }) =>
  (await journal()).filter(({ event, worker: name }) => event === 'started' && name.includes(`/${pid} `))

try {
  const cut = worker('far', { before: ['ip', 'netns', 'exec', far] })
  const study = at.start(['study', 'tiny.json', '--out', 'broken/tiny', ...reached])
  while ((await begunBy(cut)).length === 0) await sleep(100)
  await sleep(500)
  ip(`link set ${here} down`)
  console.log('cut')
  const near = worker('near', {})
  const back = sleep(1000 * Number(values.away)).then(async () => {
    ip(`link set ${here} up`)
    console.log('back')
    return cut.told.split('done in').length - 1
  })
  const { code } = await study.ended
  if (code !== 0) throw new Error(`the study ended with ${code}: ${study.told}`)
  const before = await back
  // It has ended what it had begun, and goes on to wait for more.
  for (let i = 0; i < 600 && cut.told.split('done in').length - 1 <= before; i++) await sleep(100)
  const isAlive = cut.exitCode === null && cut.signalCode === null
  const begun = await journal()
  const started = begun.filter(({ event }) => event === 'started')
  const jobs = new Set(started.map(({ job }) => job))
  const { isSame, ...found } = await compared(alone, join(place, 'broken/tiny'))
  console.log(
    JSON.stringify({
      server: values.server,
      away: Number(values.away),
      rows: alone.rows,
      begunFar: (await begunBy(cut)).length,
      begunNear: (await begunBy(near)).length,
      takenOver: started.length - jobs.size,
      doneFarAfterReturn: cut.told.split('done in').length - 1 - before,
      isAlive,
      ...found,
    }),
  )
  if (!isSame || !isAlive) {
    process.exitCode = 1
    console.log(cut.told)
  }
  await at.kill(cut)
  await at.kill(near)
  if (isSame) await rm(place, { recursive: true })
} finally {
  await other?.stop()
  await redis.stop()
  ip(`netns del ${far}`)
}
