// The life of a study: nothing is done twice, whatever happens, and its result is a function of its jobs' results.
import { readdirSync } from 'node:fs'
import { mkdir, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, expect, it, vi } from 'vitest'
import { openRunOf } from '../../src/runs/node/index.ts'
import { STUDY } from '../../src/runs/study.ts'
import { costOfStudy } from '../../src/studies/node/cost.ts'
import type { StudyEvent } from '../../src/studies/node/events.ts'
import { readStudyResult } from '../../src/studies/node/finish.ts'
import { verifyStudy } from '../../src/studies/node/verify.ts'
import { countingStudy, runTiny, tinyKinds } from './studies.ts'

let place: string
beforeEach(async () => {
  place = await mkdtemp(join(tmpdir(), 'sparring-study-'))
})
afterEach(() => rm(place, { recursive: true }))

const folder = (): string => join(place, 'count')
const contents = (file: string): Promise<string> => readFile(join(folder(), file), 'utf8')
const told = <Type extends StudyEvent['type']>(
  events: StudyEvent[],
  type: Type,
): Extract<StudyEvent, { type: Type }>[] =>
  events.filter((event): event is Extract<StudyEvent, { type: Type }> => event.type === type)

it('makes rows, ranks and sentences of what its jobs found, and is a run like any other', async () => {
  const events = await runTiny(place, countingStudy())
  expect(events.at(-1)).toMatchObject({ type: 'end', outcome: 'finished', failures: [] })
  const run = await openRunOf(STUDY, folder())
  const result = await readStudyResult(run)
  expect(result.panels).toHaveLength(1)
  expect(result.panels[0]).toMatchObject({
    groups: [
      {
        label: 'steps 2',
        axes: { steps: 2 },
        jobs: ['steps 2, seed 1', 'steps 2, seed 2', 'steps 2, seed 3'],
      },
      { label: 'steps 3' },
    ],
    measures: [{ name: 'value', values: [{ n: 3, over: 'runs' }, { n: 3 }] }],
    sentences: [{ row: 'value' }],
  })
  expect(result.figures.map(({ name }) => name)).toEqual(['figures/value.svg'])
  expect((await run.readLog('results')).map((row) => (row as { step: number }).step)).toEqual([
    0, 1, 2, 3, 4, 5,
  ])
  expect(await run.readStatus()).toMatchObject({ state: 'finished', step: 5 })
  expect(await verifyStudy(folder())).toMatchObject({ flaws: [], checked: { results: 6 } })
  expect(await contents('study.md')).toContain('| value |')
})

it('does only what is new when a seed is added, and nothing when it is run again', async () => {
  await runTiny(place, countingStudy())
  const before = await contents('study.json')
  const again = await runTiny(place, countingStudy())
  expect(told(again, 'result')).toEqual([])
  expect(await contents('study.json')).toBe(before)
  const more = await runTiny(place, countingStudy({ seeds: [1, 2, 3, 4] }))
  expect(
    told(more, 'result')
      .map(({ row }) => row.name)
      .sort(),
  ).toEqual(['steps 2, seed 4', 'steps 3, seed 4'])
  expect(told(more, 'end')[0]?.result?.panels[0]?.measures[0]?.values[0]?.n).toBe(4)
})

it('takes what another study has found, and forgets results that its file no longer asks for', async () => {
  await runTiny(place, countingStudy({ name: 'other' }))
  const events = await runTiny(place, countingStudy({ seeds: [2, 3] }))
  expect(told(events, 'study')).toMatchObject([{ done: 4, total: 4 }])
  const rows = (await (await openRunOf(STUDY, folder())).readLog('results')) as {
    found: boolean
    seed: number
  }[]
  expect(rows.map(({ found, seed }) => [found, seed])).toEqual([
    [true, 2],
    [true, 3],
    [true, 2],
    [true, 3],
  ])
  await runTiny(place, countingStudy({ seeds: [3] }))
  expect(await (await openRunOf(STUDY, folder())).readLog('results')).toHaveLength(2)
})

