// Drivers that give jobs to workers, on Redis and on PostgreSQL: the contract of all drivers, and what only they do.
import { mkdtemp, rm } from 'node:fs/promises'
import { type AddressInfo, connect, createServer, type Socket } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import type { Driver, JobEvent } from '../../src/jobs/driver.ts'
import { storeAt } from '../../src/jobs/node/open-store.ts'
import { queueBackend } from '../../src/jobs/node/queue-backend.ts'
import { queueDriver } from '../../src/jobs/node/queue-driver.ts'
import { type WorkerEvent, workQueue } from '../../src/jobs/node/work-queue.ts'
import { openDashboard } from '../../src/server/dashboard.ts'
import { counting, driverContract, TINY_KINDS, until } from '../contracts/driver.ts'
import {
  freePort,
  noPostgres,
  noRedis,
  startPostgres,
  startRedis,
  type TestServer,
} from '../support/servers.ts'
import { unless } from '../support/unless.ts'

/** A worker in this process, whose jobs run in processes of their own. */
function startWorker(queue: string, store: string, folder: string) {
  const stop = new AbortController()
  const events: WorkerEvent[] = []
  const ended = workQueue({
    queue,
    store,
    folder,
    processes: 2,
    kinds: TINY_KINDS,
    signal: stop.signal,
    lock: 3000,
    onEvent: (event) => events.push(event),
  })
  return {
    events,
    ended,
    async close() {
      stop.abort()
      await ended
    },
  }
}

describe.each([
  ['Redis', noRedis, startRedis],
  ['PostgreSQL', noPostgres, startPostgres],
] as const)('a queue on %s', (name, reason, start) => {
  unless(reason).describe('with a worker', () => {
    let server: TestServer
    beforeAll(async () => {
      server = await start()
    })
    afterAll(() => server?.stop())

    driverContract(`workers of ${name}`, async ({ place, placesOf: _, ...options }): Promise<Driver> => {
      const worker = startWorker(server.address, options.store, join(place, 'worker'))
      const driver = await queueDriver({ ...options, queue: server.address, pace: 300 })
      return {
        ...driver,
        async close() {
          await worker.close()
          await driver.close()
        },
      }
    })

    it('gives back what a worker has begun that ends, and another one goes on with it from the store', async () => {
      const place = await mkdtemp(join(tmpdir(), 'sparring-takeover-'))
      // A store on a server, as machines have that share no disk.
      const redis = noRedis ? undefined : await startRedis()
      const store = redis ? `${redis.address}/1` : join(place, 'store')
      const events: JobEvent[] = []
      const first = startWorker(server.address, store, join(place, 'one'))
      const driver = await queueDriver({
        queue: server.address,
        store,
        pace: 300,
        onEvent: (event) => events.push(event),
      })
      const job = await counting({ steps: 60, pause: 25, where: place })
      await driver.submit(job)
      await until(() => events.some((event) => event.type === 'progress' && event.share > 0.3))
      await first.close()
      expect(first.events.some(({ type }) => type === 'returned')).toBe(true)
      const second = startWorker(server.address, store, join(place, 'two'))
      await until(() => events.some(({ type }) => type === 'finished'))
      const shares = events.flatMap((event) => (event.type === 'progress' ? [event.share] : []))
      // Not from the beginning.
      if (redis)
        expect(Math.min(...shares.slice(shares.findIndex((share) => share > 0.3)))).toBeGreaterThan(0.25)
      const keeper = await storeAt(store)
      expect(await keeper.result(job.id)).toBeDefined()
      await keeper.close()
      await second.close()
      await driver.close()
      await redis?.stop()
      await rm(place, { recursive: true })
    })

    it('loses no job when its server is restarted in the middle', async () => {
      const place = await mkdtemp(join(tmpdir(), 'sparring-restart-'))
      const store = join(place, 'store')
      const events: JobEvent[] = []
      const worker = startWorker(server.address, store, join(place, 'worker'))
      const driver = await queueDriver({
        queue: server.address,
        store,
        pace: 300,
        onEvent: (event) => events.push(event),
      })
      const jobs = await Promise.all(
        [1, 2, 3, 4, 5, 6].map((seed) => counting({ seed, steps: 10, pause: 30 })),
      )
      for (const job of jobs) await driver.submit(job)
      await until(() => events.some(({ type }) => type === 'finished'))
      await server.restart()
      const done = () =>
        events.filter(({ type }) => type === 'finished').map((event) => 'id' in event && event.id)
      await until(() => new Set(done()).size === jobs.length, 50_000)
      await sleep(300)
      expect(done().toSorted()).toEqual(jobs.map(({ id }) => id).toSorted())
      await worker.close()
      await driver.close()
      await rm(place, { recursive: true })
    })

    it('shows a worker of another version what it is, gives its job back, and waits for one that fits', async () => {
      const place = await mkdtemp(join(tmpdir(), 'sparring-version-'))
      const store = join(place, 'store')
      const remarks: string[] = []
      const driver = await queueDriver({
        queue: server.address,
        store,
        pace: 200,
        onEvent: (event) => {
          if (event.type === 'remark') remarks.push(event.message)
        },
      })
      const job = await counting()
      await driver.submit({
        ...job,
        id: job.id.replace(/^./, '0'),
        request: { ...job.request, version: 'sparring 9.0.0' },
      })
      const worker = startWorker(server.address, store, join(place, 'worker'))
      expect(await worker.ended).toContain('is for sparring 9.0.0, this is sparring')
      expect(worker.events.some(({ type }) => type === 'returned')).toBe(true)
      await until(() => remarks.length > 0)
      expect(remarks[0]).toContain('start "sparring worker')
      await driver.stop()
      await driver.close()
      await rm(place, { recursive: true })
    })
  })
})

