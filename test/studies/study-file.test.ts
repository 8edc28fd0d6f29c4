// Study files: what they may say, what is said of names that nobody knows, and the table that follows.
import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import type { DataHashes, KindTable } from '../../src/jobs/kind.ts'
import { KINDS } from '../../src/jobs/node/kinds.ts'
import { axesLabel, cellsOf, varyingAxes } from '../../src/studies/axes.ts'
import { checkStudy, type StudyFile } from '../../src/studies/file.ts'
import { readStudy } from '../../src/studies/node/read-study.ts'
import { paceTracker } from '../../src/studies/pace.ts'
import { folderName, type Plan, planStudy } from '../../src/studies/plan.ts'

const DIGITS = Array.from({ length: 10 }, (_, label) => String(label))
const hashes: DataHashes = {
  of: async ({ data, labels }, part) => `hash of ${data} ${part} ${labels ? JSON.stringify(labels) : ''}`,
  about: async ({ data }) => ({
    count: 60_000,
    imageShape: [28, 28, 1],
    ...(data === 'bare' ? {} : { classes: DIGITS, heldOut: `hash of ${data} test` }),
  }),
}
const plan = (study: object, kinds: KindTable = KINDS): Promise<Plan> =>
  planStudy(checkStudy({ name: 'test', ...study }, 'test.yaml'), { kinds, hashes, version: 'sparring 1' })

describe('a study file', () => {
  let place: string
  beforeAll(async () => {
    place = await mkdtemp(join(tmpdir(), 'sparring-file-'))
  })
  afterAll(() => rm(place, { recursive: true }))
  const read = async (name: string, text: string): Promise<StudyFile> => {
    await writeFile(join(place, name), text)
    return readStudy(join(place, name))
  }

  it('is YAML or JSON', async () => {
    const yaml = await read('a.yaml', '# first\nname: first\nmodels: [mlp-gan]\nseeds: [1, 2]\n')
    expect(yaml).toEqual(await read('a.json', '{"name": "first", "models": ["mlp-gan"], "seeds": [1, 2]}'))
  })

  it.each([
    ['sedes: 3', 'there is no "sedes"; did you mean "seeds"?'],
    ['jobs: { one: { modles: [vae] } }', 'there is no "modles" in jobs.one; did you mean "models"?'],
    ['seeds: [1, -1]', '"seeds[1]": expected number to be >=0, got -1'],
    ['models: mlp-gan', '"models": expected array, got "mlp-gan"'],
    ['grid: {', 'expected YAML or JSON'],
    ['- a\n- b', 'expected'],
  ])('with %j says what is wrong', async (text, message) => {
    const whole = text.startsWith('-') ? text : `name: wrong\n${text}\n`
    await expect(read('wrong.yaml', whole)).rejects.toThrow(message)
  })

  it('that is not there, or is none of ours, is told with what there is', async () => {
    await expect(readStudy('compraison')).rejects.toThrow('did you mean "comparison"?')
    await expect(readStudy(join(place, 'none.yaml'))).rejects.toThrow('there is no study file')
  })
})

describe('the table of a study', () => {
  it('is every combination of data, models, grid and seeds, named by what varies', () => {
    const cells = cellsOf(
      checkStudy(
        {
          name: 'all',
          data: ['mnist', { data: 'digits', count: 100, label: 'few digits' }],
          models: ['mlp-gan', { model: 'vae', latentDim: 16 }],
          grid: { batchSize: [16, 32] },
          seeds: 3,
          options: { steps: 10 },
        },
        'test',
      ),
    )
    expect(cells).toHaveLength(24)
    const varying = varyingAxes(cells)
    expect(varying).toEqual(['data', 'model', 'batchSize'])
    expect(axesLabel(cells.at(-1)!.axes, varying)).toBe('few digits, vae (latent dim 16), batch size 32')
    expect(cells.at(-1)!.options).toEqual({
      steps: 10,
      data: 'digits',
      count: 100,
      model: 'vae',
      latentDim: 16,
      batchSize: 32,
      seed: 3,
    })
  })

  it('has the same jobs whether a default is said or not, and others for other data, options and versions', async () => {
    const id = async (study: object): Promise<string> => (await plan(study)).table[0]!.job.id
    const usual = await id({ models: ['mlp-gan'], data: 'mnist' })
    expect(await id({ models: ['mlp-gan'], data: 'mnist', seeds: [1], options: { threads: 1 } })).toBe(usual)
    expect(await id({ models: ['mlp-gan'], data: 'mnist', options: { steps: 7 } })).not.toBe(usual)
    expect(await id({ models: ['mlp-gan'], data: 'digits' })).not.toBe(usual)
  })

  it('gives the jobs of a changed file other folders, and equal jobs the same', async () => {
    const names = async (steps: number) =>
      (await plan({ models: ['mlp-gan'], options: { steps } })).table.map(folderName)
    expect(await names(10)).toEqual(await names(10))
    expect(await names(10)).not.toEqual(await names(20))
  })

  it('trains one extractor for all jobs whose samples are measured through it', async () => {
    const { table, helpers } = await plan({
      models: ['mlp-gan', 'dcgan', 'classifier'],
      data: 'mnist',
      options: { evaluate: true },
      seeds: 2,
    })
    expect(helpers.map(({ job }) => job.request.kind)).toEqual(['extractor'])
    // A classifier makes no samples.
    expect(table.map(({ after }) => after.length)).toEqual([1, 1, 1, 1, 0, 0])
  })

  it.each([
    [{ models: ['mlp-gna'] }, 'did you mean "mlp-gan"?'],
    [
      { models: ['mlp-gan'], options: { stpes: 3 } },
      'a training has no option "stpes"; did you mean "steps"?',
    ],
    [{ models: ['mlp-gan'], options: { steps: -1 } }, '--steps -1: expected a whole number'],
    [{ models: ['mlp-gan'], options: { evaluate: { cuont: 3 } } }, 'did you mean "count"?'],
    [{ models: ['mlp-gan'], options: { testOn: 'mnist' } }, 'names no classes'],
    [{ kind: 'trianing', models: ['mlp-gan'] }, 'did you mean "training"?'],
    [{ models: ['mlp-gan'], within: ['latentDim'] }, 'nothing in this study is called "latentDim"'],
    [{ models: ['mlp-gan', { model: 'mlp-gan', label: 'again' }] }, 'are the same job and would count twice'],
    [{ jobs: { a: { models: ['vae'], needs: { from: 'b' } } } }, 'there is no block "b"'],
    [{}, 'a training needs a model'],
  ])('of %j says what is wrong', async (study, message) => {
    await expect(plan(study)).rejects.toThrow(message)
  })
})

describe('the time left', () => {
  it('follows from jobs of the same pace, counts others as their mean, and is not less than the longest', () => {
    const pace = paceTracker()
    const left = [
      { amount: 100, pace: 'a' },
      { amount: 100, pace: 'a' },
      { amount: 5, pace: 'b' },
    ]
    expect(pace.secondsLeft(left, 2)).toBeUndefined()
    pace.goesOn('a', 10, 10)
    expect(pace.secondsLeft(left, 2)).toBe(150)
    pace.took('a', 100, 50)
    expect(pace.secondsLeft(left, 2)).toBe(75)
    expect(pace.secondsLeft(left, 100)).toBe(50)
    expect(pace.secondsLeft([], 2)).toBe(0)
  })
})
