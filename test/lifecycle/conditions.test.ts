// Runs that are told the class, of models that know of none: sheets by class, samples of a class, measures, resuming, refusals.
import { mkdtemp, readFile, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { evaluationText } from '../../src/cli/evaluation-text.ts'
import { continueRun, evaluateRuns, startRun } from '../../src/lifecycle/index.ts'
import { resolveSettings } from '../../src/lifecycle/request.ts'
import { imageFacts, modelNamed } from '../../src/models/index.ts'
import { functionOf } from '../../src/objectives/offer.ts'
import { columnsOf } from '../../src/report/grid.ts'
import { decodePng } from '../../src/report/node/index.ts'
import type { Evaluation } from '../../src/runs/index.ts'
import { sheetInputs, sheetPlan } from '../../src/training/watchers/samples.ts'
import { ConfigError } from '../../src/util/errors.ts'
import { smallData } from '../e2e/sparring.ts'
import { command } from '../support/command.ts'
import { runContents } from '../support/run-contents.ts'

let root: string
let digits: string
const at = (name: string): string => join(root, name)

const TINY = { steps: 12, batchSize: 8, threads: 1, sampleEvery: 6, checkpointEvery: 6 }
async function train(
  name: string,
  model: string,
  data: string,
  settings: Record<string, unknown>,
  stopAfter?: number,
): Promise<void> {
  const stop = new AbortController()
  const events = startRun({
    ...{ model, data, folder: at(name), command: ['sparring', 'train', model], signal: stop.signal },
    dataOptions: data === 'ring' ? { count: 90 } : {},
    settings: { ...TINY, ...settings },
  })
  for await (const event of events) if (event.type === 'checkpoint' && event.step === stopAfter) stop.abort()
}

async function evaluated(
  name: string,
  options: Parameters<typeof evaluateRuns>[1] = {},
): Promise<Evaluation> {
  for await (const event of evaluateRuns([at(name)], { threads: 1, ...options }))
    if (event.type === 'evaluated') return event.evaluation
  throw new Error('it ended without an evaluation')
}

beforeAll(async () => {
  root = await mkdtemp(join(tmpdir(), 'sparring-conditions-'))
  digits = await smallData(at('data'), 300)
  await smallData(digits, 200, 't10k')
  await train('images', 'conditional-dcgan', digits, { filters: 1, latentDim: 4 })
}, 120_000)
afterAll(() => rm(root, { recursive: true }))

const POINTS = { units: 8, latentDim: 2 }

describe('a sheet of samples', () => {
  const plan = (model: string, settings: object, classes?: number) => {
    const { options } = resolveSettings(model, { ...settings })
    const facts = model === 'mlp-points' ? modelNamed(model).madeFor : imageFacts([28, 28, 1], { classes })
    const generate = functionOf(modelNamed(model).objective(options, facts), 'generate')
    return { generate, plan: sheetPlan(generate) }
  }
  it('has a row for each class that is told, as long as there are not too many', () => {
    expect(plan('mlp-gan', {}).plan).toEqual({ count: 64 })
    expect(plan('mlp-gan', { condition: 'concat' }, 10).plan).toEqual({ count: 80, columns: 8 })
    expect(plan('mlp-gan', { condition: 'acgan' }, 3).plan).toEqual({ count: 48, columns: 16 })
    expect(plan('conditional-gan', {}, 1000).plan).toEqual({ count: 64 })
    expect(plan('mlp-points', { condition: 'projection' }).plan).toEqual({ count: 64, columns: 8 })
  })
  it('shows one latent in a column of fixed ones, and a latent of its own everywhere in fresh ones', () => {
    const { generate, plan: sheet } = plan('mlp-gan', { condition: 'embedding', latentDim: 3 }, 10)
    const [fixed, fresh] = (['fixed', 'fresh'] as const).map((kind) =>
      sheetInputs(generate, sheet, kind, 1, 5),
    )
    const labels = Array.from({ length: 80 }, (_, i) => BigInt(Math.floor(i / 8)))
    expect(Array.from(fixed!.label as BigInt64Array)).toEqual(labels)
    expect(Array.from(fresh!.label as BigInt64Array)).toEqual(labels)
    const latents = (all: typeof fixed) =>
      new Set(Array.from({ length: 80 }, (_, i) => all!.z!.slice(3 * i, 3 * i + 3).join()))
    expect(latents(fixed).size).toBe(8)
    expect(latents(fresh).size).toBe(80)
  })
  it('is drawn so while a run trains, and the run is whole', async () => {
    const png = await readFile(at('images/samples/step-000006.png'))
    const { width, height } = await decodePng(png, 'sheet')
    // Images of 8 x 8.
    expect([columnsOf(width, 8), columnsOf(height, 8)]).toEqual([8, 10])
    const { code } = await command('verify', at('images'))
    expect(code).toBe(0)
  })
})

describe('a run that is told the class', () => {
  it('ends with the same bytes after it was stopped and resumed, packed, averaged and with classes that are named', async () => {
    const settings = { ...POINTS, objective: 'hinge', condition: 'acgan', pack: 2, ema: 0.9 }
    await train('whole', 'mlp-points', 'ring', settings)
    await train('halves', 'mlp-points', 'ring', settings, 6)
    for await (const _ of continueRun(at('halves')));
    expect(await runContents(at('halves'))).toEqual(await runContents(at('whole')))
  }, 120_000)

  it('is asked for samples of a class by name or number', async () => {
    for (const wanted of ['mode 3', '2']) {
      const { code } = await command(
        'sample',
        at('whole'),
        '--class',
        wanted,
        '--count',
        '4',
        '--out',
        at(`${wanted}.png`),
      )
      expect(code).toBe(0)
    }
    expect((await readFile(at('mode 3.png'))).equals(await readFile(at('2.png')))).toBe(true)
    const { code, text } = await command('sample', at('whole'), '--class', 'mode 9')
    expect(code).toBe(2)
    expect(text).toContain('there is no class "mode 9"')
  })

  it('is measured by how often a sample lies in the mode that it was asked for', async () => {
    const { measures, conditional } = await evaluated('whole', { count: 100, draws: 2 })
    const found = measures.find(({ name }) => name === 'conditionalAccuracy')!
    expect(found).toMatchObject({ format: 'percent', better: 'higher', n: { samples: 100 } })
    const sum = (all: readonly number[]) => all.reduce((a, b) => a + b, 0)
    expect(conditional!.classes).toEqual(Array.from({ length: 8 }, (_, i) => `mode ${i + 1}`))
    expect(sum(conditional!.asked)).toBe(200)
    expect(sum(conditional!.right) / 200).toBeCloseTo(found.value!, 12)
  })

  it('is measured by a classifier of its images, beside real ones, which the command tells by class', async () => {
    const extractor = { cacheDir: at('cache'), settings: { steps: 60, batchSize: 32 } }
    const found = await evaluated('images', { draws: 1, extractor })
    const { measures, conditional } = found
    const { value, floor } = measures.find(({ name }) => name === 'conditionalAccuracy')!
    // Twelve steps teach nothing, while the classifier has seen the real ones.
    expect(value).toBeLessThan(0.5)
    expect(floor!.value).toBeGreaterThan(0.5)
    expect(conditional!.classes).toHaveLength(10)
    const text = evaluationText('images', found)
    expect(text).toMatch(/Conditional accuracy +[\d.]+%/)
    expect(text).toMatch(/named as asked: 0 [\d.]+%, 1 [\d.]+%, .*9 [\d.]+%/)
  }, 120_000)
})

describe('a condition', () => {
  it.each(['mlp-gan', 'dcgan', 'conditional-gan', 'conditional-dcgan'])('of %s needs labels', (name) => {
    const { options } = resolveSettings(name, { condition: 'projection' })
    const objective = name === 'conditional-dcgan' ? 'r3gan' : 'non-saturating'
    expect(options).toMatchObject({ condition: 'projection', objective })
    const make = () => modelNamed(name).objective(options, imageFacts([28, 28, 1]))
    expect(make).toThrow(ConfigError)
    expect(make).toThrow(/learns labels, and the data has none; use labelled data/)
  })
  it('has a name', () => {
    expect(() => resolveSettings('dcgan', { condition: 'filmed' })).toThrow(
      /--condition "filmed": expected one of concat, embedding, projection, acgan/,
    )
  })
})
