// Runs on points of the plane, on no data and on a model's own data: options, validation, pictures, resuming, and what is refused.
import { existsSync } from 'node:fs'
import { mkdir, mkdtemp, readFile, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join, resolve } from 'node:path'
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it, vi } from 'vitest'
import { gaussians, ringCentres } from '../../src/data/points.ts'
import { continueRun, startRun } from '../../src/lifecycle/index.ts'
import { openModelFile } from '../../src/lifecycle/own-code.ts'
import { recordedData } from '../../src/lifecycle/recorded-run.ts'
import { sheetMaker } from '../../src/pictures/sheets.ts'
import { decodePng } from '../../src/report/node/index.ts'
import { dataText } from '../../src/runs/index.ts'
import { openRun } from '../../src/runs/node/index.ts'
import { openStudio } from '../../src/server/index.ts'
import { snapshotOf } from '../../src/server/snapshot.ts'
import { DataError } from '../../src/util/errors.ts'
import { command as run } from '../support/command.ts'
import { writeOwnModel } from '../support/own-model.ts'
import { runContents } from '../support/run-contents.ts'

let root: string
let runs: string
let file: string
const useCache = (): void => void vi.stubEnv('XDG_CACHE_HOME', join(root, 'cache'))
const at = (name: string): string => join(runs, name)

interface Wanted {
  readonly name: string
  readonly file?: string
  readonly data?: string
  readonly settings?: Readonly<Record<string, unknown>>
  readonly dataOptions?: Readonly<Record<string, unknown>>
  /** Stops after the checkpoint of this step. */
  readonly stopAfter?: number
}
async function train({ name, file: from = file, data = 'ring', stopAfter, ...rest }: Wanted): Promise<void> {
  const { model, code } = await openModelFile(from)
  const stop = new AbortController()
  const events = startRun({
    model,
    code,
    data,
    folder: at(name),
    command: ['sparring', 'train', from],
    signal: stop.signal,
    dataOptions: data === 'ring' ? { count: 90, modes: 5, ...rest.dataOptions } : {},
    settings: { threads: 1, ...rest.settings },
  })
  for await (const event of events) if (event.type === 'checkpoint' && event.step === stopAfter) stop.abort()
}

beforeAll(async () => {
  root = await mkdtemp(join(tmpdir(), 'sparring-points-'))
  runs = join(root, 'runs')
  await mkdir(runs)
  useCache()
  file = (await writeOwnModel(root)).file
  await train({ name: 'whole', settings: { validateEvery: 8, sampleEvery: 16 } })
})
beforeEach(useCache)
afterEach(() => vi.unstubAllEnvs())
afterAll(() => rm(root, { recursive: true }))

/** Holds two runs against each other, byte by byte. */
async function expectSame(name: string, other: string): Promise<void> {
  const [a, b] = [await runContents(at(name)), await runContents(at(other))]
  expect(Object.keys(b)).toEqual(Object.keys(a))
  for (const path of Object.keys(a)) expect(b[path] === a[path], path).toBe(true)
}

