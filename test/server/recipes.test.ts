// A run that is no training, in what the studio's server gives: the list, the run, its files; and what only trainings have.
import { join } from 'node:path'
import { afterAll, beforeAll, expect, it } from 'vitest'
import { createRun } from '../../src/runs/node/index.ts'
import type { RunList, RunSnapshot } from '../../src/server/protocol.ts'
import { servedConfig } from '../runs/invented-logs.ts'
import { type MatchConfig, playMatch, WITH_MATCHES } from '../runs/invented-recipe.ts'
import { type TestStudio, testStudio } from '../studio/studio.ts'

let studio: TestStudio
beforeAll(async () => {
  studio = await testStudio(
    async (folder) => {
      await playMatch(join(folder, 'match'))
      await (await createRun(join(folder, 'first'), servedConfig())).close()
    },
    { recipes: WITH_MATCHES },
  )
})
afterAll(() => studio?.dispose())

it('is a card in the list as a training is', async () => {
  const { runs } = (await (await studio.ask('/api/runs')).json()) as RunList
  expect(runs.find(({ name }) => name === 'match')).toMatchObject({
    recipe: 'match',
    model: 'red against blue',
    data: 'chess',
    seed: 3,
    done: 2,
    steps: 4,
    state: 'stopped',
  })
  expect(runs.find(({ name }) => name === 'first')).toMatchObject({ recipe: 'training', model: 'mlp-gan' })
})

it('is given with its logs and files, and with no parts of a model', async () => {
  const found = (await (await studio.ask('/api/runs/match')).json()) as RunSnapshot<MatchConfig> & {
    readonly moves: readonly object[]
  }
  expect(found.config.players).toEqual(['red', 'blue'])
  expect(found.moves).toHaveLength(2)
  expect(found.logs.map(({ name }) => name)).toEqual(['moves'])
  expect(found.parts).toEqual({ networks: [], players: [] })
  expect(found.files).toEqual(['config.json', 'moves.jsonl', 'result.json', 'status.json'])
  expect(await (await studio.ask('/files/match/result.json')).json()).toEqual({ red: 1, blue: 1 })
  const news = await studio.ask(`/api/runs/match/events?from=${found.cursor}`)
  expect(news.status).toBe(200)
  await news.body!.cancel()
})

it('has no record that another kind has', async () => {
  expect((await studio.ask('/files/first/result.json')).status).toBe(404)
  expect((await studio.ask('/files/match/evaluation.json')).status).toBe(404)
})

it.each(['latent', 'companions', 'networks/generator.onnx'])(
  'is refused with a reason where only a training can answer: %s',
  async (what) => {
    const answer = await studio.ask(`/api/runs/match/${what}`)
    expect(answer.status).toBe(404)
    expect(await answer.json()).toEqual({ error: '"match" is a match, not a training' })
  },
)
