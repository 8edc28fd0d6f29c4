// Our studies of few labels, made tiny: they come to their end, go on where they were stopped, and do only what is new.
import { mkdtemp, readFile, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { openRunOf } from '../../src/runs/node/index.ts'
import { STUDY } from '../../src/runs/study.ts'
import { checkStudy, type StudyFile } from '../../src/studies/file.ts'
import { costOfStudy } from '../../src/studies/node/cost.ts'
import type { StudyEvent } from '../../src/studies/node/events.ts'
import { readStudyResult } from '../../src/studies/node/finish.ts'
import { readStudy } from '../../src/studies/node/read-study.ts'
import { verifyStudy } from '../../src/studies/node/verify.ts'
import { runAt } from './studies.ts'

/** Models of few weights in the place of those that take minutes. */
const SMALL: Readonly<Record<string, object>> = {
  dcgan: { model: 'dcgan-64', filters: 1, latentDim: 4 },
  'vae-conv': { model: 'vae-shallow', latentDim: 2 },
  simclr: { model: 'simclr', embedding: 6, projection: 4 },
  'conditional-dcgan': { model: 'conditional-dcgan', filters: 1, latentDim: 4 },
}

type Options = Readonly<Record<string, unknown>>

/** Options with whatever takes long made short. */
const short = (given: Options = {}): Options => ({
  ...given,
  ...(given.steps === undefined ? {} : { steps: 4, batchSize: 8, checkpointEvery: 2 }),
  ...(given.filters === undefined ? {} : { filters: 1, sampleEvery: 0 }),
  ...(given.confident === undefined ? {} : { confident: 0.05 }),
  ...(given.perLabel === undefined ? {} : { perLabel: 1, n: 30 }),
})

/** Blocks of a study of ours on a few small images, with few steps and two numbers of labels; all else as it is. */
async function shrunk(name: string, kept: readonly string[], seeds: readonly number[]): Promise<StudyFile> {
  const { jobs, options, ...rest } = await readStudy(name)
  const blocks = kept.map((block) => {
    const { grid, models, ...declared } = jobs![block]!
    const trains = (declared.kind ?? rest.kind ?? 'training') === 'training'
    return [
      block,
      {
        ...declared,
        ...(grid ? { grid: { labels: [20, 'all'] } } : {}),
        ...(models ? { models: models.map((model) => SMALL[String(model)] ?? model) } : {}),
        options: { ...short(declared.options), ...(trains ? { imageSize: '16' } : {}) },
      },
    ]
  })
  return checkStudy(
    {
      ...rest,
      seeds,
      data: { data: 'digits', count: 90, label: 'digits' },
      options: short(options),
      jobs: Object.fromEntries(blocks),
    },
    name,
  )
}

const named = (events: readonly StudyEvent[]): string[] =>
  events.flatMap((event) => (event.type === 'result' ? [event.row.name] : []))

/** Blocks of each kind; `methods` of them have rows. */
const STUDIES = [
  { name: 'finetune', methods: 3, kept: ['gan', 'gan-whole', 'gan-frozen', 'pixels'] },
  {
    name: 'augmentation',
    methods: 3,
    kept: [
      'plain',
      'conditional-gan',
      'conditional-generator',
      'conditional-set',
      'vae',
      'vae-generator',
      'vae-set',
    ],
  },
]

describe.each(STUDIES)('the study "$name", made tiny,', ({ name, methods, kept }) => {
  const rows = 2 * methods
  let place: string
  let study: StudyFile
  beforeAll(async () => {
    place = await mkdtemp(join(tmpdir(), 'sparring-few-labels-'))
    study = await shrunk(name, kept, [1])
  })
  afterAll(() => rm(place, { recursive: true }))
  const result = async () => readStudyResult(await openRunOf(STUDY, join(place, name)))
  const text = (file: string): Promise<string> => readFile(join(place, name, file), 'utf8')

  it('comes to its end though it is stopped in the middle, and is whole', async () => {
    const begun = await runAt(place, study, { until: 3 })
    expect(begun.at(-1)).toMatchObject({ type: 'end', outcome: 'stopped' })
    const events = await runAt(place, study)
    expect(events.at(-1)).toMatchObject({ type: 'end', outcome: 'finished', failures: [] })
    expect(new Set([...named(begun), ...named(events)]).size).toBe(rows)
    expect(named(begun).length + named(events).length).toBe(rows)
    expect(await verifyStudy(join(place, name))).toMatchObject({ flaws: [], checked: { results: rows } })
  }, 180_000)

  it('has a panel for each number of labels with the accuracy of every method, and their curve', async () => {
    const { panels, curve, figures } = await result()
    expect(panels.map(({ at }) => at)).toEqual([{ labels: 20 }, { labels: 'all' }])
    expect(curve!.places).toEqual([
      { value: 20, at: 20 },
      { value: 'all', at: 60000 },
    ])
    for (const { groups, measures } of panels) {
      expect(groups).toHaveLength(methods)
      const { values } = measures.find((row) => row.name === 'accuracy')!
      for (const { value } of values) expect(value).toBeGreaterThanOrEqual(0)
    }
    expect(panels[1]!.groups.map(({ label, jobs: done }) => [label, done.length])).toEqual([['SimCLR', 1]])
    expect(figures.map((figure) => figure.name)).toEqual(['figures/accuracy.svg'])
    expect(await text('figures/accuracy.svg')).toContain('Labels (logarithmic)')
    expect(await text('study.md')).toContain('## Accuracy on held-out images over labels')
  })

  it('has only the jobs of a seed left when that is added', async () => {
    const more = await shrunk(name, kept, [1, 2])
    const { total, done, helpers, left } = await costOfStudy({ study: more, store: join(place, 'store') }, 2)
    expect([total, done]).toEqual([2 * rows, rows])
    expect(helpers.total).toBe(2 * helpers.done)
    for (const { what, jobs } of left) expect(jobs, what).toBe(1)
  })

  // Of one study, and of fewer blocks: what is left out goes, and what others have found stays.
  if (name === 'finetune')
    it('computes only the jobs of a seed that is added', async () => {
      const events = await runAt(place, await shrunk(name, ['gan', 'gan-frozen'], [1, 2]))
      expect(named(events).sort()).toEqual(['labels 20, seed 2', 'labels all, seed 2'])
      const { panels } = await result()
      expect(panels.map(({ measures }) => measures[0]!.values[0]!.n)).toEqual([2, 2])
      const done = (await text('journal.jsonl'))
        .trim()
        .split('\n')
        .map((line) => JSON.parse(line) as { name: string; event: string })
        .filter(({ event }) => event === 'finished')
      // With the GAN of that seed, which they need.
      expect(done.slice(-3).map((row) => row.name)).toEqual(expect.arrayContaining(named(events)))
      expect(new Set(done.map((row) => row.name)).size).toBe(done.length)
    }, 180_000)
})

it('the study "few-labels", made tiny, has rows for probes on one encoder, with an interval over draws, and for its controls', async () => {
  const place = await mkdtemp(join(tmpdir(), 'sparring-few-labels-'))
  try {
    const kept = ['simclr', 'on-simclr', 'pixels', 'all-simclr', 'scratch']
    const { jobs, ...rest } = await shrunk('few-labels', kept, [1, 2])
    // All labels are one draw, of which there cannot be two.
    const study = {
      ...rest,
      jobs: Object.fromEntries(
        Object.entries(jobs!).map(([name, { grid, ...block }]) => [
          name,
          { ...block, ...(grid ? { grid: { labels: name.startsWith('all') ? ['all'] : [20] } } : {}) },
        ]),
      ),
    }
    const events = await runAt(place, study)
    expect(events.at(-1)).toMatchObject({ type: 'end', outcome: 'finished', failures: [] })
    const { panels, figures } = await readStudyResult(await openRunOf(STUDY, join(place, 'few-labels')))
    const [few] = panels
    expect(few!.at).toEqual({ labels: 20 })
    expect(few!.groups.map(({ label }) => label)).toEqual(['SimCLR', 'pixels', 'the encoder from scratch'])
    const measured = (name: string) => few!.measures.find((row) => row.name === name)!.values
    expect(measured('accuracy').map(({ n }) => n)).toEqual([2, 2, 2])
    expect(measured('accuracy.nearest').map(({ n }) => n)).toEqual([2, 2, 0])
    expect(figures.map(({ name }) => name)).toContain('figures/accuracy.svg')
  } finally {
    await rm(place, { recursive: true })
  }
}, 180_000)