describe('a run on points', () => {
  it('records columns, options, classes and the hash of exactly these points', async () => {
    const { config } = await openRun(at('whole'))
    const points = await gaussians({ centres: ringCentres(5, 2), deviation: 0.02, count: 90, seed: 1 })
    expect(config.data).toEqual({
      name: 'ring',
      options: { count: 90, series: 1, modes: 5, deviation: 0.02, radius: 2 },
      hash: points.hash,
      count: 90,
      columns: { points: { shape: [2], dtype: 'float32' }, labels: { shape: [], dtype: 'int64' } },
      classes: ['mode 1', 'mode 2', 'mode 3', 'mode 4', 'mode 5'],
      test: { hash: expect.stringMatching(/^[0-9a-f]{64}$/), count: 15 },
    })
    expect(config.data.test!.hash).not.toBe(points.hash)
    expect(dataText(config.data)).toBe('90 examples of points [2], labels []')
  })

  it('is refused other points than it was started with', async () => {
    const { config } = await openRun(at('whole'))
    const changed = { ...config, data: { ...config.data, options: { ...config.data.options, series: 2 } } }
    await expect(recordedData(changed)).rejects.toThrow(DataError)
    await expect(recordedData(changed)).rejects.toThrow(
      /the data "ring" has changed since the run was started/,
    )
    expect((await recordedData(config)).examples!.count).toBe(90)
  })

  it('is validated on its held-out points', async () => {
    const lines = (await readFile(join(at('whole'), 'validation.jsonl'), 'utf8')).trim().split('\n')
    const rows = lines.map((line) => JSON.parse(line))
    expect(rows.map(({ step }) => step)).toEqual([0, 8, 16, 23])
    for (const { generatorLoss, discriminatorLoss } of rows)
      expect([generatorLoss, discriminatorLoss].every((x) => x > 0.1 && x < 5)).toBe(true)
  })

  it('leaves sheets and a figure of points, and a report without a grid of images', async () => {
    const { width, height } = await decodePng(
      await readFile(join(at('whole'), 'samples', 'step-000016.png')),
      'sheet',
    )
    expect(Math.min(width, height)).toBeGreaterThan(200)
    expect(existsSync(join(at('whole'), 'figures', 'points.svg'))).toBe(true)
    expect(existsSync(join(at('whole'), 'figures', 'samples-grid.png'))).toBe(false)
    const page = await readFile(join(at('whole'), 'report.html'), 'utf8')
    const report = page.replace(/base64,[^"]*|<style>.*?<\/style>|<script>.*?<\/script>/gs, '')
    expect(report).toContain('2,000 fresh points, 90 real ones behind them.')
    expect(report).toContain('90 examples of points [2], labels []')
    expect(report.match(/.{0,80}(undefined|NaN).{0,80}/)?.[0]).toBeUndefined()
  })

  it('is made again to the same pictures, and sampled', async () => {
    const before = await readFile(join(at('whole'), 'figures', 'points.png'))
    expect(await run('report', at('whole'))).toMatchObject({ code: 0 })
    expect((await readFile(join(at('whole'), 'figures', 'points.png'))).equals(before)).toBe(true)
    const out = ['a', 'b'].map((name) => join(root, `${name}.png`))
    for (const picture of out)
      expect(await run('sample', at('whole'), '--count', '20', '--out', picture)).toMatchObject({ code: 0 })
    expect((await readFile(out[0]!)).equals(await readFile(out[1]!))).toBe(true)
  })

  it('ends with the same bytes after it was stopped and resumed', async () => {
    await train({ name: 'halves', settings: { validateEvery: 8, sampleEvery: 16 }, stopAfter: 8 })
    expect((await openRun(at('halves'))).config.settings.steps).toBe(24)
    expect((await (await openRun(at('halves'))).readStatus()).state).toBe('stopped')
    for await (const _ of continueRun(at('halves')));
    await expectSame('whole', 'halves')
  }, 60_000)

  it('is measured by its modes, beside real points, without a classifier', async () => {
    const { code, text } = await run('evaluate', at('whole'), '--count', '300', '--draws', '2', '--json')
    expect(code).toBe(0)
    const [found] = JSON.parse(text.trim().split('\n').at(-1)!).runs
    expect(found).not.toHaveProperty('extractor')
    expect(found.protocol).toMatchObject({ count: 300, draws: 2 })
    expect(found.protocol.reference).toContain('the 5 Gaussians of ring')
    const by = Object.fromEntries(found.measures.map((measure: { name: string }) => [measure.name, measure]))
    expect(Object.keys(by)).toEqual(['modes', 'highQuality', 'kl', 'reverseKl'])
    expect(by.modes.floor.value).toBe(5)
    expect(Math.abs(by.highQuality.floor.value - 0.989)).toBeLessThan(0.02)
    expect(by.kl.floor.value).toBeLessThan(0.03)
    // After 24 steps nothing is near a middle yet.
    expect(by.highQuality.value).toBeLessThan(0.5)
    expect(by.kl.value).toBeGreaterThan(by.kl.floor.value)
    const report = await readFile(join(at('whole'), 'report.html'), 'utf8')
    expect(report).toContain('High quality')
    expect((await run('evaluate', at('whole'), '--count', '300')).text).not.toMatch(/undefined|features:/)
  })

  it('is measured while it trains', async () => {
    await train({ name: 'course', settings: { evaluateEvery: 8 } })
    const lines = (await readFile(join(at('course'), 'evaluations.jsonl'), 'utf8')).trim().split('\n')
    const rows = lines.map((line) => JSON.parse(line))
    expect(rows.map(({ step }) => step)).toEqual([0, 8, 16, 23])
    for (const { modes, kl } of rows) expect([modes <= 5, kl >= 0]).toEqual([true, true])
    await rm(at('course'), { recursive: true })
  })

  it('has no pages of images in the studio, which say so when they are asked', async () => {
    const { parts, metrics, samples } = await snapshotOf('whole', await openRun(at('whole')))
    expect(parts.networks.map(({ name }) => name)).toEqual(['generator', 'discriminator'])
    expect(parts).not.toHaveProperty('sampler')
    expect([metrics.step!.length, samples.length]).toEqual([24, 6])
    const studio = await openStudio({ runs, port: 0 })
    try {
      for (const page of ['latent', 'critic', 'companions']) {
        const answer = await fetch(`http://127.0.0.1:${studio.port}/api/runs/whole/${page}`, {
          method: page === 'critic' ? 'POST' : 'GET',
          headers: { 'x-sparring-token': studio.token },
        })
        const { error } = (await answer.json()) as { error: string }
        expect(error, page).toMatch(
          /the data "ring" is no images, but points, labels|"own-gan" makes points \[2\], which are no images/,
        )
      }
    } finally {
      await studio.close()
    }
  })
})

describe('sheets of samples', () => {
  const values = Float32Array.from({ length: 40 }, (_, i) => Math.sin(i))

  it('show points of the plane before real ones, the same bytes every time', async () => {
    const real = await gaussians({ centres: ringCentres(3, 2), deviation: 0.1, count: 20, seed: 1 })
    const points = { values, count: 20, shape: [2] }
    const [a, again, bare] = [
      await sheetMaker(real)(points),
      await sheetMaker(real)(points),
      await sheetMaker(undefined)(points),
    ]
    expect(Buffer.from(a).equals(again)).toBe(true)
    expect(Buffer.from(a).equals(bare)).toBe(false)
  })

  it('show other numbers as rows, one of each sample', async () => {
    const { width, height } = await decodePng(
      await sheetMaker(undefined)({ values, count: 8, shape: [5] }),
      'rows',
    )
    expect(height).toBeGreaterThanOrEqual(8 * 4)
    expect(width).toBeLessThan(height)
  })
})

describe('data that a model does not learn', () => {
  it.each([
    ['none', 'no columns'],
    ['ring', 'points \\[2\\], labels \\[\\]'],
  ])('is refused: an image model on "%s"', async (data, got) => {
    const { code, text } = await run('train', 'mlp-gan', '--data', data, '--run', at('refused'))
    expect(code).toBe(2)
    expect(text).toMatch(
      new RegExp(
        `mlp-gan learns images \\[height, width, channels\\], the data has ${got}; choose data of images`,
      ),
    )
    expect(existsSync(at('refused'))).toBe(false)
  })

  it('is refused: a model of points on none, which names the columns that there are', async () => {
    const { code, text } = await run('train', file, '--data', 'none', '--run', at('refused'))
    expect(code).toBe(2)
    expect(text).toContain('asks for the column "points" of the data, which has no columns')
  })

  it('is refused: options that a ring does not have', async () => {
    expect((await run('train', file, '--modes', '0')).code).toBe(2)
    expect((await run('train', file, '--data', 'none', '--modes', '3')).text).toContain(
      'the data "none" has no option "modes"; it has none',
    )
  })
})

describe('a model that brings its own data', () => {
  const replay = resolve(import.meta.dirname, '../fixtures/replay-memory.mjs')

  it('is trained on that, and goes on with its state to the same bytes', async () => {
    const settings = { steps: 50, sampleEvery: 0, checkpointEvery: 10 }
    await train({ name: 'replay', file: replay, data: 'own', settings })
    const { config } = await openRun(at('replay'))
    expect(config.data).toEqual({
      name: 'own',
      hash: 'none',
      count: 0,
      columns: { points: { shape: [2], dtype: 'float32' } },
    })
    await train({ name: 'replay-halves', file: replay, data: 'own', settings, stopAfter: 30 })
    for await (const _ of continueRun(at('replay-halves')));
    await expectSame('replay', 'replay-halves')
    expect(await run('verify', at('replay'))).toMatchObject({ code: 0 })
    expect(await run('report', at('replay'))).toMatchObject({ code: 0 })
  })

  it('is trained on nothing else', async () => {
    const { code, text } = await run('train', replay, '--data', 'ring', '--run', at('refused'))
    expect(code).toBe(2)
    expect(text).toContain('replay-memory brings data of its own and is trained on nothing else')
    const config = await run('train', replay, '--print-config', '--json')
    expect(JSON.parse(config.text.trim().split('\n').at(-1)!).data).toBe('own')
  })
})
