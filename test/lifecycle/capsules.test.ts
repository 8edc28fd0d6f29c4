// Runs of capsules: resumed to the same bytes, named and audited as classifiers are; and of overlapping digits, taken apart.
import { mkdtemp, readFile, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { modelFile } from '../../src/audit/node/model-file.ts'
import { openClassifier } from '../../src/classifiers/index.ts'
import { continueRun, startRun } from '../../src/lifecycle/index.ts'
import { openRun } from '../../src/runs/node/index.ts'
import { runContents } from '../support/run-contents.ts'

let place: string
const at = (name: string): string => join(place, name)

async function train(name: string, request: object, settings: object, stopAfter?: number): Promise<void> {
  const stop = new AbortController()
  const events = startRun({
    model: 'capsules',
    data: 'digits',
    dataOptions: { count: 60 },
    folder: at(name),
    command: ['sparring', 'train', 'capsules'],
    signal: stop.signal,
    ...request,
    settings: {
      steps: 9,
      batchSize: 8,
      checkpointEvery: 4,
      validateEvery: 4,
      threads: 1,
      ...settings,
    },
  })
  for await (const event of events) if (event.type === 'checkpoint' && event.step === stopAfter) stop.abort()
}

beforeAll(async () => {
  place = await mkdtemp(join(tmpdir(), 'sparring-capsules-'))
  await train('whole', {}, { filters: 8, imageSize: '20', augment: 'shift,rotate' })
})
afterAll(() => rm(place, { recursive: true }))

const captions = async (name: string): Promise<Record<string, string>> => {
  const list = JSON.parse(await readFile(join(at(name), 'figures', 'captions.json'), 'utf8'))
  return Object.fromEntries(list.map((each: { name: string; caption: string }) => [each.name, each.caption]))
}

describe('a run of capsules', () => {
  it('ends with the same bytes after it was stopped and resumed', async () => {
    await train('halves', {}, { filters: 8, imageSize: '20', augment: 'shift,rotate' }, 4)
    for await (const _ of continueRun(at('halves')));
    expect(await runContents(at('halves'))).toEqual(await runContents(at('whole')))
  }, 60_000)

  it('leaves a confusion matrix, reconstructions and sweeps', async () => {
    const words = await captions('whole')
    expect(Object.keys(words)).toEqual(['confusion-matrix', 'reconstructions', 'capsule-sweeps'])
    expect(words.reconstructions).toMatch(
      /^The first 10 held-out images, which were not trained on, above what/,
    )
    expect(words['capsule-sweeps']).toContain('16 numbers moved by -0.25 to +0.25 in steps of 0.05')
  })

  it('is what an audit takes for a classifier', async () => {
    const { bytes, name } = await modelFile(at('whole'))
    expect(name).toBe('classifier.onnx')
    const classifier = openClassifier(bytes, { classes: 10 })
    expect([classifier.image, classifier.notDifferentiable]).toEqual([
      { height: 20, width: 20, channels: 1 },
      undefined,
    ])
  })
})

describe('a run on overlapping digits', () => {
  const pairs = { data: 'multi-mnist', dataOptions: { of: 'digits', count: 48, padding: 0, shift: 2 } }

  it('records the pairs, measures both labels, and takes held-out ones apart in colours', async () => {
    await train('pairs', pairs, { filters: 8, imageSize: '20' })
    const run = await openRun(at('pairs'))
    expect(run.config.data).toMatchObject({ name: 'multi-mnist', height: 20, width: 20, channels: 1 })
    expect(run.config.data.columns!.parts).toEqual({ shape: [2, 20, 20, 1], dtype: 'float32' })
    expect(run.config.data.classes).toHaveLength(10)
    const { metrics, validation } = await run.readRecord()
    expect(metrics).toHaveLength(9)
    for (const { accuracy } of validation)
      expect(Number(accuracy) * 8).toBeCloseTo(Math.round(Number(accuracy) * 8), 5)
    const words = await captions('pairs')
    expect(Object.keys(words)).toEqual(['taken-apart', 'capsule-sweeps'])
    expect(words['taken-apart']).toMatch(
      /The first 8 held-out images.*each of the 2 longest capsules alone\. All labels are right in \d of them/,
    )
    const svg = await readFile(join(at('pairs'), 'figures', 'taken-apart.svg'), 'utf8')
    for (const word of ['seen', 'made of', 'taken apart', 'part 1', 'part 2'])
      expect(svg).toContain(`>${word}<`)
  }, 60_000)

  it('is learned by a CNN of several labels too, whose record says so', async () => {
    await train(
      'cnn',
      { ...pairs, model: 'efficient-capsnet' },
      { network: 'cnn', imageSize: '20', steps: 2 },
    )
    const { metrics } = (await openRun(at('cnn'))).config
    expect(metrics.map(({ label }) => label)).toEqual(['binary cross-entropy', 'all 2 labels right'])
  }, 60_000)
})
