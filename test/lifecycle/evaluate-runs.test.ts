// Evaluating runs from their folders, and while they train.
import { cp, mkdtemp, readFile, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { compareRuns, type EvaluateEvent, evaluateRuns, startRun } from '../../src/lifecycle/index.ts'
import type { Evaluation } from '../../src/runs/index.ts'
import { openRun } from '../../src/runs/node/index.ts'
import { smallData } from '../e2e/sparring.ts'

let place: string
let data: string
const at = (name: string): string => join(place, name)
/** Few steps and a cache of its own: what is learnt does not matter here. */
const extractor = () => ({ cacheDir: at('cache'), settings: { steps: 60, batchSize: 32 } })

beforeAll(async () => {
  place = await mkdtemp(join(tmpdir(), 'sparring-evaluate-'))
  data = await smallData(at('data'), 300)
  await smallData(data, 200, 't10k')
  await smallData(at('single'), 300)
  await train('vae-shallow', 'vae', { evaluateEvery: 5 })
  await train('mlp-gan', 'gan', { seed: 2 })
})
afterAll(() => rm(place, { recursive: true }))

const train = async (model: string, run: string, settings: Record<string, unknown> = {}, from = data) => {
  const request = {
    model,
    data: from,
    folder: at(run),
    settings: {
      ...{ steps: 13, batchSize: 16, threads: 1, sampleEvery: 0, checkpointEvery: 5, validateEvery: 0 },
      ...settings,
    },
    command: ['sparring', 'train', model],
    extractor: extractor(),
  }
  for await (const _ of startRun(request));
}

/** A copy of a run as it was before anybody evaluated it. */
async function unmeasured(from: string, to: string): Promise<void> {
  await cp(at(from), at(to), { recursive: true })
  await rm(at(`${to}/evaluation.json`), { force: true })
}

async function evaluate(runs: readonly string[], options: Parameters<typeof evaluateRuns>[1] = {}) {
  const events: EvaluateEvent[] = []
  const folders = runs.map(at)
  for await (const event of evaluateRuns(folders, { draws: 1, extractor: extractor(), ...options }))
    events.push(event)
  const evaluations = events.flatMap((event) => (event.type === 'evaluated' ? [event.evaluation] : []))
  return { events, evaluations }
}

const named = ({ measures }: Evaluation, name: string) => measures.find((measure) => measure.name === name)!

describe('evaluating', () => {
  it('writes what it found into the folders, with the protocol and real images beside it', async () => {
    const { evaluations } = await evaluate(['vae', 'gan'], { draws: 2 })
    expect(evaluations).toHaveLength(2)
    const [found] = evaluations as [Evaluation]
    expect(await (await openRun(at('vae'))).readEvaluation()).toEqual(found)
    expect(found).toMatchObject({
      step: 12,
      protocol: {
        count: 200,
        draws: 2,
        seed: 1,
        reference: expect.stringContaining('all 200 held-out'),
      },
      extractor: { name: 'classifier', features: 128, testCount: 200 },
    })
    const fid = named(found, 'fid')
    expect(fid.draws).toHaveLength(2)
    expect(fid.value).toBeCloseTo((fid.draws[0]! + fid.draws[1]!) / 2)
    // After 13 steps samples are no digits: real images are much nearer.
    expect(fid.value).toBeGreaterThan(2 * fid.floor!.value!)
    expect(named(found, 'memorisation').floor).toEqual({ value: 0.5 })
    expect(named(found, 'sharpness').floor!.value).toBeGreaterThan(0)
    expect(found.histogram!.real.reduce((sum, share) => sum + share, 0)).toBeCloseTo(1)
  })

  it('gives the same numbers again, and others for another seed', async () => {
    const of = async (seed: number) => (await evaluate(['gan'], { seed })).evaluations[0]!.measures
    const first = await of(1)
    expect(await of(1)).toEqual(first)
    expect(await of(2)).not.toEqual(first)
  })

  it('trains the classifier once for the data, and measures real images once for all runs', async () => {
    const { events } = await evaluate(['vae', 'gan'], {
      extractor: { ...extractor(), cacheDir: at('fresh-cache') },
    })
    const kinds = events.map((event) => (event.type === 'evaluating' ? event.what : event.type))
    expect(kinds.filter((kind) => kind === 'floor')).toHaveLength(1)
    expect(kinds).toContain('extractor')
    const again = await evaluate(['vae'], { extractor: { ...extractor(), cacheDir: at('fresh-cache') } })
    expect(again.events.map(({ type }) => type)).not.toContain('extractor')
  })

  it('while a run trains gives what the first draw of an evaluation gives', async () => {
    const run = await openRun(at('vae'))
    const rows = await run.readLog('evaluations')
    expect(rows.map(({ step }) => step)).toEqual([0, 5, 10, 12])
    const { evaluations } = await evaluate(['vae'])
    for (const name of ['fid', 'kid', 'recall', 'coverage', 'sharpness'])
      expect(rows.at(-1)![name], name).toBe(named(evaluations[0]!, name).value)
    expect(await readFile(join(run.folder, 'evaluations.jsonl'), 'utf8')).toContain('"classDivergence":')
  })
})

describe('comparing', () => {
  it('measures first what was not measured, in the way of the others', async () => {
    await unmeasured('vae', 'c-1')
    await unmeasured('gan', 'c-2')
    await evaluate(['c-1'], { count: 150, draws: 2 })
    const before = await readFile(at('c-1/evaluation.json'), 'utf8')
    const work = compareRuns([at('c-1'), at('c-2')], { out: at('page.html'), extractor: extractor() })
    const events: EvaluateEvent[] = []
    let step = await work.next()
    for (; !step.done; step = await work.next()) events.push(step.value)
    expect(events.flatMap((event) => (event.type === 'evaluated' ? [event.folder] : []))).toEqual([at('c-2')])
    expect(await readFile(at('c-1/evaluation.json'), 'utf8')).toBe(before)
    const added = await (await openRun(at('c-2'))).readEvaluation()
    expect(added!.protocol).toMatchObject({ count: 150, draws: 2 })
    expect(await readFile(step.value.files.page!, 'utf8')).toContain('Inception score')
  })

  it('measures nothing when the runs cannot be compared', async () => {
    await train('mlp-gan', 'c-3', {}, await smallData(at('others'), 60))
    const work = compareRuns([at('c-1'), at('c-3')], { out: at('never.html'), extractor: extractor() })
    await expect(work.next()).rejects.toThrow('choose runs of one data set')
    expect(await (await openRun(at('c-3'))).readEvaluation()).toBeUndefined()
  })
})

describe('what cannot be measured', () => {
  it('is a folder without a run, a model without images, and a count that the data cannot give', async () => {
    await train('classifier', 'labels')
    await expect(evaluate(['nothing'])).rejects.toThrow(/there is no run folder/)
    await expect(evaluate(['labels'])).rejects.toThrow('"classifier" makes no images')
    await expect(evaluate(['vae'], { count: 201 })).rejects.toThrow('has 200 held-out images')
    await expect(evaluate(['vae'], { count: 128 })).rejects.toThrow('needs at least 129')
  })

  it('is refused before a run is made', async () => {
    const settings = { evaluateEvery: 5 }
    await expect(train('classifier', 'never', settings)).rejects.toThrow('"classifier" makes no images')
    await expect(train('vae-shallow', 'never', settings, at('single'))).rejects.toThrow('has no test part')
    await expect(openRun(at('never'))).rejects.toThrow('there is no run folder')
  })
})
