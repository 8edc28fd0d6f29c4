// Kinds of runs: what the folder of one that is no training does, and what is said where another kind was expected.
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { faceOf } from '../../src/cli/recipes.ts'
import {
  createRun,
  isTraining,
  listRuns,
  openAnyRun,
  openRun,
  resumeRunOf,
} from '../../src/runs/node/index.ts'
import { DataError } from '../../src/util/errors.ts'
import { MATCH, playMatch, WITH_MATCHES } from './invented-recipe.ts'
import { inventedConfig } from './invented-run.ts'

describe('a kind of run that is a row of the table', () => {
  let place: string
  let match: string
  let training: string
  beforeAll(async () => {
    place = await mkdtemp(join(tmpdir(), 'sparring-recipes-'))
    match = join(place, 'match')
    training = join(place, 'training')
    await playMatch(match)
    await (await createRun(training, inventedConfig())).close()
  })
  afterAll(() => rm(place, { recursive: true, force: true }))

  it('has its own config, logs and status in its folder, and goes on where its checkpoint left it', async () => {
    const run = await openAnyRun(match, {}, WITH_MATCHES)
    expect(run.recipe).toBe(MATCH)
    expect(MATCH.subject(run.config as never)).toEqual({
      model: 'red against blue',
      data: 'chess',
      seed: 3,
      steps: 4,
    })
    expect(await run.readLog('moves')).toHaveLength(2)
    await expect(run.readLog('metrics')).rejects.toThrow('there is no log "metrics": expected one of moves')
    const writer = await resumeRunOf(MATCH, match)
    await writer.append('moves', [{ step: 2, moves: 5, winner: 'red' }])
    await writer.truncateAfter((await writer.latestCheckpoint())!.step)
    expect(await writer.readLog('moves')).toHaveLength(2)
    await expect(writer.append('moves', [{ step: 2, moves: 'few' }])).rejects.toThrow(DataError)
    await writer.close()
  })

  it('stands in the list beside trainings', async () => {
    const found = await listRuns(place, WITH_MATCHES)
    expect(found.map((run) => [run.name, isTraining(run)])).toEqual([
      ['match', false],
      ['training', true],
    ])
  })

  it('is refused where a training is meant, and by a version that does not know it', async () => {
    await expect(openRun(match)).rejects.toThrow(
      'this version does not know what kind of run "match" is: expected training, audit or study; a newer version may read it',
    )
    await expect(resumeRunOf(MATCH, training)).rejects.toThrow(
      `${training} holds a training; expected a match`,
    )
    await expect(faceOf(match)).rejects.toThrow(DataError)
    expect((await listRuns(place)).find(({ name }) => name === 'match')).toMatchObject({
      problem: expect.stringContaining('does not know what kind of run "match" is'),
    })
  })

  it('reads runs of before there were kinds as trainings', async () => {
    const path = join(training, 'config.json')
    const { recipe, ...before } = JSON.parse(await readFile(path, 'utf8'))
    expect(recipe).toBe('training')
    await writeFile(path, JSON.stringify(before))
    expect((await openRun(training)).config.recipe).toBe('training')
  })
})
