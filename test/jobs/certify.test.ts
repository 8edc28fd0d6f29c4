// Certifications as jobs: shards that join to the whole, that go on where they were, and what is refused before anything is done.
import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { dataHashes } from '../../src/jobs/node/data.ts'
import { execute, programVersion } from '../../src/jobs/node/execute.ts'
import { KINDS } from '../../src/jobs/node/kinds.ts'
import { storeAt } from '../../src/jobs/node/open-store.ts'
import type { Store } from '../../src/jobs/node/store.ts'
import type { Job } from '../../src/jobs/request.ts'
import { type CertifyShard, certifyRun } from '../../src/lifecycle/certify-run.ts'
import { imagesIn, loadRunData } from '../../src/lifecycle/run-data.ts'
import { checkStudy } from '../../src/studies/file.ts'
import { type Plan, planStudy } from '../../src/studies/plan.ts'

let place: string
let store: Store
const hashes = dataHashes()

const plan = (certify: object, more: object = {}): Promise<Plan> =>
  planStudy(
    checkStudy(
      {
        name: 'certified',
        jobs: {
          classifier: {
            models: ['classifier'],
            data: { data: 'digits', count: 240 },
            options: { steps: 12, batchSize: 16, noise: 0.25, imageSize: '16', sampleEvery: 0 },
            show: false,
          },
          certify: {
            kind: 'certify',
            needs: { run: 'classifier' },
            options: { sigma: 0.25, n0: 20, n: 60, images: 2, radii: [0, 0.1] },
            ...certify,
          },
          ...more,
        },
      },
      'a test',
    ),
    { kinds: KINDS, hashes, version: programVersion() },
  )

/** Does a job here, after those that it needs. */
async function done(job: Job, { helpers }: Plan, folder = join(place, job.id)) {
  const options = {
    store,
    kinds: KINDS,
    needsFolder: join(place, 'needs'),
    signal: new AbortController().signal,
  }
  for (const helper of helpers) await execute(helper.job, { ...options, folder: join(place, helper.job.id) })
  const shares: number[] = []
  await execute(job, { ...options, folder, onProgress: (share) => shares.push(share) })
  const { found } = (await store.result(job.id))!
  return { shares, of: Object.fromEntries(found.measures.map((row) => [row.name, row.values[0]!.value!])) }
}

beforeAll(async () => {
  place = await mkdtemp(join(tmpdir(), 'sparring-certify-'))
  store = await storeAt(join(place, 'store'))
})
afterAll(async () => {
  await store.close()
  await rm(place, { recursive: true })
})

it('certifies shards of the held-out images, which join to what one job says of all of them', async () => {
  const shards = await plan({ seeds: [1, 2] })
  const whole = await plan({ options: { sigma: 0.25, n0: 20, n: 60, images: 4, radii: [0, 0.1] } })
  const parts = []
  for (const { job } of shards.table) parts.push((await done(job, shards)).of)
  const { of, shares } = await done(whole.table[0]!.job, whole)
  expect(Object.keys(of)).toEqual(['certified.0', 'certified.0.1', 'certifiedRadius', 'abstained'])
  for (const name of Object.keys(of))
    expect(parts.reduce((sum, part) => sum + part[name]!, 0) / 2, name).toBeCloseTo(of[name]!, 12)
  expect(of['certified.0.1']!).toBeLessThanOrEqual(of['certified.0']!)
  // Twelve steps teach it something: not everything is refused.
  expect(of.abstained).toBeLessThan(1)
  expect(shares.at(-1)).toBe(1)
})

it('goes on with the draws that were counted before it was interrupted', async () => {
  const { table, ...rest } = await plan({ seeds: [4] })
  const { job } = table[0]!
  const folder = join(place, 'half')
  await mkdir(folder)
  const certified = (counts: number[]) => ({ from: 0, counts })
  const of = (draws: number): number[] => Array.from({ length: 10 }, (_, label) => (label === 3 ? draws : 0))
  // All that there is to count, all of it for one class: as no classifier would.
  const { train, test } = imagesIn(
    await loadRunData('digits', { options: { count: 240 }, imageSize: { height: 16, width: 16 } }),
  )
  expect(train.count).toBeGreaterThan(0)
  const ids = Array.from({ length: test!.count }, (_, id) => id)
  const shards = ids.flatMap((id) => [
    { id, purpose: 'select', to: 20, ...certified(of(20)) },
    { id, purpose: 'estimate', to: 60, ...certified(of(60)) },
  ])
  await writeFile(join(folder, 'shards.json'), JSON.stringify(shards))
  const { shares, of: found } = await done(job, { table, ...rest }, folder)
  expect(shares).toEqual([])
  expect(found.abstained).toBe(0)
})

it('counts no draw twice, and gives the same certificates in pieces', async () => {
  const { helpers } = await plan({})
  const run = join(place, 'needs', helpers[0]!.job.id)
  const { test: dataset } = imagesIn(
    await loadRunData('digits', { options: { count: 240 }, imageSize: { height: 16, width: 16 } }),
  )
  const request = {
    run,
    dataset: dataset!,
    ids: [0, 3],
    options: { sigma: 0.25, n0: 10, n: 30, alpha: 0.01 },
    seed: 0,
    threads: 1,
  }
  const shards: CertifyShard[] = []
  const certificates: unknown[] = []
  for (const before of [0, 3]) {
    const counted = []
    for await (const event of certifyRun({ ...request, done: shards.slice(0, before) }))
      if (event.type === 'shard') counted.push(event.shard)
      else certificates.push(event.certificates)
    if (before === 0) shards.push(...counted)
    else expect(counted).toEqual(shards.slice(3))
  }
  expect(shards.map(({ id, purpose }) => `${id} ${purpose}`)).toEqual([
    '0 select',
    '0 estimate',
    '3 select',
    '3 estimate',
  ])
  expect(certificates[1]).toEqual(certificates[0])
})

describe('is refused before anything is done', () => {
  const gan = {
    models: ['dcgan-64'],
    data: { data: 'digits', count: 240 },
    options: { imageSize: '16' },
    show: false,
  }
  it.each([
    [
      { seeds: [21] },
      {},
      'in shards of 2 by their seeds: of 40 held-out ones there are 20, and seed 21 is beyond',
    ],
    [
      { needs: { run: 'gan' } },
      { gan, other: { kind: 'certify', needs: { run: 'classifier' } } },
      'names no classes',
    ],
    [{ options: { simga: 1 } }, {}, 'a certification has no option "simga"; did you mean "sigma"?'],
    [{ options: { sigma: -1 } }, {}, '--sigma -1'],
    [{ options: { radii: [-1] } }, {}, 'radii: expected 1 to 20 distances from 0 up'],
    [
      { needs: {} },
      { one: { kind: 'certify', needs: { run: 'classifier' } } },
      'a certification needs a run',
    ],
  ])('%j', async (certify, more, message) => {
    await expect(plan(certify, more)).rejects.toThrow(message)
  })
})
