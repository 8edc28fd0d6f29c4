// Studies in what the studio's server gives: the list, what they say before and after their end, runs of their jobs, the form.
import { readdirSync } from 'node:fs'
import { mkdir, readdir, symlink, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import type {
  CheckedText,
  RunList,
  RunSnapshot,
  StartForms,
  StartPreview,
  StudyView,
} from '../../src/server/protocol.ts'
import { countingStudy, runTiny } from '../studies/studies.ts'
import { type TestStudio, testStudio } from '../studio/studio.ts'
import { trainSmall } from '../support/small-runs.ts'

let studio: TestStudio
beforeAll(async () => {
  studio = await testStudio(async (folder) => {
    await runTiny(folder, countingStudy())
    const stop = new AbortController()
    const stopped = countingStudy({ name: 'stopped', grid: { steps: [4, 400] }, options: { pause: 20 } })
    await runTiny(folder, stopped, {
      signal: stop.signal,
      onEvent: ({ type }) => type === 'result' && stop.abort(),
    })
    // A run that a job has left.
    await mkdir(join(folder, 'count', 'runs'), { recursive: true })
    await trainSmall(join(folder, 'count', 'runs'), [{ model: 'mlp-gan', name: 'job-1' }])
    await trainSmall(folder, [{ model: 'mlp-gan', name: 'alone' }])
    await trainSmall(join(folder, 'alone'), [{ model: 'mlp-gan', name: 'runs' }])
    await mkdir(join(folder, 'elsewhere'))
    await symlink(join(folder, 'elsewhere'), join(folder, 'count', 'runs', 'linked'))
  })
}, 120_000)
afterAll(() => studio?.dispose())

const get = async <T>(path: string): Promise<T> => (await (await studio.ask(path)).json()) as T
const post = async (path: string, body: object): Promise<{ status: number; body: never }> => {
  const answer = await studio.ask(path, { method: 'POST', body: JSON.stringify(body) })
  return { status: answer.status, body: (await answer.json()) as never }
}

describe('a study', () => {
  it('is in the list with its jobs, and with no seed of its own', async () => {
    const { runs } = await get<RunList>('/api/runs')
    expect(runs.find(({ name }) => name === 'count')).toEqual(
      expect.objectContaining({
        recipe: 'study',
        model: 'count',
        state: 'finished',
        done: 6,
        steps: 6,
        unit: 'jobs',
      }),
    )
    expect(runs.find(({ name }) => name === 'count')).not.toHaveProperty('seed')
    expect(runs.find(({ name }) => name === 'stopped')).toMatchObject({ state: 'stopped', steps: 6 })
  })

  it('that has ended says what its results say, with every picture', async () => {
    const { isWhole, results, result } = await get<StudyView>('/api/runs/count/study')
    expect([isWhole, results]).toEqual([true, 6])
    expect(result.panels[0]!.sentences).not.toEqual([])
    for (const { name } of result.figures) expect((await studio.ask(`/files/count/${name}`)).status).toBe(200)
    expect((await readdir(join(studio.folder, 'count'))).includes('so-far.json')).toBe(false)
  })

  it('that was stopped says what the results say that are there, and claims nothing of groups without all of theirs', async () => {
    const { isWhole, results, result } = await get<StudyView>('/api/runs/stopped/study')
    expect(isWhole).toBe(false)
    expect(results).toBeGreaterThan(0)
    const [quick, slow] = result.panels[0]!.measures[0]!.values
    expect(quick!.value).not.toBeNull()
    expect(slow).toMatchObject({ value: null, reason: 'not done yet' })
    expect(result.panels[0]!.sentences).toEqual([])
    expect(result.jobs).toHaveLength(6)
  })

  it('is told apart from other runs', async () => {
    const answer = await studio.ask('/api/runs/alone/study')
    expect(answer.status).toBe(404)
    expect(await answer.json()).toEqual({ error: '"alone" is a training, not a study' })
  })
})

describe('the run of a job', () => {
  const JOB = encodeURIComponent('count/runs/job-1')

  it('is opened by its path, with its files and news, and says which study keeps it', async () => {
    const run = await get<RunSnapshot>(`/api/runs/${JOB}`)
    expect(run).toMatchObject({ name: 'count/runs/job-1', keeper: 'count', recipe: 'training' })
    expect(run.samples.length).toBeGreaterThan(0)
    expect((await studio.ask(`/files/${JOB}/${run.samples[0]!.file}`)).status).toBe(200)
    expect((await studio.ask(`/api/runs/${JOB}/metrics.csv`)).status).toBe(200)
    const news = await studio.ask(`/api/runs/${JOB}/events?from=${run.cursor}`)
    expect(news.status).toBe(200)
    await news.body!.cancel()
    const report = await studio.ask(`/files/${JOB}/report.html`, {
      redirect: 'manual',
      headers: { 'sec-fetch-dest': 'document' },
    })
    expect(report.status).toBe(302)
    expect((await fetch(report.headers.get('location')!)).status).toBe(200)
  })

  it('is steered with its study only', async () => {
    const { status, body } = await post(`/api/runs/${JOB}/control`, { command: 'resume' })
    expect(status).toBe(400)
    expect(body).toEqual({ error: 'this run is a part of "count": pause, stop and go on with that' })
  })

  it.each([
    'count/job-1',
    'count/runs',
    'count/runs/../runs/job-1',
    'count/runs/linked',
    'count//runs/job-1',
    'count/runs/job-1/samples',
    'alone/runs',
    'store/runs/job-1',
    '/count/runs/job-1',
  ])('is not had by %s', async (name) => {
    expect((await studio.ask(`/api/runs/${encodeURIComponent(name)}`)).status).toBe(404)
  })
})

describe('the form of a study', () => {
  const ours = readdirSync('studies')
    .map((name) => name.replace(/\.yaml$/, ''))
    .toSorted()
  const check = async (text: string): Promise<CheckedText> => {
    const { status, body } = await post('/api/forms/study/text', { text })
    expect(status).toBe(200)
    return body
  }
  const TINY =
    'name: tiny\nmodels: [classifier]\ndata: { data: digits, count: 60 }\noptions: { steps: 2 }\nseeds: 2\n'

  it('offers a small one, ours, and files that lie in the folder, with their texts', async () => {
    await writeFile(join(studio.folder, 'mine.yaml'), 'name: mine\ntitle: A question\nmodels: [vae]\n')
    const { forms } = await get<StartForms>('/api/forms')
    const { subject, data, dryRun } = forms.find(({ recipe }) => recipe === 'study')!
    expect(
      subject.choices.map(({ name, isInFolder, isDraft }) => [name, isInFolder ?? false, isDraft ?? false]),
    ).toEqual([
      ['first-study', false, true],
      ...ours.map((name) => [name, false, false]),
      ['mine.yaml', true, false],
    ])
    expect(subject.choices.at(-1)).toMatchObject({
      summary: 'a file: A question',
      text: expect.stringContaining('vae'),
    })
    expect(data).toBeUndefined()
    expect(dryRun?.flag).toBe('--dry-run')
    for (const { text } of subject.choices) expect((await check(text!)).problems).toEqual([])
  })

  it('says what is wrong with a text, line by line, and what it comes to', async () => {
    expect(await check(TINY)).toEqual({
      problems: [],
      words: '2 jobs in 1 group',
      name: 'tiny',
      file: 'tiny.yaml',
    })
    expect((await check(TINY.replace('seeds', 'sedes'))).problems).toEqual([
      { line: 5, message: expect.stringContaining('did you mean "seeds"?') },
    ])
  })

  it('names no places on the disk but those that runs here had, and the runs folder', async () => {
    const own = join(studio.folder, 'elsewhere')
    const withData = (place: string): string =>
      `name: tiny\nmodels: [classifier]\ndata: ${JSON.stringify(place)}\n`
    expect((await check(withData(own))).problems).toEqual([])
    for (const place of ['/etc', join(studio.folder, '..'), 'elsewhere', `${own}/../..`]) {
      const [problem] = (await check(withData(place))).problems
      expect(problem?.message, place).toContain('is a folder that no run here had')
    }
    const text = withData('/etc')
    expect(
      await post('/api/runs', { recipe: 'study', model: 'first-study', text, settings: {} }),
    ).toMatchObject({
      status: 400,
      body: { error: expect.stringContaining('"/etc" is a folder that no run here had') },
    })
  })

  it('shows what would be done, of a text that is no file yet, and leaves nothing', async () => {
    const before = await readdir(studio.folder)
    const request = { recipe: 'study', model: 'first-study', text: TINY, settings: { jobs: 1 } }
    const { status, body } = await post('/api/dry-runs', request)
    expect(status).toBe(200)
    expect(body as StartPreview).toEqual({
      words: [
        '2 jobs, of which 0 have their results.',
        'How long it takes is not known: no such job has been done yet.',
      ],
      parts: [{ what: expect.any(String), amount: '2 jobs, 4 steps' }],
    })
    expect(await readdir(studio.folder)).toEqual(before)
  }, 120_000)

  it.each([
    [
      { model: 'nothing.yaml' },
      /there is no study "nothing.yaml": expected one of first-study, augmentation, comparison/,
    ],
    [{ text: 'name: a\nmodles: [vae]' }, /^line 2: there is no "modles"; did you mean "models"\?/],
    [{ settings: { jobs: 0 } }, /^--jobs 0: expected a whole number of at least 1/],
    [{ settings: { store: '/tmp' } }, /a study has no setting "store"/],
    [{ text: TINY, name: 'alone' }, /there is a run "alone" already/],
  ])('refuses %j', async (change, reason) => {
    const asked = { recipe: 'study', model: 'first-study', settings: {}, ...change }
    const { status, body } = await post('/api/runs', asked)
    expect(status).toBe(400)
    expect((body as { error: string }).error).toMatch(reason)
  })

  it('needs the token for all of it', async () => {
    for (const path of ['/api/forms/study/text', '/api/dry-runs'])
      expect(
        (await fetch(`http://127.0.0.1:${studio.port}${path}`, { method: 'POST', body: '{}' })).status,
      ).toBe(401)
  })

  it('of another kind takes no text', async () => {
    expect(await post('/api/forms/training/text', { text: TINY })).toMatchObject({ status: 400 })
    const asked = { recipe: 'training', model: 'vae', data: 'digits', text: TINY, settings: {} }
    expect(await post('/api/runs', asked)).toMatchObject({ status: 400 })
    expect(await post('/api/dry-runs', { ...asked, text: undefined })).toMatchObject({
      status: 400,
      body: { error: '"train" does not say what it would do' },
    })
  })
})
