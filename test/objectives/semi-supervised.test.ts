// FixMatch and virtual adversarial training: their steps against plain numbers and the slopes of their losses by differences.
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { policyOf } from '../../src/augmentations/index.ts'
import { unlabelledBeside } from '../../src/data/unlabelled.ts'
import { interpret } from '../../src/graph/interpreter.ts'
import { input, type Tensor } from '../../src/graph/value.ts'
import { dense, flatten, sequential } from '../../src/layers/index.ts'
import { continueRun, startRun } from '../../src/lifecycle/index.ts'
import { settledOptions } from '../../src/models/model.ts'
import { fixmatch, vat } from '../../src/models/semi-supervised.ts'
import { fixMatch, pseudoLabelled } from '../../src/objectives/fixmatch.ts'
import type { Objective } from '../../src/objectives/objective.ts'
import { virtualAdversarial } from '../../src/objectives/virtual-adversarial.ts'
import { sgd } from '../../src/optimizers/index.ts'
import { openRun } from '../../src/runs/node/index.ts'
import { drawsOf, feeder } from '../../src/training/feeds.ts'
import { stepGraph } from '../../src/training/step.ts'
import { reportGraph } from '../../src/training/validation.ts'
import { ConfigError } from '../../src/util/errors.ts'
import { sizeOf } from '../../src/util/shape.ts'
import { runContents } from '../support/run-contents.ts'
import { type Arrays, noisyState, runStep } from '../training/run-step.ts'
import { columnsOf, randomSource } from '../training/tiny-gan.ts'

const IMAGE = [2, 2, 1]
const [BATCH, CLASSES, EACH, RATE] = [4, 3, 2, 0.25]
const source = unlabelledBeside(randomSource(5, IMAGE, 'few'), randomSource(20, IMAGE), EACH)
const common = () => ({
  name: 'tiny',
  classifier: sequential({ name: 'classifier', input: { images: IMAGE }, output: 'logits' }, [
    flatten(),
    dense({ units: CLASSES }),
  ]),
  optimizer: sgd({ learningRate: RATE }),
})

type Rows = number[][]
const rowsOf = (data: ArrayLike<number>, size: number): Rows =>
  Array.from({ length: data.length / size }, (_, i) => Array.from(data).slice(i * size, (i + 1) * size))
const mean = (values: readonly number[]): number => values.reduce((a, b) => a + b, 0) / values.length
const logSoftmax = (row: readonly number[]): number[] => {
  const log = Math.log(row.reduce((sum, x) => sum + Math.exp(x), 0))
  return row.map((x) => x - log)
}
const divergence = (p: readonly number[], q: readonly number[]): number =>
  p.reduce((sum, log, c) => sum + Math.exp(log) * (log - q[c]!), 0)

function oneStep(objective: Objective) {
  const step = stepGraph(objective, { batchSize: BATCH, columns: source.columns })
  const start = noisyState(step, 3, 0.8)
  const opened = source.open({ seed: 1, batchSize: BATCH, draws: drawsOf(step.feeds) })
  const made = feeder(step.feeds, { seed: 1, source: opened })(1, 1)
  const feeds: Record<string, Tensor> = Object.fromEntries(
    step.feeds.map(({ name, shape }) => [
      name,
      { shape, data: Float64Array.from(made[name]!.data as ArrayLike<number | bigint>, Number) },
    ]),
  )
  const answers = (weights: Arrays, images: Rows): Rows => {
    const [kernel, bias] = [weights['classifier/dense/kernel']!, weights['classifier/dense/bias']!]
    return images.map((row) =>
      logSoftmax(
        Array.from(bias, (b, c) => row.reduce((sum, x, i) => sum + x * kernel[i * CLASSES + c]!, b)),
      ),
    )
  }
  const labels = Array.from(feeds.labels!.data)
  const images = rowsOf(feeds.images!.data, sizeOf(IMAGE))
  return {
    start,
    feeds,
    answers,
    unlabelled: rowsOf(feeds.unlabelled!.data, sizeOf(IMAGE)),
    supervised: (weights: Arrays) => mean(answers(weights, images).map((row, i) => -row[labels[i]!]!)),
    ...runStep(step, start, feeds),
  }
}

