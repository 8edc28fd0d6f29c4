// What a job costs besides its work, and how much memory many small ones take, by every driver: jobs that take no time, or shards of a
// certification. Workers are processes of their own, as on other machines.
// Usage: node scripts/queue-overhead.mjs [--jobs 10000] [--drivers embedded,redis,postgres] [--at-once 2] [--kind counting|certify|work]
//          [--workers 1]
//   --drivers  in turns; one may be named again, to be measured again
//   --workers  so many workers share the jobs at once
//   --kind  counting: nothing but the driver; certify: an image each, under 100 + 20 draws of noise; work: half a second of a core each
// Beside the clock stands what all processes took of the processors: the only number that other work on the machine leaves alone.
// Linux only. needs: npm run build; Debian's redis-server and postgresql for the queues
import { fork } from 'node:child_process'
import { readdirSync, readFileSync } from 'node:fs'
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { parseArgs } from 'node:util'
import { embeddedDriver } from '../dist/jobs/node/embedded.js'
import { OWN_KINDS } from '../dist/jobs/node/pool.js'
import { queueDriver } from '../dist/jobs/node/queue-driver.js'
import { workQueue } from '../dist/jobs/node/work-queue.js'
import { checkStudy } from '../dist/studies/file.js'
import { runStudy } from '../dist/studies/node/index.js'
import { startServer } from './lib/servers.mjs'

const { values, positionals } = parseArgs({
  allowPositionals: true,
  options: {
    jobs: { type: 'string', default: '10000' },
    drivers: { type: 'string', default: 'embedded,redis,postgres' },
    'at-once': { type: 'string', default: '2' },
    kind: { type: 'string', default: 'counting' },
    workers: { type: 'string', default: '1' },
  },
})
const processes = Number(values['at-once'])
const total = Number(values.jobs)
const kinds =
  values.kind === 'certify' ? OWN_KINDS : new URL('../test/fixtures/tiny-jobs.mjs', import.meta.url).href

/** So many numbers from 1 on. */
const upTo = (count) => Array.from({ length: count }, (_, i) => i + 1)
/** A hundred groups, so that the table itself stays small. */
const groups = Math.min(100, total)
const seeds = upTo(Math.ceil(total / groups))
const STUDIES = {
  counting: { kind: 'counting', grid: { steps: upTo(groups) }, seeds },
  work: { kind: 'counting', options: { busy: 500, steps: 1 }, seeds: upTo(total) },
  certify: {
    data: { data: 'digits', count: 600 },
    jobs: {
      gan: {
        models: [{ model: 'dcgan-64', filters: 1 }],
        options: { steps: 4, batchSize: 8, imageSize: '16', sampleEvery: 0 },
        seeds: 1,
        show: false,
      },
      // Logits on the pixels: the smallest classifier there is, so that a job is little more than its shard.
      classifier: {
        kind: 'finetune',
        needs: { run: 'gan' },
        options: { from: 'pixels', steps: 60, batchSize: 16 },
        seeds: 1,
        show: false,
      },
      certify: {
        kind: 'certify',
        needs: { run: 'classifier' },
        options: { n0: 20, n: 100, images: 1, radii: [0] },
        grid: { sigma: upTo(groups).map((i) => i / 100) },
        seeds,
      },
    },
  },
}

/** Processes that descend from this one, and their parents. */
function family() {
  const parents = new Map()
  for (const name of readdirSync('/proc')) {
    if (!/^\d+$/.test(name)) continue
    try {
      const stat = readFileSync(`/proc/${name}/stat`, 'utf8')
      const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ')
      // Parent; ticks of its own and of those that have ended below it.
      parents.set(Number(name), {
        parent: Number(fields[1]),
        ticks: fields.slice(11, 15).reduce((sum, each) => sum + Number(each), 0),
      })
    } catch {} // It has ended.
  }
  const isOurs = (pid) => pid === process.pid || (parents.has(pid) && isOurs(parents.get(pid).parent))
  return [...parents].filter(([pid]) => isOurs(pid)).map(([pid, { ticks }]) => ({ pid, ticks }))
}