/** A way to a server that can be cut, and mended. */
async function cuttable(to: number) {
  const sockets = new Set<Socket>()
  let isCut = false
  const proxy = createServer((socket) => {
    if (isCut) {
      socket.destroy()
      return
    }
    const onward = connect(to, '127.0.0.1')
    for (const [one, other] of [
      [socket, onward],
      [onward, socket],
    ] as const) {
      sockets.add(one)
      one.on('error', () => {})
      one.on('close', () => {
        sockets.delete(one)
        other.destroy()
      })
      one.pipe(other)
    }
  })
  await new Promise<void>((resolve) => proxy.listen(0, '127.0.0.1', resolve))
  return {
    port: (proxy.address() as AddressInfo).port,
    cut(now: boolean) {
      isCut = now
      if (now) for (const socket of sockets) socket.destroy()
    },
    close: () => new Promise<void>((resolve) => proxy.close(() => resolve())),
  }
}

unless(noRedis).it(
  'a job of a worker that is cut off from the network is done by another one, and counts once when the first comes back',
  async () => {
    const server = await startRedis()
    const place = await mkdtemp(join(tmpdir(), 'sparring-cut-'))
    const store = join(place, 'store')
    const way = await cuttable(Number(new URL(server.address).port))
    const events: JobEvent[] = []
    const far = startWorker(`redis://127.0.0.1:${way.port}`, store, join(place, 'far'))
    const driver = await queueDriver({
      queue: server.address,
      store,
      pace: 300,
      onEvent: (event) => events.push(event),
    })
    const job = await counting({ steps: 100, pause: 80, where: place })
    await driver.submit(job)
    await until(() => events.some(({ type }) => type === 'progress'))
    way.cut(true)
    const near = startWorker(server.address, store, join(place, 'near'))
    await until(() => near.events.some(({ type }) => type === 'started'), 50_000)
    way.cut(false)
    await until(() => events.some(({ type }) => type === 'finished'), 50_000)
    await until(
      () => [...far.events, ...near.events].filter(({ type }) => type === 'finished').length === 2,
      50_000,
    )
    expect(events.filter(({ type }) => type === 'finished')).toHaveLength(1)
    expect(events.filter((event) => event.type === 'failed' && event.final)).toEqual([])
    await Promise.all([far.close(), near.close()])
    await driver.close()
    await way.close()
    await server.stop()
    await rm(place, { recursive: true })
  },
  180_000,
)

unless(noRedis).describe('the page about a queue', () => {
  it('shows what is in it to this machine, and nothing to other sites', async () => {
    const server = await startRedis()
    const board = await openDashboard({ queue: server.address, port: 0 })
    const ask = (path: string, headers = {}) => fetch(new URL(path, board.address), { headers })
    expect(await (await ask('')).text()).toContain('<!DOCTYPE html>')
    expect(await (await ask('api/queues')).json()).toMatchObject({ queues: [{ name: 'sparring' }] })
    expect((await ask('api/queues', { origin: 'http://elsewhere.example' })).status).toBe(403)
    await board.close()
    await server.stop()
  })
})

describe('a queue that is not there', () => {
  it('is told with its address and without its password', async () => {
    const port = await freePort()
    for (const scheme of ['redis', 'postgres'])
      await expect(queueBackend(`${scheme}://me:secret@127.0.0.1:${port}/0`)).rejects.toThrow(
        `the queue ${scheme}://me:***@127.0.0.1:${port}/0 cannot be reached: connect ECONNREFUSED`,
      )
    await expect(queueBackend('amqp://host')).rejects.toThrow('expected redis://host:6379 or postgres://')
  })
})