function expectDescent(
  { start, state }: ReturnType<typeof oneStep>,
  loss: (weights: Arrays) => number,
): void {
  for (const name of ['classifier/dense/kernel', 'classifier/dense/bias'])
    start[name]!.forEach((value, i) => {
      const at = (by: number): number =>
        loss({ ...start, [name]: start[name]!.map((x, j) => (j === i ? x + by : x)) })
      const slope = (at(1e-5) - at(-1e-5)) / 2e-5
      expect(state[name]![i], `${name} ${i}`).toBeCloseTo(value - RATE * slope, 6)
    })
}

describe('FixMatch', () => {
  const still = policyOf('still', 'shift=0')
  const threshold = 0.8

  it('descends the cross-entropy of labels, and of its own names where it is sure of them', () => {
    const found = oneStep(fixMatch({ ...common(), weak: still, strong: still, threshold, weight: 0.7 }))
    const { start, answers, unlabelled, supervised, metrics } = found
    const given = answers(start, unlabelled)
    const sure = given.map((row) => Math.exp(Math.max(...row)) >= threshold)
    // Some of each, or the test says nothing.
    expect(new Set(sure).size).toBe(2)
    const own = (weights: Arrays): number =>
      mean(
        answers(weights, unlabelled).map((row, i) =>
          sure[i] ? -row[given[i]!.indexOf(Math.max(...given[i]!))]! : 0,
        ),
      )
    expect(metrics.loss).toBeCloseTo(supervised(start), 9)
    expect(metrics.unlabelled).toBeCloseTo(own(start), 9)
    expect(metrics.used).toBeCloseTo(mean(sure.map(Number)), 9)
    expectDescent(found, (weights) => supervised(weights) + 0.7 * own(weights))
  })

  it('names images changed a little, and learns the same changed much', () => {
    const [weak, strong] = ['noise=0.1', 'noise=0.5,shift=0.3'].map((text) => policyOf('x', text))
    const { feeds } = stepGraph(fixMatch({ ...common(), weak: weak!, strong: strong! }), {
      batchSize: BATCH,
      columns: source.columns,
    })
    const drawn = feeds.filter(({ kind }) => kind === 'normal' || kind === 'uniform')
    const shapes = drawn.map(({ shape }) => shape.join())
    // Noise of labelled images, of those named, of those learned; a coin for each of the two strong changes.
    expect(shapes.filter((shape) => shape === '4,2,2,1')).toHaveLength(1)
    expect(shapes.filter((shape) => shape === '8,2,2,1')).toHaveLength(2)
    expect(shapes.filter((shape) => shape === '8,1').length).toBeGreaterThanOrEqual(4)
    const report = reportGraph(fixMatch({ ...common(), weak: weak!, strong: strong! }), {
      batchSize: BATCH,
      columns: columnsOf(IMAGE),
    })
    expect(report.feeds.map(({ name }) => name).sort()).toEqual(['images', 'labels'])
  })

  it('lets no gradient reach what names images', () => {
    const [sure, learned] = [input('sure', [2, 2]), input('learned', [2, 2])]
    const { loss, used } = pseudoLabelled(sure, learned, 0.8)
    const found = interpret(
      { inputs: [sure, learned], outputs: { loss, used } },
      {
        sure: { shape: [2, 2], data: Float64Array.from([3, 0, 0.1, 0]) },
        learned: { shape: [2, 2], data: Float64Array.from([0, 1, 5, 0]) },
      },
    )
    expect(found.used!.data[0]).toBe(0.5)
    expect(found.loss!.data[0]).toBeCloseTo(-logSoftmax([0, 1])[0]! / 2, 9)
  })
})

