// The alarms of a run in its folder: which there are, and that a resumed run raises the same ones as one left alone.
import { cp, mkdtemp, readdir, readFile, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, expect, it } from 'vitest'
import { continueRun, startRun } from '../../src/lifecycle/index.ts'
import { openRun } from '../../src/runs/node/index.ts'
import { smallData } from '../e2e/sparring.ts'

let folder: string
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'sparring-alarms-'))
  await smallData(join(folder, 'small'))
  // A divergence that weighs this much leaves a latent that says nothing.
  const settings = {
    steps: 701,
    batchSize: 4,
    sampleEvery: 100,
    checkpointEvery: 200,
    threads: 1,
    beta: 3000,
    learningRate: 0.005,
    validateEvery: 0,
  }
  const request = {
    model: 'vae-shallow',
    data: join(folder, 'small'),
    folder: join(folder, 'whole'),
    settings,
  }
  for await (const _ of startRun({ ...request, command: ['sparring', 'train'] }));
})
afterAll(() => rm(folder, { recursive: true }))

const eventsOf = (run: string): Promise<string> => readFile(join(folder, run, 'events.jsonl'), 'utf8')

it('stand in its configuration, and in its events once per episode', async () => {
  const { config, events } = await (await openRun(join(folder, 'whole'))).readRecord()
  expect(config.alarms?.map(({ kind, from }) => [kind, from])).toEqual([
    ['loss-risen', 550],
    ['latents-unused', 500],
    ['samples-collapsed', 500],
  ])
  expect(events.map(({ kind, step, severity }) => [kind, step, severity])).toEqual([
    ['latents-unused', 500, 'warning'],
    ['samples-collapsed', 500, 'warning'],
  ])
})

it.each([400, 600])('are the same when it is taken up again after step %d', async (step) => {
  const run = `again-${step}`
  await cp(join(folder, 'whole'), join(folder, run), { recursive: true })
  for (const file of await readdir(join(folder, run, 'checkpoints')))
    if (Number(/\d+/.exec(file)![0]) > step) await rm(join(folder, run, 'checkpoints', file))
  const resumed: (number | undefined)[] = []
  for await (const event of continueRun(join(folder, run)))
    if (event.type === 'run') resumed.push(event.resumedFrom)
  expect(resumed).toEqual([step])
  expect(await eventsOf(run)).toBe(await eventsOf('whole'))
})
