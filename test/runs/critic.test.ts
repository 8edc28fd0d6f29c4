// Rounds of the critic on disk, and what they add up to.
import { appendFile, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { type CriticRow, criticTotals, judged } from '../../src/runs/index.ts'
import { appendCritic, createRun, openRun, readCritic } from '../../src/runs/node/index.ts'
import { inventedConfig } from './invented-run.ts'

const round = (changes: Partial<CriticRow> = {}): CriticRow => ({
  at: '2026-01-02T03:04:05.000Z',
  step: 24,
  seed: 5,
  reals: 'held-out',
  isReal: [true, true, false, false],
  saidReal: [true, false, true, false],
  probabilityOfReal: [0.9, 0.8, 0.2, 0.6],
  ...changes,
})

describe('totals', () => {
  it('tell what was right, what fooled and what was doubted', () => {
    const { right, fooled, doubted } = judged(
      [true, true, true, false, false],
      [true, false, false, true, false],
    )
    expect([right.count, right.n]).toEqual([2, 5])
    expect([fooled.count, fooled.n]).toEqual([1, 2])
    expect([doubted.count, doubted.n]).toEqual([2, 3])
  })

  it('judge person and network on the same images, by step of the weights', () => {
    const totals = criticTotals([round(), round({ step: 8, saidReal: [true, true, false, false] })])
    expect(totals.rounds).toBe(2)
    expect([totals.person.right.count, totals.person.right.n]).toEqual([6, 8])
    expect([totals.network!.right.count, totals.network!.fooled.count]).toEqual([6, 2])
    expect(totals.steps.map(({ step, person }) => [step, person.right.count])).toEqual([
      [8, 4],
      [24, 2],
    ])
  })

  it('have no network where the model has none, and take a half for generated', () => {
    expect(criticTotals([round({ probabilityOfReal: null })]).network).toBeNull()
    expect(criticTotals([]).person.right.share).toBeNull()
    const undecided = criticTotals([round({ probabilityOfReal: [0.5, 0.5, 0.5, 0.5] })])
    expect(undecided.network!.doubted.count).toBe(2)
    expect(undecided.network!.fooled.count).toBe(0)
  })
})

describe('critic.jsonl', () => {
  let folder: string
  beforeEach(async () => {
    folder = join(await mkdtemp(join(tmpdir(), 'sparring-critic-')), 'run')
  })
  afterEach(() => rm(join(folder, '..'), { recursive: true, force: true }))

  it('keeps every round, in order, also when many come at once', async () => {
    const run = await createRun(folder, inventedConfig())
    expect(await readCritic(folder)).toEqual([])
    await Promise.all(Array.from({ length: 20 }, (_, seed) => appendCritic(folder, round({ seed }))))
    expect((await readCritic(folder)).map(({ seed }) => seed)).toEqual(
      Array.from({ length: 20 }, (_, i) => i),
    )
    await run.close()
  })

  it('stays whole when the run is taken back to an earlier step, and cannot be overwritten as a file', async () => {
    const run = await createRun(folder, inventedConfig())
    await run.append('metrics', [{ step: 0, generatorLoss: 1 }])
    await appendCritic(folder, round({ step: 500 }))
    await run.truncateAfter(-1)
    expect(await run.readLog('metrics')).toEqual([])
    expect(await readCritic(folder)).toEqual([round({ step: 500 })])
    await expect((await openRun(folder)).writeFile('critic.jsonl', '')).rejects.toThrow(
      'is a record of the run',
    )
    await run.close()
  })

  it('takes off a torn last line before the next round', async () => {
    const run = await createRun(folder, inventedConfig())
    await appendCritic(folder, round({ seed: 1 }))
    await appendFile(join(folder, 'critic.jsonl'), '{"at":"2026-01-0')
    expect(await readCritic(folder)).toHaveLength(1)
    await appendCritic(folder, round({ seed: 2 }))
    expect((await readCritic(folder)).map(({ seed }) => seed)).toEqual([1, 2])
    expect((await readFile(join(folder, 'critic.jsonl'), 'utf8')).split('\n')).toHaveLength(3)
    await run.close()
  })

  it('names a damaged line, and refuses what is no round', async () => {
    const run = await createRun(folder, inventedConfig())
    await expect(appendCritic(folder, round({ saidReal: [true] }))).rejects.toThrow('one length')
    await writeFile(join(folder, 'critic.jsonl'), '{"step":1}\n')
    await expect(readCritic(folder)).rejects.toThrow('critic.jsonl line 1')
    await run.close()
  })
})
