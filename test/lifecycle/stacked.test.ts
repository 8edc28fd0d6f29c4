// Runs on stacked images: what they record, resuming to the same bytes, pictures in colour, measures and alarms in modes, and their page.
import { mkdir, mkdtemp, readFile, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { continueRun, evaluateRuns, startRun } from '../../src/lifecycle/index.ts'
import { decodePng } from '../../src/report/node/index.ts'
import type { Evaluation } from '../../src/runs/index.ts'
import { openRun } from '../../src/runs/node/index.ts'
import { openStudio } from '../../src/server/index.ts'
import { snapshotOf } from '../../src/server/snapshot.ts'
import { runContents } from '../support/run-contents.ts'
import { TINY_GAN } from '../support/small-runs.ts'

let place: string
const at = (name: string): string => join(place, 'runs', name)
/** Few steps and a cache of its own: whether it is right does not matter here. */
const extractor = () => ({ cacheDir: join(place, 'cache'), settings: { steps: 40, batchSize: 32 } })

async function train(name: string, stopAfter?: number): Promise<void> {
  const stop = new AbortController()
  const events = startRun({
    ...{ model: TINY_GAN.model, data: 'stacked-mnist', dataOptions: { of: 'digits', count: 120 } },
    folder: at(name),
    command: ['sparring', 'train', TINY_GAN.model],
    signal: stop.signal,
    settings: {
      ...{ ...TINY_GAN.settings, learningRate: 0.05 },
      ...{ steps: 14, batchSize: 8, sampleEvery: 4, checkpointEvery: 4, validateEvery: 4, threads: 1 },
    },
  })
  for await (const event of events) if (event.type === 'checkpoint' && event.step === stopAfter) stop.abort()
}

beforeAll(async () => {
  place = await mkdtemp(join(tmpdir(), 'sparring-stacked-'))
  await mkdir(join(place, 'runs'))
  await train('whole')
})
afterAll(() => rm(place, { recursive: true }))

describe('a run on stacked images', () => {
  it('records their shape and a name for each of a thousand modes', async () => {
    const { data } = (await openRun(at('whole'))).config
    expect(data).toMatchObject({ name: 'stacked-mnist', height: 16, width: 16, channels: 3, count: 120 })
    expect(data.options).toEqual({ of: 'digits', count: 120, series: 1 })
    expect(data.classes).toHaveLength(1000)
    expect(data.classes![407]).toBe('407')
    expect(data.test!.count).toBe(20)
  })

  it('ends with the same bytes after it was stopped and resumed', async () => {
    await train('halves', 4)
    expect((await (await openRun(at('halves'))).readStatus()).state).toBe('stopped')
    for await (const _ of continueRun(at('halves')));
    expect(await runContents(at('halves'))).toEqual(await runContents(at('whole')))
  }, 60_000)

  it('leaves sheets in colour', async () => {
    const { pixels, channels } = await decodePng(
      await readFile(join(at('whole'), 'samples', 'step-000012.png')),
      'sheet',
    )
    const isColoured = Array.from({ length: pixels.length / channels }, (_, i) => i).some(
      (i) => pixels[i * channels] !== pixels[i * channels + 1],
    )
    expect(channels).toBeGreaterThanOrEqual(3)
    expect(isColoured).toBe(true)
  })

  it('is measured through the classifier of the images that are stacked, beside real stacks', async () => {
    const found: Evaluation[] = []
    for await (const event of evaluateRuns([at('whole')], { count: 300, draws: 2, extractor: extractor() }))
      if (event.type === 'evaluated') found.push(event.evaluation)
    const [evaluation] = found as [Evaluation]
    expect(evaluation.extractor).toMatchObject({ name: 'classifier', testCount: 60 })
    expect(evaluation.protocol.reference).toContain('the 1000 combinations of three classes of digits')
    const by = Object.fromEntries(evaluation.measures.map((measure) => [measure.name, measure]))
    expect(Object.keys(by)).toEqual(['modes', 'highQuality', 'kl', 'reverseKl'])
    // Nothing has learnt much, so the samples of a generator that is as it began are hardly told apart.
    expect(by.modes!.value).toBeLessThan(by.modes!.floor!.value!)
    expect(by.kl!.value).toBeGreaterThan(by.kl!.floor!.value!)
    expect(by.reverseKl).toMatchObject({ value: null })
    const report = await readFile(join(at('whole'), 'report.html'), 'utf8')
    expect(report).toContain('KL(samples ‖ uniform)')
  }, 60_000)

  it('opens in the studio, and says why what needs images that are held cannot be had', async () => {
    const { parts, samples } = await snapshotOf('whole', await openRun(at('whole')))
    expect(parts).toHaveProperty('sampler')
    expect(samples.length).toBeGreaterThan(0)
    const studio = await openStudio({ runs: join(place, 'runs'), port: 0 })
    try {
      const ask = async (path: string, method = 'GET') => {
        const answer = await fetch(`http://127.0.0.1:${studio.port}/api/runs/whole/${path}`, {
          method,
          headers: { 'x-sparring-token': studio.token },
        })
        return { status: answer.status, body: (await answer.json()) as object }
      }
      expect((await ask('companions')).body).toMatchObject({ shape: [16, 16, 3] })
      expect((await ask('latent')).status).toBe(200)
      expect(await ask('critic', 'POST')).toEqual({
        status: 409,
        body: {
          error:
            'the images of the data "stacked-mnist" are composed as they are asked for, and this needs a set that is held as it is; use mnist, digits or a folder',
        },
      })
    } finally {
      await studio.close()
    }
  })
})