describe('virtual adversarial training', () => {
  it('descends the divergence where it grows most, found by one step of power iteration', () => {
    const [eps, xi] = [0.6, 0.1]
    const found = oneStep(virtualAdversarial({ ...common(), eps, xi, weight: 0.8, entropy: 0.3 }))
    const { start, feeds, answers, unlabelled, supervised, metrics } = found
    const unit = (row: readonly number[]): number[] => {
      const length = Math.sqrt(row.reduce((sum, x) => sum + x * x, 0))
      return row.map((x) => x / length)
    }
    const moved = (rows: Rows, by: Rows): Rows => rows.map((row, n) => row.map((x, i) => x + by[n]![i]!))
    const chance = rowsOf(feeds['classifier/normal-0']!.data, sizeOf(IMAGE))
    const nudge = chance.map((row) => unit(row).map((x) => xi * x))
    const p = answers(start, unlabelled)
    const q = answers(start, moved(unlabelled, nudge))
    const kernel = start['classifier/dense/kernel']!
    // Of a linear classifier the slope of the divergence is W (q - p).
    const worst = p.map((row, n) =>
      unit(
        Array.from({ length: sizeOf(IMAGE) }, (_, i) =>
          row.reduce(
            (sum, log, c) => sum + (Math.exp(q[n]![c]!) - Math.exp(log)) * kernel[i * CLASSES + c]!,
            0,
          ),
        ),
      ).map((x) => eps * x),
    )
    const far = (weights: Arrays): number =>
      mean(answers(weights, moved(unlabelled, worst)).map((row, n) => divergence(p[n]!, row)))
    const entropy = (weights: Arrays): number =>
      mean(answers(weights, unlabelled).map((row) => -row.reduce((sum, x) => sum + x * Math.exp(x), 0)))
    expect(metrics.divergence).toBeCloseTo(far(start), 7)
    expect(metrics.entropy).toBeCloseTo(entropy(start), 9)
    // The direction is worse than one of chance.
    const chanceFar = mean(
      answers(
        start,
        moved(
          unlabelled,
          nudge.map((row) => row.map((x) => (eps / xi) * x)),
        ),
      ).map((row, n) => divergence(p[n]!, row)),
    )
    expect(metrics.divergence).toBeGreaterThan(chanceFar)
    expectDescent(found, (weights) => supervised(weights) + 0.8 * far(weights) + 0.3 * entropy(weights))
  })
})

it('models of them settle their lists, name images by an average, and refuse what there is not', () => {
  for (const model of [fixmatch, vat]) {
    const settled = settledOptions(model, model.options.parse({}))
    expect(settledOptions(model, settled)).toEqual(settled)
    const made = model.objective(settled, model.madeFor)
    expect(made.offers!.classify!.network).toBe('averaged')
    const each = model === fixmatch ? 7 : 4
    expect(model.madeFor.columns.unlabelled!.shape).toEqual([each, 28, 28, 1])
  }
  expect(() => settledOptions(fixmatch, fixmatch.options.parse({ strong: 'flip' }))).toThrow(
    '--strong: unknown augmentation "flip"',
  )
  expect(() => fixMatch({ ...common(), weak: [], strong: [] })).toThrow(ConfigError)
})

describe('a run on few labels and all images', () => {
  let root: string
  beforeAll(async () => {
    root = await mkdtemp(join(tmpdir(), 'sparring-few-and-all-'))
  })
  afterAll(() => rm(root, { recursive: true }))

  it('keeps a record of both, and ends with the same bytes when it was stopped', async () => {
    const train = async (name: string, stopAfter?: number): Promise<void> => {
      const stop = new AbortController()
      const events = startRun({
        model: 'fixmatch',
        data: 'digits',
        dataOptions: { count: 60 },
        folder: join(root, name),
        command: ['sparring', 'train', 'fixmatch'],
        signal: stop.signal,
        settings: {
          steps: 3,
          batchSize: 5,
          unlabelled: 2,
          imageSize: '8',
          labels: 20,
          checkpointEvery: 1,
          validateEvery: 2,
          threads: 1,
        },
      })
      for await (const event of events)
        if (event.type === 'checkpoint' && event.step === stopAfter) stop.abort()
    }
    await train('whole')
    await train('stopped', 0)
    for await (const _ of continueRun(join(root, 'stopped')));
    const [whole, stopped] = [
      await runContents(join(root, 'whole')),
      await runContents(join(root, 'stopped')),
    ]
    expect(Object.keys(stopped)).toEqual(Object.keys(whole))
    for (const path of Object.keys(whole)) expect(stopped[path] === whole[path], path).toBe(true)
    const { config } = await openRun(join(root, 'whole'))
    expect(config.data).toMatchObject({ count: 20, unlabelled: { count: 60 } })
    expect(config.data.unlabelled!.hash).not.toBe(config.data.hash)
  })
})
