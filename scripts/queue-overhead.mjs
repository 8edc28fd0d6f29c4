// What a job costs besides its work, and how much memory many small ones take: counts that take no time, by every driver.
// Usage: node scripts/queue-overhead.mjs [--jobs 10000] [--drivers embedded,redis,postgres] [--at-once 2]
// needs: npm run build; Debian's redis-server and postgresql for the queues
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { parseArgs } from 'node:util'
import { embeddedDriver } from '../dist/jobs/node/embedded.js'
import { queueDriver } from '../dist/jobs/node/queue-driver.js'
import { workQueue } from '../dist/jobs/node/work-queue.js'
import { checkStudy } from '../dist/studies/file.js'
import { runStudy } from '../dist/studies/node/index.js'
import { startServer } from './lib/servers.mjs'

const { values } = parseArgs({
  options: {
    jobs: { type: 'string', default: '10000' },
    drivers: { type: 'string', default: 'embedded,redis,postgres' },
    'at-once': { type: 'string', default: '2' },
  },
})
const kinds = new URL('../test/fixtures/tiny-jobs.mjs', import.meta.url).href
const { KINDS } = await import(kinds)
const processes = Number(values['at-once'])
const total = Number(values.jobs)
const MB = 2 ** 20

for (const name of values.drivers.split(',')) {
  const place = await mkdtemp(join(tmpdir(), 'sparring-overhead-'))
  const store = join(place, 'store')
  const server = name === 'embedded' ? undefined : await startServer(name)
  const stop = new AbortController()
  const worker = server
    ? workQueue({
        queue: server.address,
        store,
        folder: join(place, 'worker'),
        processes,
        kinds,
        signal: stop.signal,
        onEvent: () => {},
      })
    : undefined
  // A hundred groups, so that the table itself stays small.
  const study = checkStudy(
    {
      name: 'count',
      kind: 'counting',
      grid: { steps: Array.from({ length: Math.min(100, total) }, (_, i) => i + 1) },
      seeds: Array.from({ length: Math.ceil(total / Math.min(100, total)) }, (_, i) => i + 1),
    },
    'the script',
  )
  globalThis.gc?.()
  const before = process.memoryUsage().rss
  let most = before
  let first
  const began = performance.now()
  const work = runStudy({
    study,
    folder: join(place, 'count'),
    store,
    command: ['sparring', 'study'],
    kinds: KINDS,
    driver: async (options) =>
      server
        ? queueDriver({ ...options, queue: server.address, store })
        : embeddedDriver({ ...options, store, kinds, processes }),
  })
  let done = 0
  let seconds = 0
  for await (const event of work) {
    if (event.type === 'result') {
      first ??= performance.now()
      done++
      seconds = (performance.now() - first) / 1000
      if (done % 100 === 0) most = Math.max(most, process.memoryUsage().rss)
    }
    if (event.type === 'end' && event.outcome !== 'finished') throw new Error('it did not end')
  }
  most = Math.max(most, process.memoryUsage().rss)
  console.log(
    JSON.stringify({
      driver: name,
      jobs: done,
      atOnce: processes,
      millisecondsPerJob: Number(((1000 * seconds) / (done - 1)).toFixed(2)),
      secondsInAll: Number(((performance.now() - began) / 1000).toFixed(1)),
      megabytesBefore: Math.round(before / MB),
      megabytesMost: Math.round(most / MB),
    }),
  )
  stop.abort()
  await worker
  await server?.stop()
  await rm(place, { recursive: true })
}
