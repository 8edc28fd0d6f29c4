// Beginning runs from a form: which kinds there are, what each asks for, files that are brought, and an audit from file to result.
import { existsSync } from 'node:fs'
import { readdir, readFile, writeFile } from 'node:fs/promises'
import { request } from 'node:http'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { STARTS, type Startable } from '../../src/answers/starting/index.ts'
import type { AuditConfig } from '../../src/runs/audit.ts'
import type { RunList, RunSnapshot, StartForms, Uploaded } from '../../src/server/protocol.ts'
import { BARS, BARS_MODEL, smallAudit } from '../audit/bars.ts'
import { type TestStudio, testStudio } from '../studio/studio.ts'
import { trainSmall } from '../support/small-runs.ts'

/** A kind that there is not: its form comes of what it declares, and nothing else knows it. */
const matchStart: Startable = {
  recipe: 'match',
  form: async () => ({
    title: 'Play a match',
    lead: 'Two play.',
    action: 'Begin the match',
    command: 'match',
    folderFlag: '--into',
    subject: {
      title: 'Players',
      choices: [{ name: 'red-blue', summary: 'red against blue', settings: [] }],
    },
    data: { choices: [{ name: 'chess', settings: [] }] },
    first: { title: 'Rules', settings: [] },
    rest: 'nothing',
  }),
  check() {},
}

let studio: TestStudio
let bars: string
beforeAll(async () => {
  studio = await testStudio(
    async (folder) => {
      bars = join(folder, '.bars')
      await smallAudit(join(folder, 'first'), bars)
      await trainSmall(folder, [{ model: 'classifier', name: 'names-digits' }])
    },
    { starts: [...STARTS, matchStart] },
  )
}, 120_000)
afterAll(() => studio?.dispose())

const forms = async () => ((await (await studio.ask('/api/forms')).json()) as StartForms).forms
const upload = async (name: string, body: string | Uint8Array) =>
  studio.ask(`/api/uploads/${encodeURIComponent(name)}`, { method: 'POST', body })
const start = async (body: object) => {
  const answer = await studio.ask('/api/runs', { method: 'POST', body: JSON.stringify(body) })
  return { status: answer.status, text: await answer.text() }
}
const cards = async () => ((await (await studio.ask('/api/runs')).json()) as RunList).runs
const patient = { timeout: 120_000, interval: 200 }

describe('forms', () => {
  it('are those of the kinds that can be begun, each by what it declares', async () => {
    const found = await forms()
    expect(found.map(({ recipe, title }) => [recipe, title])).toEqual([
      ['training', 'Train a model'],
      ['audit', 'Audit a classifier'],
      ['study', 'Run a study'],
      ['match', 'Play a match'],
    ])
  })

  it('of an audit offers classifiers that runs trained, with their data, and files that lie in the folder', async () => {
    await writeFile(join(studio.folder, 'lies-here.onnx'), 'x')
    await writeFile(join(studio.folder, '.hidden.onnx'), 'x')
    const { subject, data } = (await forms())[1]!
    expect(subject.choices.map(({ name }) => name)).toEqual(['names-digits', 'lies-here.onnx'])
    expect(subject.choices[0]!.data).toMatchObject({ name: 'digits', options: { count: expect.any(Number) } })
    expect(subject.choices[1]!.settings.map(({ name }) => name)).toEqual(
      expect.arrayContaining(['norm', 'eps', 'n', 'budget', 'seed', 'labels']),
    )
    expect(data!.choices.map(({ name }) => name)).toEqual(['digits', 'mnist', bars])
  })
})

describe('a file that is brought', () => {
  it('lies in the folder afterwards, once however often it is brought, and takes no name of another', async () => {
    const bytes = await readFile(BARS_MODEL)
    for (let again = 0; again < 2; again++) {
      const answer = await upload('bars.onnx', bytes)
      expect(answer.status).toBe(201)
      expect(((await answer.json()) as Uploaded).name).toBe('bars.onnx')
    }
    expect(await readFile(join(studio.folder, 'bars.onnx'))).toEqual(bytes)
    expect(await (await upload('bars.onnx', 'something else')).json()).toEqual({ name: 'bars-2.onnx' })
    expect((await readdir(studio.folder)).filter((name) => name.includes('.tmp'))).toEqual([])
  })

  it.each([
    ['model.txt', 'x', /whose name ends with .onnx/],
    ['../up.onnx', 'x', /whose name ends with .onnx or .yaml and has at most 128/],
    ['.hidden.onnx', 'x', /at most 128 letters/],
    ['-flag.onnx', 'x', /at most 128 letters/],
    ['empty.onnx', '', /empty.onnx/],
  ])('called %j is refused with a reason', async (name, body, reason) => {
    const answer = await upload(name, body)
    expect([400, 409]).toContain(answer.status)
    expect(((await answer.json()) as { error: string }).error).toMatch(reason)
  })

  it('that breaks off leaves nothing', async () => {
    const sending = request({
      port: studio.port,
      path: '/api/uploads/half.onnx',
      method: 'POST',
      headers: {
        host: `127.0.0.1:${studio.port}`,
        'x-sparring-token': studio.token,
        'content-length': 1_000_000,
      },
    })
    sending.on('error', () => {})
    sending.write(new Uint8Array(100_000))
    const names = async () => (await readdir(studio.folder)).filter((name) => name.includes('half.onnx'))
    await expect.poll(names, patient).toHaveLength(1)
    sending.destroy()
    await expect.poll(names, patient).toEqual([])
  })

  it('needs the token', async () => {
    const answer = await fetch(`http://127.0.0.1:${studio.port}/api/uploads/x.onnx`, {
      method: 'POST',
      body: 'x',
    })
    expect(answer.status).toBe(401)
    expect(existsSync(join(studio.folder, 'x.onnx'))).toBe(false)
  })
})

