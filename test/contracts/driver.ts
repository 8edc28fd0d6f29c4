// What every driver of jobs must do, whatever carries them: one suite for all.
import { mkdtemp, readFile, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import type { Driver, DriverOptions, JobEvent, RetryPolicy } from '../../src/jobs/driver.ts'
import { programVersion } from '../../src/jobs/node/execute.ts'
import { storeAt } from '../../src/jobs/node/open-store.ts'
import type { Places } from '../../src/jobs/node/pool.ts'
import type { Store } from '../../src/jobs/node/store.ts'
import { type Job, jobId } from '../../src/jobs/request.ts'

export const TINY_KINDS = new URL('../fixtures/tiny-jobs.mjs', import.meta.url).href

export interface DriverPlace {
  /** A folder of this test. */
  readonly place: string
  readonly store: string
  readonly retry: RetryPolicy
  readonly placesOf: (job: Job) => Places
}

/** A driver with two processes that work for it. */
export type OpenDriver = (options: DriverOptions & DriverPlace) => Promise<Driver>

/** A job that counts. */
export async function counting(options: Readonly<Record<string, unknown>> = {}): Promise<Job> {
  const request = {
    kind: 'counting',
    options: {
      seed: 1,
      steps: 3,
      pause: 0,
      trouble: '',
      where: '',
      ballast: 0,
      ...options,
    } as Job['request']['options'],
    data: {},
    needs: {},
    version: programVersion(),
  }
  return { id: await jobId(request), name: `counting ${JSON.stringify(options)}`, request, places: {} }
}

/** Waits until something has happened. */
export async function until(what: () => boolean, patience = 20_000): Promise<void> {
  for (const start = Date.now(); !what(); await sleep(20))
    if (Date.now() - start > patience) throw new Error('waited in vain')
}

export function driverContract(name: string, open: OpenDriver): void {
  describe(`${name}, as every driver,`, () => {
    let place: string
    let store: Store
    let driver: Driver
    let events: JobEvent[]
    const told = <Type extends JobEvent['type']>(
      type: Type,
      { id }: Job,
    ): Extract<JobEvent, { type: Type }>[] =>
      events.filter(
        (event): event is Extract<JobEvent, { type: Type }> =>
          event.type === type && 'id' in event && event.id === id,
      )
    beforeEach(async () => {
      place = await mkdtemp(join(tmpdir(), 'sparring-driver-'))
      const address = join(place, 'store')
      store = await storeAt(address)
      events = []
      driver = await open({
        place,
        store: address,
        retry: { attempts: 2, backoff: 50 },
        placesOf: ({ id }) => ({
          folder: join(place, 'work', id),
          needsFolder: join(place, 'needs'),
          keepFolder: false,
        }),
        onEvent: (event) => events.push(event),
      })
    })
    afterEach(async () => {
      await driver.close()
      await store.close()
      await rm(place, { recursive: true, force: true })
    })

    it('does jobs, and tells it when their results are in the store', async () => {
      const jobs = await Promise.all([1, 2, 3, 4, 5].map((seed) => counting({ seed })))
      for (const job of jobs) await driver.submit(job)
      await until(() => jobs.every((job) => told('finished', job).length > 0))
      for (const job of jobs) {
        expect(told('started', job)).toHaveLength(1)
        expect(told('finished', job)).toEqual([{ type: 'finished', id: job.id, attempt: 1 }])
        expect((await store.result(job.id))?.found.measures[0]?.values[0]?.value).toBeTypeOf('number')
      }
    })

    it('takes a job that it has only once', async () => {
      const job = await counting({ where: place, steps: 4, pause: 50 })
      await driver.submit(job)
      await driver.submit(job)
      await until(() => told('finished', job).length > 0)
      await sleep(200)
      expect(told('finished', job)).toHaveLength(1)
      expect(await readFile(join(place, `${job.id}.attempts`), 'utf8')).toBe('x')
    })

    it('tells how far jobs are', async () => {
      const job = await counting({ steps: 8, pause: 60 })
      await driver.submit(job)
      await until(() => told('finished', job).length > 0)
      const shares = told('progress', job).map(({ share }) => share)
      expect(shares.length).toBeGreaterThan(1)
      expect(shares).toEqual(shares.toSorted((a, b) => a - b))
    })

    it('tries a job again whose process was killed', async () => {
      const job = await counting({ trouble: 'crash', where: place })
      await driver.submit(job)
      await until(() => told('finished', job).length > 0)
      expect(told('failed', job)).toMatchObject([{ attempt: 1, final: false }])
      expect(told('finished', job)).toMatchObject([{ attempt: 2 }])
    })

    it('gives a job up after its attempts, and one that cannot be done at once', async () => {
      const [hopeless, wrong] = [await counting({ trouble: 'always' }), await counting({ trouble: 'wrong' })]
      await driver.submit(hopeless)
      await driver.submit(wrong)
      await until(() => [hopeless, wrong].every((job) => told('failed', job).some(({ final }) => final)))
      expect(told('failed', hopeless)).toMatchObject([
        { attempt: 1, final: false, message: 'this job never goes well' },
        { attempt: 2, final: true },
      ])
      expect(told('failed', wrong)).toMatchObject([
        { attempt: 1, final: true, message: 'this job cannot be done' },
      ])
      expect(await store.result(wrong.id)).toBeUndefined()
    })

    it('takes a job again that it has given up, when it is asked to', async () => {
      const job = await counting({ trouble: 'wrong' })
      await driver.submit(job)
      await until(() => told('failed', job).length === 1)
      await driver.submit(job)
      await until(() => told('failed', job).length === 2)
    })
  })
}
