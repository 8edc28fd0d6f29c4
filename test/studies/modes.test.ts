// Our studies of mode collapse: what they ask for, and that they come to their end, made tiny, without a classifier where none is needed.
import { mkdtemp, readFile, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { dataHashes } from '../../src/jobs/node/data.ts'
import { KINDS } from '../../src/jobs/node/kinds.ts'
import { PAIR_LOSSES } from '../../src/objectives/index.ts'
import { openRunOf } from '../../src/runs/node/index.ts'
import { STUDY } from '../../src/runs/study.ts'
import { checkStudy, type StudyFile } from '../../src/studies/file.ts'
import { readStudyResult } from '../../src/studies/node/finish.ts'
import { readStudy } from '../../src/studies/node/read-study.ts'
import { planStudy } from '../../src/studies/plan.ts'
import { runAt } from './studies.ts'

const planOf = (study: StudyFile) => planStudy(study, { kinds: KINDS, hashes: dataHashes(), version: 'test' })
/** The same study of few data, seeds and steps. */
const shrunk = async (name: string, more: object): Promise<StudyFile> =>
  checkStudy({ ...(await readStudy(name)), seeds: [1], ...more }, name)

/** Of the cures those that stand for all: none, one around an objective, one with penalties and an average. */
const KEPT = ['minimax', 'packed by 2', 'r3gan averaged']

describe('the study "modes"', () => {
  it('has every objective on both patients, ten seeds each, and needs no classifier', async () => {
    const study = await readStudy('modes')
    const named = study.models!.map((model) => (model as unknown as { objective: string }).objective)
    expect(new Set(named)).toEqual(new Set(PAIR_LOSSES.map(({ name }) => name)))
    const { table, helpers } = await planOf(study)
    expect(table).toHaveLength(2 * study.models!.length * 10)
    expect(helpers).toEqual([])
    for (const { job } of table)
      expect(job.request.options).toMatchObject({ evaluate: { count: 2500, draws: 3 } })
  })

  describe('made tiny', () => {
    let place: string
    beforeAll(async () => {
      place = await mkdtemp(join(tmpdir(), 'sparring-modes-'))
    })
    afterAll(() => rm(place, { recursive: true }))

    it('comes to its end on the ring, with modes beside the ceilings of real points in its tables', async () => {
      const { models } = await readStudy('modes')
      const study = await shrunk('modes', {
        models: models!.filter((model) => KEPT.includes((model as { label: string }).label)),
        data: { data: 'ring', count: 64, label: 'ring' },
        options: {
          ...{ steps: 6, batchSize: 8, units: 4, latentDim: 2, sampleEvery: 0, checkpointEvery: 0 },
          evaluate: { count: 60, draws: 2 },
        },
      })
      const events = await runAt(place, study)
      expect(events.at(-1)).toMatchObject({ type: 'end', outcome: 'finished', failures: [] })
      const { panels } = await readStudyResult(await openRunOf(STUDY, join(place, 'modes')))
      expect(panels).toHaveLength(1)
      const [{ groups, measures, protocol }] = panels as [(typeof panels)[0]]
      expect(groups.map(({ label }) => label)).toEqual(KEPT)
      expect(measures.slice(0, 4).map(({ name }) => name)).toEqual([
        'modes',
        'highQuality',
        'kl',
        'reverseKl',
      ])
      expect(protocol).toMatchObject({ count: 60, draws: 2 })
      expect(protocol).toMatchObject({ reference: expect.stringContaining('the 8 Gaussians of ring') })
      for (const { value } of measures[0]!.values) expect(value).toBeLessThanOrEqual(8)
      expect(await readFile(join(place, 'modes', 'study.md'), 'utf8')).toContain('| Modes |')
    }, 120_000)
  })
})

describe('the study "modes-stacked"', () => {
  it('measures through the classifier of the images that are stacked, which studies of those share', async () => {
    const tiny = { data: 'stacked-mnist', of: 'digits', count: 20 }
    const { table, helpers } = await planOf(
      await shrunk('modes-stacked', { data: { ...tiny, imageSize: '16' } }),
    )
    expect(table).toHaveLength(5)
    expect(helpers).toHaveLength(1)
    const [{ job }] = helpers as [(typeof helpers)[0]]
    expect(job.request).toMatchObject({
      kind: 'extractor',
      options: { data: 'digits', dataOptions: { count: 60, series: 1 }, form: { imageSize: '16' } },
    })
    for (const row of table) expect(row.after).toEqual([job.id])
    const plain = await planOf(
      checkStudy(
        {
          name: 'x',
          models: ['mlp-gan'],
          data: { data: 'digits', count: 60 },
          options: { imageSize: '16', evaluate: true },
        },
        'x',
      ),
    )
    expect(plain.helpers.map((helper) => helper.job.id)).toEqual([job.id])
  })
})
