// Rounds of the critic over HTTP: who may play, what is told when, and what is kept.
import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { Hono } from 'hono'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { criticRound, openCriticNetworks, ROUND_SIZE } from '../../src/answers/critic.ts'
import { recordedImages } from '../../src/lifecycle/recorded-run.ts'
import type { RunConfig } from '../../src/runs/index.ts'
import { openRun } from '../../src/runs/node/index.ts'
import { nodeEngine } from '../../src/runtime/node.ts'
import type { StudioContext } from '../../src/server/context.ts'
import {
  type CriticQuestions,
  type CriticResult,
  type CriticTotals,
  TOKEN_HEADER,
} from '../../src/server/protocol.ts'
import { criticRoutes } from '../../src/server/routes/critic.ts'
import { type TestStudio, testStudio } from '../studio/studio.ts'
import { trainSmall } from '../support/small-runs.ts'

const YES = Array.from({ length: ROUND_SIZE }, () => true)

describe('the critic', () => {
  let studio: TestStudio
  /** The data of the run, loaded once. */
  let loaded: ReturnType<typeof recordedImages> | undefined
  const dataOf = (config: RunConfig) => {
    loaded ??= recordedImages(config)
    return loaded
  }
  beforeAll(async () => {
    studio = await testStudio((folder) =>
      trainSmall(folder, [
        { model: 'mlp-gan', name: 'gan' },
        { model: 'vae', name: 'vae' },
        { model: 'classifier', name: 'classifier' },
      ]),
    )
  }, 240_000)
  afterAll(() => studio?.dispose())

  const ask = (
    path: string,
    body?: unknown,
    headers: Record<string, string> = { [TOKEN_HEADER]: studio.token },
  ) =>
    fetch(`http://127.0.0.1:${studio.port}/api/runs/${path}`, {
      method: body === undefined ? 'GET' : 'POST',
      headers,
      ...(body === undefined ? {} : { body: typeof body === 'string' ? body : JSON.stringify(body) }),
    })
  const begin = async (run = 'gan') => (await (await ask(`${run}/critic`, {})).json()) as CriticQuestions
  const errorOf = async (response: Response) => ((await response.json()) as { error: string }).error

  it('shows twenty images and tells nothing else of them', async () => {
    const answer = await ask('gan/critic', {})
    expect(answer.status).toBe(200)
    const questions = (await answer.json()) as CriticQuestions
    expect(Object.keys(questions).sort()).toEqual(
      ['channels', 'count', 'height', 'pixels', 'reals', 'round', 'step', 'width'].sort(),
    )
    expect(questions).toMatchObject({
      count: 20,
      height: 28,
      width: 28,
      channels: 1,
      step: 23,
      reals: 'held-out',
    })
    expect(Buffer.from(questions.pixels, 'base64')).toHaveLength(20 * 28 * 28)
    expect(questions.round).toMatch(/^[0-9a-f]{32}$/)
  })

  it('scores person and network on the same images, keeps the round, and adds it up', async () => {
    const { round } = await begin()
    const result = (await (await ask(`gan/critic/${round}`, { saidReal: YES })).json()) as CriticResult
    const real = result.images.filter(({ isReal }) => isReal).length
    expect(result.images).toHaveLength(20)
    expect(result.scores.person.right).toMatchObject({ count: real, n: 20 })
    expect(result.scores.person.fooled).toMatchObject({ count: 20 - real, n: 20 - real })
    const right = result.images.filter(({ isReal, probabilityOfReal }) => isReal === probabilityOfReal! > 0.5)
    expect(result.scores.network!.right).toMatchObject({ count: right.length, n: 20 })

    const totals = (await (await ask('gan/critic')).json()) as CriticTotals
    expect(totals).toEqual(result.totals)
    expect(totals.steps.map(({ step }) => step)).toEqual([23])
    const lines = (await readFile(join(studio.folder, 'gan/critic.jsonl'), 'utf8')).trim().split('\n')
    expect(lines).toHaveLength(totals.rounds)
    const line = JSON.parse(lines.at(-1)!) as Record<string, unknown>
    expect(line).toMatchObject({ step: 23, seed: result.seed, reals: 'held-out', saidReal: YES })
    expect(line.isReal).toEqual(result.images.map(({ isReal }) => isReal))
  })

  it('can be repeated from what it recorded', async () => {
    const { round, pixels } = await begin()
    const result = (await (await ask(`gan/critic/${round}`, { saidReal: YES })).json()) as CriticResult
    const run = await openRun(join(studio.folder, 'gan'))
    const engine = await nodeEngine({ threads: 1 })
    try {
      const data = await dataOf(run.config)
      const networks = await openCriticNetworks(engine, run.config)
      const again = await criticRound({ run, networks, data, seed: result.seed })
      expect(Buffer.from(again.pixels).toString('base64')).toBe(pixels)
      expect(again.isReal).toEqual(result.images.map(({ isReal }) => isReal))
      // Real images are images of the data, none twice.
      const [size, found] = [28 * 28, new Set<number>()]
      again.isReal.forEach((isReal, image) => {
        const at = Buffer.from(data.test!.images).indexOf(
          again.pixels.subarray(image * size, (image + 1) * size),
        )
        expect(at >= 0).toBe(isReal)
        if (isReal) found.add(at)
      })
      expect(found.size).toBe(again.isReal.filter((isReal) => isReal).length)
      const without = await criticRound({ run, networks, data: { train: data.train }, seed: 1 })
      expect(without.reals).toBe('training')
    } finally {
      await engine.close()
    }
  })

  it('has no network to compare with in a model without one', async () => {
    const { round } = await begin('vae')
    const result = (await (await ask(`vae/critic/${round}`, { saidReal: YES })).json()) as CriticResult
    expect(result.scores.network).toBeNull()
    expect(result.totals.network).toBeNull()
    expect(result.images.every(({ probabilityOfReal }) => probabilityOfReal === null)).toBe(true)
  })

  it('needs the token, to begin and to answer', async () => {
    const { round } = await begin()
    for (const headers of [{}, { [TOKEN_HEADER]: 'wrong' }] as Record<string, string>[]) {
      expect((await ask('gan/critic', {}, headers)).status).toBe(401)
      expect((await ask(`gan/critic/${round}`, { saidReal: YES }, headers)).status).toBe(401)
    }
    expect((await ask(`gan/critic/${round}`, { saidReal: YES })).status).toBe(200)
  })

  it('takes an answer once', async () => {
    const { round } = await begin()
    const before = ((await (await ask('gan/critic')).json()) as CriticTotals).rounds
    const answers = await Promise.all([1, 2, 3].map(() => ask(`gan/critic/${round}`, { saidReal: YES })))
    expect(answers.map(({ status }) => status).sort()).toEqual([200, 409, 409])
    const after = ((await (await ask('gan/critic')).json()) as CriticTotals).rounds
    expect(after).toBe(before + 1)
  })

  it('refuses rounds of other runs, unknown ones, and answers that do not fit, and still takes the right one', async () => {
    const { round } = await begin()
    const foreign = await ask(`vae/critic/${round}`, { saidReal: YES })
    expect([foreign.status, await errorOf(foreign)]).toEqual([
      404,
      expect.stringContaining('no such round of this run'),
    ])
    expect((await ask(`gan/critic/${'0'.repeat(32)}`, { saidReal: YES })).status).toBe(404)
    expect((await ask('nobody/critic', {})).status).toBe(404)
    const short = await ask(`gan/critic/${round}`, { saidReal: YES.slice(1) })
    expect([short.status, await errorOf(short)]).toEqual([400, 'saidReal: expected 20 answers, got 19'])
    for (const body of [{ saidReal: YES.map(String) }, {}, [], 'no JSON', { saidReal: [...YES, true] }])
      expect((await ask(`gan/critic/${round}`, body)).status).toBe(400)
    expect((await ask(`gan/critic/${round}`, { saidReal: YES })).status).toBe(200)
  })

  it('says what is missing in models that make no images', async () => {
    const answer = await ask('classifier/critic', {})
    expect([answer.status, await errorOf(answer)]).toEqual([400, expect.stringContaining('makes no images')])
  })

  it('forgets rounds after an hour', async () => {
    const engine = await nodeEngine({ threads: 1 })
    try {
      let time = 0
      const run = await openRun(join(studio.folder, 'gan'))
      const data = dataOf(run.config)
      const context = { training: async () => run, engine: async () => engine, data: () => data }
      const routes = criticRoutes(context as unknown as StudioContext, () => time)
      const app = new Hono().route('/', routes).onError((error, c) => c.text(error.name, 404))
      const post = (path: string, body: object) =>
        app.request(`/api/runs/gan/critic${path}`, { method: 'POST', body: JSON.stringify(body) })
      const [early, late] = await Promise.all(
        [0, 1].map(async () => ((await (await post('', {})).json()) as CriticQuestions).round),
      )
      time = 59.9 * 60_000
      expect((await post(`/${early}`, { saidReal: YES })).status).toBe(200)
      time = 60 * 60_000
      expect((await post(`/${late}`, { saidReal: YES })).status).toBe(404)
    } finally {
      await engine.close()
    }
  })
})
