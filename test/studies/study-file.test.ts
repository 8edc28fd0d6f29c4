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
    ...(data === 'ring' ? {} : { imageShape: [28, 28, 1] as const }),
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

describe('jobs that take what others made', () => {
  const gan = { models: ['dcgan'], show: false }
  const tuned = { kind: 'finetune', needs: { run: 'gan' } }
  const study = (jobs: object, more: object = {}): object => ({ data: 'mnist', seeds: 2, ...more, jobs })

  it('are given those of their seed and values, which have no rows of their own where that is said', async () => {
    const { table, helpers, varying } = await plan(
      study({ gan, tuned: { ...tuned, label: 'fine-tuned', grid: { labels: [10, 'all'] } } }),
    )
    expect(varying).toEqual(['labels'])
    expect(helpers.map(({ job }) => job.name)).toEqual([
      'gan, mnist, dcgan, seed 1',
      'gan, mnist, dcgan, seed 2',
    ])
    expect(table.map(({ job, after }) => [job.name, after])).toEqual([
      ['labels 10, seed 1', [helpers[0]!.job.id]],
      ['labels 10, seed 2', [helpers[1]!.job.id]],
      ['labels all, seed 1', [helpers[0]!.job.id]],
      ['labels all, seed 2', [helpers[1]!.job.id]],
    ])
  })

  it('have the draw of labels that their seed says, and are complete as other jobs are', async () => {
    const { table } = await plan(study({ gan, tuned: { ...tuned, options: { labels: 10 } } }))
    expect(table.map(({ job }) => job.request.options)).toMatchObject([
      {
        model: 'dcgan',
        data: 'mnist',
        settings: { labels: 10, draw: 1, seed: 1, from: 'run', train: 'all' },
      },
      { settings: { labels: 10, draw: 2, seed: 2, network: 'discriminator' } },
    ])
    expect(table[0]!.job.request.data.train).toBe('hash of mnist train {"labels":10,"draw":1}')
    const [said] = (
      await plan(study({ gan, tuned: { ...tuned, options: { labels: 10, train: 'all', draw: 1 } } }))
    ).table
    expect(said!.job.id).toBe(table[0]!.job.id)
  })

  it('make so many images for each labelled one, and no more than they are told', async () => {
    const images = {
      kind: 'augment',
      grid: { labels: [100, 'all'] },
      options: { perLabel: 10, n: 5000 },
    }
    const told = { models: ['conditional-gan'], show: false, grid: { labels: [100, 'all'] } }
    const { table } = await plan(study({ told, images: { ...images, needs: { run: 'told' } } }, { seeds: 1 }))
    expect(table.map(({ job }) => job.request.options.n)).toEqual([1000, 5000])
    expect(table[0]!.job.request.options).toEqual({
      model: 'conditional-gan',
      n: 1000,
      seed: 1,
      format: 'idx',
    })
  })

  const set = { kind: 'augment', needs: { run: 'gan' } }
  const told = { models: ['conditional-gan'], show: false }
  const named = { models: ['classifier'], show: false }
  it.each([
    [
      { gan, tuned: { kind: 'finetune' } },
      'a fine-tuning needs a run: say in "tuned" whose, such as needs: { run:',
    ],
    [
      { gan, tuned: { ...tuned, needs: { rnu: 'gan' } } },
      'a fine-tuning takes no "rnu"; did you mean "run"?',
    ],
    [{ gan, more: { models: ['vae'], needs: { run: 'gan' } } }, 'a training takes no "run"'],
    [
      { gan, more: { models: ['classifier'], needs: { set: 'gan' } } },
      'a training takes a set of images there, and',
    ],
    [
      { gan, tuned: { ...tuned, needs: { run: 'gna' } } },
      'there is no block "gna" of jobs; did you mean "gan"?',
    ],
    [
      { gan, one: { ...tuned, show: false }, two: { ...tuned, needs: { run: 'one' } } },
      'itself built upon another',
    ],
    [
      { one: { ...tuned, needs: { run: 'two' } }, two: { ...tuned, needs: { run: 'one' } } },
      'each other in a circle',
    ],
    [{ gan, idle: gan, tuned }, 'the jobs of "idle" are not shown, and no others need them'],
    [{ gan }, 'shows no jobs'],
    [
      { gan, tuned: { ...tuned, options: { form: 'scratch' } } },
      'has no option "form"; did you mean "from"?',
    ],
    [{ gan, tuned: { ...tuned, options: { from: 'pixels', train: 'all' } } }, '--train all does not go with'],
    [{ gan, tuned: { ...tuned, options: { network: 'discriminatr' } } }, 'did you mean "discriminator"?'],
    [{ gan, tuned: { ...tuned, data: 'bare' } }, 'the data "bare" has none'],
    [
      { gan: { ...gan, data: 'ring', models: ['mlp-gan'] }, tuned },
      'which is no images; name jobs that learn images',
    ],
    [{ gan, set }, 'is not told the class, so somebody must name what it makes'],
    [{ gan: { ...named }, set }, 'makes no images; name jobs that train a generator'],
    [
      { gan, told, set: { ...set, needs: { run: 'gan', classifier: 'told' } } },
      'names no classes; name jobs that',
    ],
    [{ gan: told, set: { ...set, options: { confident: 0.9 } } }, 'confident: needs a classifier'],
    [{ gan: told, set: { ...set, options: { class: 'seven' } } }, 'there is no class "seven"'],
    [{ gan: told, set: { ...set, options: { perLabel: 10 } } }, 'say how many those are: labels'],
    [{ gan: told, set: { ...set, options: { confidnet: 0.9 } } }, 'did you mean "confident"?'],
    [
      {
        few: { ...named, grid: { labels: [10] } },
        more: { ...tuned, needs: { run: 'few' }, grid: { labels: [20] } },
      },
      'got 0. Give both blocks the same seeds and values',
    ],
    [{ gan, other: { models: ['dcgan'], options: { labels: 10 } } }, 'a training has no option "labels"'],
  ])('of %j say what is wrong', async (jobs, message) => {
    await expect(plan(study(jobs, { seeds: 1 }))).rejects.toThrow(message)
  })
})

describe('the curve of a study', () => {
  const over = async (curve: unknown): Promise<Plan> =>
    plan({ models: ['classifier'], data: 'mnist', curve, grid: { labels: [100, 'all'] } })

  it('sets apart what it is drawn over', async () => {
    const { table } = await over({ over: 'labels', at: { all: 60000 } })
    expect(table.map(({ group }) => group)).toEqual(['labels 100', 'labels all'])
  })

  it.each([
    ['lables', 'curve: nothing in this study is called "lables"; did you mean "labels"?'],
    ['labels', 'curve: "all" of "labels" has no place on a logarithmic axis; say where it stands'],
    [{ over: 'labels', at: { all: 0 } }, '"curve.at.all": expected number to be >0, got 0'],
  ])('over %j says what is wrong', async (curve, message) => {
    await expect(over(curve)).rejects.toThrow(message)
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