it('stops where its jobs can go on, and ends with the same bytes as one that was left alone', async () => {
  const study = countingStudy({ options: { pause: 30 }, grid: { steps: [6, 9] } })
  const stop = new AbortController()
  const work = runTiny(place, study, { signal: stop.signal })
  setTimeout(() => stop.abort(), 500)
  expect((await work).at(-1)).toMatchObject({ type: 'end', outcome: 'stopped' })
  await runTiny(place, study)
  const stopped = await contents('study.json')
  await rm(place, { recursive: true })
  await runTiny(place, study)
  expect(await contents('study.json')).toBe(stopped)
})

it('is paused and stopped by whoever asks for it in its folder', async () => {
  // Long enough to be stopped on the busiest machine; it is never done.
  const work = runTiny(place, countingStudy({ options: { pause: 50 }, grid: { steps: [2000] } }))
  // What was asked for before it listens is of an earlier run.
  const hasBegun = async () => (await contents('journal.jsonl').catch(() => '')) !== ''
  await vi.waitUntil(hasBegun, { timeout: 50_000, interval: 50 })
  await writeFile(
    join(folder(), 'control.jsonl'),
    '{"command":"pause"}\n{"command":"continue"}\n{"command":"stop"}\n',
  )
  const events = await work
  expect(told(events, 'paused')).toHaveLength(1)
  expect(told(events, 'end')).toMatchObject([{ outcome: 'stopped' }])
  expect(await (await openRunOf(STUDY, folder())).readStatus()).toMatchObject({ state: 'stopped' })
})

it('comes to its end without the jobs that fail, says why, and tries them again the next time', async () => {
  const study = countingStudy({ grid: { trouble: ['', 'wrong'] }, seeds: [1, 2] })
  const events = await runTiny(place, study)
  expect(told(events, 'end')).toMatchObject([
    {
      outcome: 'finished',
      failures: [{ message: 'this job cannot be done' }, { message: 'this job cannot be done' }],
      result: { panels: [{ measures: [{ values: [{ n: 2 }, { value: null, reason: 'failed' }] }] }] },
    },
  ])
  const run = await openRunOf(STUDY, folder())
  expect(await run.readStatus()).toMatchObject({
    state: 'failed',
    message: expect.stringContaining('2 of 4'),
  })
  expect(told(await runTiny(place, study), 'failed')).toHaveLength(2)
})

it('does jobs that others need first, and gives them what those left', async () => {
  const study = countingStudy({
    kind: undefined,
    grid: undefined,
    jobs: {
      first: { kind: 'counting', options: { pause: 5 } },
      second: { kind: 'doubling', needs: { from: 'first' } },
    },
  })
  const [end] = told(await runTiny(place, study), 'end')
  const [first, second] = end!.result!.panels[0]!.measures[0]!.values
  expect(second!.value).toBe(2 * first!.value!)
})

it('says what it would cost without doing anything', async () => {
  const kinds = await tinyKinds()
  const ask = () => costOfStudy({ study: countingStudy(), store: join(place, 'store'), kinds }, 2)
  expect(await ask()).toMatchObject({
    total: 6,
    done: 0,
    left: [
      { jobs: 3, amount: 6 },
      { jobs: 3, amount: 9 },
    ],
  })
  expect(readdirSync(place)).toEqual([])
  await runTiny(place, countingStudy({ seeds: [1] }))
  const cost = await ask()
  expect(cost).toMatchObject({ done: 2, left: [{ jobs: 2, unit: 'steps' }, { jobs: 2 }] })
  expect(cost.secondsLeft).toBeGreaterThan(0)
})

it('refuses the folder of another study, and says so when its store has lost what the folder tells of', async () => {
  await runTiny(place, countingStudy())
  await expect(runTiny(place, countingStudy({ name: 'other' }), { folder: folder() })).rejects.toThrow(
    'holds the study "count", not "other"; choose another folder with --out',
  )
  await mkdir(join(place, 'training'))
  await writeFile(join(place, 'training/config.json'), '{"half')
  await expect(runTiny(place, countingStudy(), { folder: join(place, 'training') })).rejects.toThrow(
    /config\.json.*; choose another folder with --out$/,
  )
  await rm(join(place, 'store'), { recursive: true })
  expect((await verifyStudy(folder())).flaws).toHaveLength(6)
  expect(told(await runTiny(place, countingStudy()), 'result')).toHaveLength(6)
})
