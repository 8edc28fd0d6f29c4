// Trainings that the studio starts and steers: processes of their own, told by way of the run folder.
import { existsSync } from 'node:fs'
import { mkdtemp, readFile, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { lockHolder } from '../../src/runs/node/index.ts'
import { openStudio, type Studio } from '../../src/server/index.ts'
import type { RunList, RunSnapshot, Started } from '../../src/server/protocol.ts'
import { notOnLinux, unless } from '../support/unless.ts'

let root: string
let studio: Studio
beforeAll(async () => {
  root = await mkdtemp(join(tmpdir(), 'sparring-trainings-'))
  studio = await openStudio({ runs: root, port: 0 })
})
afterAll(async () => {
  // Whatever a failed test left running.
  const holder = await lockHolder(join(root, 'fight'))
  if (holder) process.kill(holder.pid)
  await studio?.close()
  await rm(root, { recursive: true, force: true, maxRetries: 5 })
})

const ask = async (path: string, body?: unknown): Promise<Response> =>
  fetch(`http://127.0.0.1:${studio.port}${path}`, {
    headers: { 'x-sparring-token': studio.token },
    ...(body === undefined ? {} : { method: 'POST', body: JSON.stringify(body) }),
  })
const run = async (): Promise<RunSnapshot> => (await (await ask('/api/runs/fight')).json()) as RunSnapshot
const control = async (body: unknown): Promise<void> => {
  const response = await ask('/api/runs/fight/control', body)
  if (!response.ok) throw new Error(await response.text())
}
const state = async (): Promise<string> => (await run()).status.state
const lastStep = async (): Promise<number> => (await run()).metrics.step.at(-1) ?? -1
const patient = { timeout: 60_000, interval: 100 }

describe('a training that the studio starts', () => {
  it('is listed while it prepares, and then trains', { timeout: 120_000 }, async () => {
    const response = await ask('/api/runs', {
      model: 'mlp-gan',
      data: 'digits',
      name: 'fight',
      settings: {
        count: 120,
        steps: 100_000,
        batchSize: 4,
        sampleEvery: 1000,
        checkpointEvery: 1000,
        threads: 1,
      },
    })
    expect(response.status).toBe(202)
    expect(((await response.json()) as Started).name).toBe('fight')
    const { runs } = (await (await ask('/api/runs')).json()) as RunList
    expect(runs.find(({ name }) => name === 'fight')?.state).toMatch(/preparing|running/)
    // Its name is taken from now on.
    expect(
      (await ask('/api/runs', { model: 'mlp-gan', data: 'digits', name: 'fight', settings: {} })).status,
    ).toBe(400)
    await expect.poll(() => existsSync(join(root, 'fight', 'config.json')), patient).toBe(true)
    await expect.poll(lastStep, patient).toBeGreaterThan(3)
  })

  unless(notOnLinux).it('does not know the token of the studio', async () => {
    const { pid } = (await lockHolder(join(root, 'fight')))!
    for (const file of ['cmdline', 'environ'])
      expect(await readFile(`/proc/${pid}/${file}`, 'utf8')).not.toContain(studio.token)
  })

  it('pauses with a checkpoint, and makes single steps', { timeout: 120_000 }, async () => {
    await control({ command: 'pause' })
    await expect.poll(state, patient).toBe('paused')
    const before = await lastStep()
    await control({ command: 'step', updates: ['discriminator'] })
    await control({ command: 'step', updates: ['generator'] })
    await control({ command: 'step' })
    await expect.poll(lastStep, patient).toBe(before + 3)
    await expect
      .poll(
        async () => (await run()).samples.filter(({ kind }) => kind === 'fixed').map(({ step }) => step),
        patient,
      )
      .toEqual(expect.arrayContaining([before + 1, before + 2, before + 3]))
    const snapshot = await run()
    expect(snapshot.status).toMatchObject({ state: 'paused' })
    expect(snapshot.events.map(({ kind, step }) => [kind, step])).toEqual([
      ['single-player', before + 1],
      ['single-player', before + 2],
    ])
  })

  it('goes on, stops when it is told to, and can be resumed', { timeout: 120_000 }, async () => {
    const before = await lastStep()
    await control({ command: 'continue' })
    await expect.poll(lastStep, patient).toBeGreaterThan(before)
    expect(await state()).toBe('running')
    await control({ command: 'stop' })
    await expect.poll(state, patient).toBe('stopped')
    // Pictures and networks are made at the end, too.
    await expect.poll(async () => lockHolder(join(root, 'fight')), patient).toBeUndefined()
    const stopped = await lastStep()
    expect((await run()).files).toContain('generator.onnx')
    expect((await ask('/api/runs/fight/control', { command: 'pause' })).status).toBe(400)
    await control({ command: 'resume' })
    await expect.poll(lastStep, patient).toBeGreaterThan(stopped)
  })

  it('goes on when the studio ends', { timeout: 120_000 }, async () => {
    await studio.close()
    studio = await openStudio({ runs: root, port: 0 })
    const before = await lastStep()
    await expect.poll(lastStep, patient).toBeGreaterThan(before)
    await control({ command: 'stop' })
    await expect.poll(async () => lockHolder(join(root, 'fight')), patient).toBeUndefined()
    const [steps] = [(await run()).metrics.step]
    // No step is missing and none was logged twice, whatever was between.
    expect(steps).toEqual(Array.from({ length: steps.length }, (_, i) => i))
  })
})

describe('a training that cannot begin', () => {
  it('tells why in the list', { timeout: 60_000 }, async () => {
    const name = 'bad'
    const settings = { count: 120, steps: 5, evaluateEvery: 1 }
    // That the classifier makes no images to measure is known only when it begins.
    const response = await ask('/api/runs', { model: 'classifier', data: 'digits', name, settings })
    expect(response.status).toBe(202)
    const card = async () =>
      ((await (await ask('/api/runs')).json()) as RunList).runs.find((entry) => entry.name === name)
    await expect.poll(async () => (await card())?.state, patient).toBe('failed')
    expect((await card())?.message).toContain('makes no images')
  })
})