const wordOf = (pid) => {
  try {
    const words = readFileSync(`/proc/${pid}/cmdline`, 'utf8').split('\0')
    if (pid === process.pid) return 'study'
    if (words.some((word) => word.endsWith('/child.js'))) return 'doing'
    if (words.includes('as-worker')) return 'worker'
    return words[0]?.includes('node') ? 'study' : 'server'
  } catch {
    return undefined
  }
}
const peakOf = (pid) => {
  try {
    return Number(/VmHWM:\s+(\d+)/.exec(readFileSync(`/proc/${pid}/status`, 'utf8'))?.[1] ?? 0) / 1024
  } catch {
    return 0
  }
}
const TICKS = 100 // Of a second, on Linux.
const ticksOf = () => family().reduce((sum, { ticks }) => sum + ticks, 0)

/** A worker, until its parent goes. */
async function asWorker([, queue, store, folder]) {
  const stop = new AbortController()
  process.on('disconnect', () => stop.abort())
  await workQueue({ queue, store, folder, processes, kinds, signal: stop.signal, onEvent: () => {} })
  process.exit(0)
}

async function measure(name) {
  const place = await mkdtemp(join(tmpdir(), 'sparring-overhead-'))
  const store = join(place, 'store')
  const server = name === 'embedded' ? undefined : await startServer(name)
  const count = server ? Number(values.workers) : 0
  const workers = Array.from({ length: count }, (_, i) =>
    fork(fileURLToPath(import.meta.url), [
      'as-worker',
      server.address,
      store,
      join(place, `worker-${i}`),
      '--kind',
      values.kind,
      '--at-once',
      String(processes / count),
    ]),
  )
  const { KINDS } = await import(kinds)
  const study = checkStudy({ name: 'many', ...STUDIES[values.kind] }, 'the script')
  const work = runStudy({
    study,
    folder: join(place, 'many'),
    store,
    command: ['sparring', 'study'],
    kinds: KINDS,
    driver: async (options) =>
      server
        ? queueDriver({ ...options, queue: server.address, store })
        : embeddedDriver({ ...options, store, kinds, processes }),
  })
  const peaks = {}
  const look = () => {
    for (const { pid } of family()) {
      const word = wordOf(pid)
      if (word) peaks[word] = Math.max(peaks[word] ?? 0, Math.round(peakOf(pid)))
    }
  }
  const marks = {}
  let [done, first, ticks] = [0, 0, 0]
  for await (const event of work) {
    if (event.type === 'result') {
      if (done++ === 0) [first, ticks] = [performance.now(), ticksOf()]
      if (done === 1000 || done === total) {
        look()
        marks[done] = { ...peaks }
      } else if (done % 500 === 0) look()
    }
    if (event.type === 'end' && (event.outcome !== 'finished' || event.failures.length > 0))
      throw new Error(`it did not end: ${JSON.stringify(event.failures[0])}`)
  }
  const [seconds, cpu] = [(performance.now() - first) / 1000, (ticksOf() - ticks) / TICKS]
  look()
  const each = (spent) => Number(((1000 * spent) / (done - 1)).toFixed(2))
  console.log(
    JSON.stringify({
      driver: name,
      kind: values.kind,
      jobs: done,
      atOnce: processes,
      workers: count,
      wallMillisecondsPerJob: each(seconds),
      cpuMillisecondsPerJob: each(cpu),
      peakMegabytes: { ...marks, end: { ...peaks } },
    }),
  )
  await Promise.all(
    workers.map((worker) => {
      const ended = new Promise((resolve) => worker.once('exit', resolve))
      worker.disconnect()
      return ended
    }),
  )
  await server?.stop()
  await rm(place, { recursive: true })
}

if (positionals[0] === 'as-worker') await asWorker(positionals)
else for (const name of values.drivers.split(',')) await measure(name)