describe('a model that makes its data itself', () => {
  const asked = { recipe: 'training', model: 'dqn', name: 'plays' }
  const small = {
    env: 'freeway',
    steps: 3,
    batchSize: 4,
    copies: 1,
    memory: 100,
    learningStarts: 1,
    threads: 1,
  }

  it('is offered without data, and is begun without', async () => {
    const { subject } = (await forms()).find(({ recipe }) => recipe === 'training')!
    expect(subject.choices.find(({ name }) => name === 'dqn')).toMatchObject({ hasOwnData: true })
    expect(await start({ ...asked, data: 'digits', settings: small })).toMatchObject({
      status: 400,
      text: expect.stringContaining('dqn makes its data itself; expected none to be named, got'),
    })
    expect(await start({ ...asked, settings: small })).toMatchObject({ status: 202 })
    await expect
      .poll(async () => (await cards()).find(({ name }) => name === 'plays')?.state, patient)
      .toBe('finished')
  }, 120_000)
})

describe('an audit that is begun from its form', () => {
  const asked = { recipe: 'audit', model: 'bars.onnx', settings: { n: 8, budget: 'quick', threads: 1 } }

  it('goes from the file to a verdict, and its record says how to repeat it', async () => {
    await upload('bars.onnx', await readFile(BARS_MODEL))
    const settings = { ...asked.settings, labels: BARS.join(',') }
    expect(await start({ ...asked, data: bars, name: 'audited', settings })).toMatchObject({ status: 202 })
    await expect
      .poll(async () => (await cards()).find(({ name }) => name === 'audited')?.state, patient)
      .toBe('finished')
    const run = (await (await studio.ask('/api/runs/audited')).json()) as RunSnapshot<AuditConfig>
    expect(run.config.settings).toMatchObject({ n: 8, budget: 'quick', labels: [...BARS] })
    expect(run.config.command.slice(0, 3)).toEqual(['sparring', 'audit', './bars.onnx'])
    expect(run.files).toContain('audit.json')
  }, 300_000)

  it('of a run that trained takes the very digits that it was trained beside', async () => {
    expect(
      await start({
        ...asked,
        model: 'names-digits',
        data: 'digits',
        name: 'own',
        settings: { ...asked.settings, n: 4 },
      }),
    ).toMatchObject({ status: 202 })
    await expect
      .poll(async () => (await cards()).find(({ name }) => name === 'own')?.done ?? 0, patient)
      .toBeGreaterThan(0)
    const config = async (name: string) =>
      JSON.parse(await readFile(join(studio.folder, name, 'config.json'), 'utf8'))
    expect((await config('own')).data.options).toEqual((await config('names-digits')).data.options)
    await studio.ask('/api/runs/own/control', { method: 'POST', body: JSON.stringify({ command: 'stop' }) })
    await expect
      .poll(async () => (await cards()).find(({ name }) => name === 'own')?.state, patient)
      .toMatch(/stopped|finished/)
  }, 300_000)

  it('tells in the list why a file cannot be audited', async () => {
    await upload('damaged.onnx', 'no network')
    expect(await start({ ...asked, model: 'damaged.onnx', data: bars, name: 'bad' })).toMatchObject({
      status: 202,
    })
    const card = async () => (await cards()).find(({ name }) => name === 'bad')
    await expect.poll(async () => (await card())?.state, patient).toBe('failed')
    expect((await card())?.message).toMatch(/ONNX/)
  }, 150_000)

  it.each([
    [{ recipe: 'dance' }, /unknown kind of run "dance"; expected one of training, audit, study, match/],
    [{ model: 'nothing.onnx' }, /there is no classifier "nothing.onnx" in this folder/],
    [{ model: '../bars.onnx' }, /there is no classifier/],
    [{ data: '/etc' }, /unknown data "\/etc".*sparring audit/],
    [{ settings: { eps: -1 } }, /^--eps -1: expected a number of at least 0/],
    [
      { settings: { labels: '/etc/passwd' } },
      /^--labels "\/etc\/passwd": expected names separated by commas/,
    ],
    [{ settings: { out: 'x' } }, /an audit has no setting "out"/],
  ])('is refused with %j', async (change, reason) => {
    const { status, text } = await start({ ...asked, data: 'digits', ...change })
    expect(status).toBe(400)
    expect((JSON.parse(text) as { error: string }).error).toMatch(reason)
  })
})
