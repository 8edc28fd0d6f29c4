// The driver that needs nothing: the contract of all drivers, and what only it does.
import { mkdtemp, readdir, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { expect, it } from 'vitest'
import type { JobEvent } from '../../src/jobs/driver.ts'
import { embeddedDriver } from '../../src/jobs/node/embedded.ts'
import { counting, driverContract, TINY_KINDS, until } from '../contracts/driver.ts'

driverContract('processes of this machine', async (options) =>
  embeddedDriver({ ...options, kinds: TINY_KINDS, processes: 2 }),
)

it('stops jobs where they can go on, and leaves what is done of them', async () => {
  const place = await mkdtemp(join(tmpdir(), 'sparring-embedded-'))
  const events: JobEvent[] = []
  const driver = embeddedDriver({
    kinds: TINY_KINDS,
    store: join(place, 'store'),
    processes: 1,
    placesOf: () => ({ folder: join(place, 'work'), needsFolder: place, keepFolder: false }),
    onEvent: (event) => events.push(event),
  })
  await driver.submit(await counting({ steps: 1000, pause: 10 }))
  await until(() => events.some(({ type }) => type === 'progress'))
  await driver.stop()
  await driver.close()
  expect(events.filter(({ type }) => type === 'failed' || type === 'finished')).toEqual([])
  expect(await readdir(join(place, 'work'))).toContain('state.json')
  await rm(place, { recursive: true })
})

it('ends a process that gives no sign of life, and does its job in another', async () => {
  const place = await mkdtemp(join(tmpdir(), 'sparring-silent-'))
  const events: JobEvent[] = []
  const driver = embeddedDriver({
    kinds: TINY_KINDS,
    store: join(place, 'store'),
    processes: 1,
    // Less than there is between two signs of life, so that every process seems silent.
    silence: 400,
    retry: { attempts: 2, backoff: 10 },
    placesOf: () => ({ folder: join(place, 'work'), needsFolder: place, keepFolder: false }),
    onEvent: (event) => events.push(event),
  })
  await driver.submit(await counting({ steps: 1, pause: 30_000 }))
  await until(() => events.some((event) => event.type === 'failed' && event.final))
  expect(events.filter(({ type }) => type === 'failed')).toMatchObject([
    { message: expect.stringContaining('SIGKILL'), final: false },
    { final: true },
  ])
  await driver.close()
  await rm(place, { recursive: true })
})
