// The training loop: exact resumption, promised events, clean endings, whatever lies between.
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import type { Examples } from '../../src/data/source.ts'
import * as g from '../../src/graph/build.ts'
import { input } from '../../src/graph/value.ts'
import { dense } from '../../src/layers/index.ts'
import { sequential } from '../../src/layers/network.ts'
import { sparseCategoricalAccuracy, sparseCategoricalCrossentropy } from '../../src/losses/index.ts'
import { type Objective, objective } from '../../src/objectives/objective.ts'
import { adam, sgd } from '../../src/optimizers/index.ts'
import type { Engine, StateArrays } from '../../src/runtime/engine.ts'
import { nodeEngine } from '../../src/runtime/node.ts'
import type { MetricsRow } from '../../src/training/detectors.ts'
import { DivergedError, initialState, type TrainingState } from '../../src/training/state.ts'
import { stepGraph } from '../../src/training/step.ts'
import { type TrainOptions, train } from '../../src/training/trainer.ts'
import type { TrainEvent } from '../../src/training/watcher.ts'
import { type EvaluationOptions, evaluation } from '../../src/training/watchers/evaluation.ts'
import { type SamplesOptions, samples as sampling } from '../../src/training/watchers/samples.ts'
import { ConfigError, DataError } from '../../src/util/errors.ts'
import { randomStream } from '../../src/util/random.ts'
import { columnsOf, randomSource, tinyGan } from './tiny-gan.ts'

let engine: Engine
beforeAll(async () => {
  engine = await nodeEngine({ threads: 1 })
})
afterAll(() => engine.close())

const source = randomSource(30)
const tiny = tinyGan({ optimizer: () => adam({ learningRate: 0.01, beta1: 0.5 }) })

/** Everything that a run said. */
interface Log {
  readonly events: readonly TrainEvent[]
  readonly rows: readonly MetricsRow[]
  readonly checkpoints: readonly TrainingState[]
  readonly end: Extract<TrainEvent, { type: 'end' }>
}

interface Changes extends Partial<TrainOptions> {
  readonly sample?: SamplesOptions
  readonly evaluate?: EvaluationOptions
}

const options = ({ sample, evaluate, ...changes }: Changes = {}): TrainOptions => ({
  objective: tiny,
  source,
  engine,
  batchSize: 6,
  seed: 5,
  steps: 20,
  watchers: [...(sample ? [sampling(sample)] : []), ...(evaluate ? [evaluation(evaluate)] : [])],
  ...changes,
})

/** Trains to the end; `watch` sees every event as it comes. */
async function run(changes: Changes = {}, watch: (event: TrainEvent) => void = () => {}): Promise<Log> {
  const events: TrainEvent[] = []
  for await (const event of train(options(changes))) {
    // Arrays are kept as they were, should the trainer use their memory again.
    events.push(structuredClone(event))
    watch(event)
  }
  const end = events.at(-1)
  if (end?.type !== 'end') throw new Error(`the last event is ${end?.type}`)
  return {
    events,
    rows: events.flatMap((event) => (event.type === 'steps' ? event.rows : [])),
    checkpoints: events.flatMap((event) => (event.type === 'checkpoint' ? [event.state] : [])),
    end,
  }
}

const samplesOf = ({ events }: Log) => events.flatMap((event) => (event.type === 'samples' ? [event] : []))
const stepsOf = (log: Log, type: 'samples' | 'checkpoint'): number[] =>
  log.events.flatMap((event) =>
    event.type === 'samples' && type === 'samples'
      ? [event.step]
      : event.type === 'checkpoint' && type === 'checkpoint'
        ? [event.state.step]
        : [],
  )

/** The bytes of all arrays, so that -0 and 0 differ and NaN equals itself. */
const bitsOf = (arrays: StateArrays): Record<string, string> =>
  Object.fromEntries(
    Object.entries(arrays).map(([name, { buffer, byteOffset, byteLength }]) => [
      name,
      Array.from(new Uint32Array(buffer.slice(byteOffset, byteOffset + byteLength))).join(),
    ]),
  )
const expectSameBits = (a: StateArrays, b: StateArrays): void => expect(bitsOf(a)).toEqual(bitsOf(b))

describe('an interrupted run', () => {
  it('gives the bits of the uninterrupted one, wherever it is cut and however often', async () => {
    const whole = await run({ steps: 20, checkpointEvery: 1, sample: { every: 5, count: 3 } })
    expect(whole.rows.map(({ step }) => step)).toEqual(Array.from({ length: 20 }, (_, i) => i))
    for (const last of [0, 6, 18, 19]) {
      const from = whole.checkpoints.find(({ step }) => step === last)!
      const history = whole.rows.slice(0, last + 1)
      const rest = await run({ steps: 20, from, history, checkpointEvery: 9, sample: { every: 5, count: 3 } })
      expect(rest.rows).toEqual(whole.rows.slice(last + 1))
      expectSameBits(rest.end.state.arrays, whole.end.state.arrays)
      expect(rest.end).toMatchObject({ reason: 'finished', state: { step: 19 } })
      const later = samplesOf(whole).filter(({ step }) => step > last)
      expect(samplesOf(rest)).toEqual(later)
    }
  })

  it('gives the same when it was planned shorter and is then prolonged', async () => {
    const whole = await run({ steps: 20 })
    const first = await run({ steps: 7 })
    expect(first.end).toMatchObject({ reason: 'finished', state: { step: 6 } })
    const rest = await run({ steps: 20, from: first.end.state, history: first.rows })
    expect([...first.rows, ...rest.rows]).toEqual(whole.rows)
    expectSameBits(rest.end.state.arrays, whole.end.state.arrays)
  })

  it('is measured at the same steps, with the same weights', async () => {
    const { state } = stepGraph(tiny, { batchSize: 6, columns: columnsOf([2, 2, 1]) })
    const inputs = state.map(({ name, shape }) => input(name, shape))
    const sum = inputs.map((value) => g.reduceSum(value)).reduce(g.add)
    /** The sum of all numbers of the state, where they lie. */
    const measure: EvaluationOptions['measure'] = async (weights) => {
      const model = await weights.attach({ inputs, outputs: { sum } }, { name: 'sum' })
      const made = await model.run({})
      await model.close()
      return { sum: Number(made.sum!.data[0]) }
    }
    const evaluate = { every: 6, measure }
    const measured = ({ events }: Log) =>
      events.flatMap((e) => (e.type === 'record' && e.log === 'evaluations' ? [e.row] : []))
    const whole = await run({ evaluate, checkpointEvery: 5 })
    expect(measured(whole).map(({ step }) => step)).toEqual([0, 6, 12, 18, 19])
    expect(new Set(measured(whole).map(({ sum }) => sum)).size).toBe(5)
    const from = whole.checkpoints.find(({ step }) => step === 10)!
    const rest = await run({ evaluate, from, history: whole.rows.slice(0, 11) })
    expect(measured(rest)).toEqual(measured(whole).slice(2))
    expect(rest.rows).toEqual(whole.rows.slice(11))
    expect(measured(await run({ evaluate: { every: 0, measure } }))).toEqual([])
  })

  it('says again what its detectors remember, from the history', async () => {
    // A discriminator that is always right: the accuracy of a constant is logged.
    const sure: Objective = {
      ...tiny,
      logs: tiny.logs.map((log) =>
        log.name === 'discriminatorAccuracy'
          ? { ...log, value: (results) => always1(results.real!.loss) }
          : log,
      ),
    }
    const noticesOf = ({ events }: Log) =>
      events.flatMap((event) => (event.type === 'notice' ? [event.notice] : []))
    const whole = await run({ objective: sure, steps: 1010 })
    expect(noticesOf(whole).map(({ step, kind }) => [step, kind])).toEqual([[1000, 'discriminator-won']])
    const first = await run({ objective: sure, steps: 700 })
    const rest = await run({ objective: sure, steps: 1010, from: first.end.state, history: first.rows })
    expect([...noticesOf(first), ...noticesOf(rest)]).toEqual(noticesOf(whole))
  })

  it('tells of collapsed samples once, also when it continues after it was told', async () => {
    // Of weights that are all zero, neurons stay equal and every sample is the same.
    const start = await run({ steps: 1 })
    const arrays = Object.fromEntries(
      Object.entries(start.end.state.arrays).map(([name, data]) => [name, new Float32Array(data.length)]),
    )
    const sample = { every: 100, real: source }
    const options = { steps: 901, sample, checkpointEvery: 700, from: { step: -1, arrays } }
    const noticesOf = ({ events }: Log) =>
      events.flatMap((event) => (event.type === 'notice' ? [event.notice] : []))
    const collapsed = ({ kind }: { kind: string }) => kind === 'samples-collapsed'
    const whole = await run(options)
    expect(noticesOf(whole).filter(collapsed)).toMatchObject([{ step: 500, severity: 'warning' }])
    const from = whole.checkpoints.find(({ step }) => step === 700)!
    const rest = { ...options, from, history: whole.rows.slice(0, 701) }
    expect(
      noticesOf(await run({ ...rest, sample: { ...sample, told: noticesOf(whole) } })).filter(collapsed),
    ).toEqual([])
    expect(noticesOf(await run(rest)).filter(collapsed)).toMatchObject([{ step: 800 }])
  })
})

/** 1, computed from a value so that it is no constant. */
const always1 = (value: Parameters<typeof g.exp>[0]) => g.exp(g.mul(value, 0))

describe('the numbers of a run', () => {
  it('do not depend on how often samples and checkpoints are made', async () => {
    const plain = await run()
    for (const changes of [
      { checkpointEvery: 1 },
      { checkpointEvery: 7, sample: { every: 3, count: 2 } },
      { sample: { every: 1, count: 5 } },
    ]) {
      const other = await run(changes)
      expect(other.rows).toEqual(plain.rows)
      expectSameBits(other.end.state.arrays, plain.end.state.arrays)
    }
  })

  it('depend on the seed, from the first weights on', async () => {
    const [a, again, b] = [await run({ steps: 3 }), await run({ steps: 3 }), await run({ steps: 3, seed: 6 })]
    expect(again.rows).toEqual(a.rows)
    expect(b.rows[0]).not.toEqual(a.rows[0])
    for (const name of Object.keys(a.end.state.arrays))
      expect(b.end.state.arrays[name], name).not.toEqual(a.end.state.arrays[name])
  })

  it('start from the initializers, one stream for each weight, and from slots of zero', async () => {
    const step = stepGraph(tiny, { batchSize: 6, columns: columnsOf([2, 2, 1]) })
    const start = initialState(step.state, 5)
    for (const { name, shape, initializer } of step.state)
      if (initializer)
        expect(start[name], name).toEqual(initializer.fill(shape, randomStream(5, `initial/${name}`)))
      else
        expect(
          start[name]!.every((value) => value === 0),
          name,
        ).toBe(true)
    const untouched = await run({ steps: 20, signal: AbortSignal.abort() })
    expectSameBits(untouched.end.state.arrays, start)
  })

  it('change with every step', async () => {
    const { rows } = await run()
    expect(new Set(rows.map(({ generatorLoss }) => generatorLoss)).size).toBe(20)
    expect(rows.every((row) => Object.values(row).every(Number.isFinite))).toBe(true)
    expect(Object.keys(rows[0]!)).toEqual([
      'step',
      'generatorLoss',
      'discriminatorLoss',
      'discriminatorAccuracy',
    ])
  })
})

describe('events', () => {
  it('come at the promised steps: multiples, and after the last', async () => {
    const log = await run({ steps: 11, sample: { every: 4, count: 3 }, checkpointEvery: 5 })
    expect(stepsOf(log, 'samples')).toEqual([0, 0, 4, 4, 8, 8, 10, 10])
    expect(stepsOf(log, 'checkpoint')).toEqual([0, 5, 10])
    expect(log.rows.map(({ step }) => step)).toEqual(Array.from({ length: 11 }, (_, i) => i))
    expect(log.events.filter(({ type }) => type === 'end').length).toBe(1)
  })

  it('come after the steps they belong to', async () => {
    const log = await run({ steps: 11, sample: { every: 4, count: 3 }, checkpointEvery: 5 })
    let reached = -1
    for (const event of log.events) {
      if (event.type === 'steps') {
        expect(event.step).toBe(event.rows.at(-1)!.step)
        expect(event.rows[0]!.step).toBe(reached + 1)
        expect(event.seconds).toBeGreaterThan(0)
        reached = event.step
      } else if (event.type === 'samples') expect(event.step).toBe(reached)
      else if (event.type === 'checkpoint' || event.type === 'end') expect(event.state.step).toBe(reached)
    }
  })

  it('are no samples and one checkpoint, the last, when none are asked for', async () => {
    const log = await run()
    expect(stepsOf(log, 'samples')).toEqual([])
    expect(stepsOf(log, 'checkpoint')).toEqual([19])
    expect(log.end.state).toEqual(log.checkpoints[0])
  })

  it('hold samples from the same latents and from fresh ones, of the asked number', async () => {
    const samples = samplesOf(await run({ steps: 9, sample: { every: 4, count: 3 } }))
    const of = (latents: string) => samples.filter((event) => event.latents === latents)
    expect(of('fixed').map(({ step }) => step)).toEqual([0, 4, 8])
    expect(of('fresh').map(({ step }) => step)).toEqual([0, 4, 8])
    for (const { values, count } of samples) {
      expect([count, values.length]).toEqual([3, 12])
      expect(values.every((pixel) => pixel > 0 && pixel < 1)).toBe(true)
    }
    // With weights that do not move, only fresh latents give other images.
    const still = tinyGan({ optimizer: () => sgd({ learningRate: 0 }) })
    const frozen = await run({ objective: still, steps: 1, sample: { every: 1, count: 3 } })
    const again = await run({
      objective: still,
      steps: 3,
      sample: { every: 2, count: 3 },
      from: { step: 0, arrays: frozen.end.state.arrays },
    })
    const [first, second] = [samplesOf(frozen), samplesOf(again)]
    const distance = (a: Float32Array, b: Float32Array): number =>
      Math.max(...a.map((x, i) => Math.abs(x - b[i]!)))
    // Moving statistics move a little.
    expect(distance(first[0]!.values, second[0]!.values)).toBeLessThan(0.01)
    expect(distance(first[1]!.values, second[1]!.values)).toBeGreaterThan(0.02)
  })

  it('of checkpoints hold every array with its shape', async () => {
    const { events } = await run({ steps: 1 })
    const checkpoint = events.find((event) => event.type === 'checkpoint')
    if (checkpoint?.type !== 'checkpoint') throw new Error('no checkpoint')
    const step = stepGraph(tiny, { batchSize: 6, columns: columnsOf([2, 2, 1]) })
    expect(checkpoint.shapes).toEqual(Object.fromEntries(step.state.map(({ name, shape }) => [name, shape])))
    expect(Object.keys(checkpoint.state.arrays)).toEqual(step.state.map(({ name }) => name))
  })
})

describe('a run that is stopped', () => {
  it('ends after the running call with a checkpoint, and goes on as if nothing had been', async () => {
    const controller = new AbortController()
    const whole = await run({ steps: 200 })
    const stopped = await run({ steps: 200, signal: controller.signal }, (event) => {
      if (event.type === 'steps' && event.step >= 20) controller.abort()
    })
    expect(stopped.end.reason).toBe('stopped')
    const { step } = stopped.end.state
    expect(step).toBeGreaterThanOrEqual(20)
    expect(step).toBeLessThan(199)
    expect(stopped.rows.at(-1)!.step).toBe(step)
    expect(stopped.events.at(-2)).toMatchObject({ type: 'checkpoint', state: { step } })
    const rest = await run({ steps: 200, from: stopped.end.state, history: stopped.rows })
    expect([...stopped.rows, ...rest.rows]).toEqual(whole.rows)
    expectSameBits(rest.end.state.arrays, whole.end.state.arrays)
  })

  it('writes no second checkpoint of the same step', async () => {
    const controller = new AbortController()
    const log = await run({ steps: 200, checkpointEvery: 1, signal: controller.signal }, (event) => {
      if (event.type === 'checkpoint' && event.state.step === 3) controller.abort()
    })
    expect(stepsOf(log, 'checkpoint')).toEqual([0, 1, 2, 3])
    expect(log.end).toMatchObject({ reason: 'stopped', state: { step: 3 } })
  })

  it('before it begins makes no step', async () => {
    const log = await run({ signal: AbortSignal.abort() })
    expect(log.events.map(({ type }) => type)).toEqual(['end'])
    expect(log.end).toMatchObject({ reason: 'stopped', state: { step: -1 } })
  })

  it('leaves the engine usable when its reader walks away', async () => {
    for await (const event of train(options({ steps: 1000 }))) if (event.type === 'steps') break
    expect((await run({ steps: 2 })).end.reason).toBe('finished')
  })
})

describe('a run that was finished', () => {
  it('ends at once when it is continued, with the state it has', async () => {
    const done = await run({ steps: 5 })
    const again = await run({ steps: 5, from: done.end.state, history: done.rows })
    expect(again.events.map(({ type }) => type)).toEqual(['end'])
    expect(again.end.reason).toBe('finished')
    expectSameBits(again.end.state.arrays, done.end.state.arrays)
  })
})

describe('a run that diverges', () => {
  const absurd = tinyGan({ optimizer: () => sgd({ learningRate: (before) => (before >= 10 ? 1e30 : 0.01) }) })

  it('says which number, at which step, after yielding the rows before it', async () => {
    const rows: MetricsRow[] = []
    let thrown: unknown
    try {
      for await (const event of train(options({ objective: absurd, steps: 100 })))
        if (event.type === 'steps') {
          expect(event.step).toBe(event.rows.at(-1)!.step)
          rows.push(...event.rows)
        } else expect(event.type).not.toBe('end')
    } catch (error) {
      thrown = error
    }
    if (!(thrown instanceof DivergedError)) throw thrown
    // The discriminator's tenth and eleventh update are those of step 5.
    expect(thrown.step).toBeGreaterThanOrEqual(5)
    expect(thrown.step).toBeLessThan(10)
    expect(['"generatorLoss"', '"discriminatorLoss"']).toContain(thrown.what)
    expect(['NaN', 'Infinity']).toContain(thrown.detail)
    expect(thrown.message).toBe(
      `${thrown.what} is ${thrown.detail} at step ${thrown.step}: training has diverged. Lower the learning rate or change the seed.`,
    )
    expect(rows.map(({ step }) => step)).toEqual(Array.from({ length: thrown.step }, (_, i) => i))
    expect(rows.every((row) => Object.values(row).every(Number.isFinite))).toBe(true)
  })

  it('fails at the same step however it is cut into calls', async () => {
    const failure = async (changes: Partial<TrainOptions>): Promise<unknown> =>
      run({ objective: absurd, steps: 100, ...changes }).catch((error: unknown) => error)
    const plain = await failure({})
    if (!(plain instanceof DivergedError)) throw plain
    const good = await run({ objective: absurd, steps: 4 })
    expect(await failure({ from: good.end.state, history: good.rows })).toEqual(plain)
  })

  it('never hands out a checkpoint with a number that is not finite', async () => {
    // What is logged stays finite; the weights do not.
    const silent: Objective = {
      ...absurd,
      logs: [
        {
          name: 'positive',
          label: 'positive',
          axis: 'left',
          value: ({ real }) => g.reduceMean(g.cast(g.greater(real!.loss, 0), 'float32')),
        },
      ],
      watches: [],
    }
    const checkpoints: number[] = []
    let thrown: unknown
    try {
      for await (const event of train(options({ objective: silent, steps: 100, checkpointEvery: 1 })))
        if (event.type === 'checkpoint') {
          checkpoints.push(event.state.step)
          for (const data of Object.values(event.state.arrays)) expect(data.every(Number.isFinite)).toBe(true)
        }
    } catch (error) {
      thrown = error
    }
    if (!(thrown instanceof DivergedError)) throw thrown
    expect(thrown.what).toMatch(/^weight "(generator|discriminator|optimizer-\d+)\//)
    expect(checkpoints).toEqual(Array.from({ length: thrown.step }, (_, i) => i))
  })
})

describe('a state to continue from', () => {
  it('that does not fit is refused with the name, the expected and the given', async () => {
    const { end } = await run({ steps: 1 })
    const { 'generator/dense/kernel': kernel, ...rest } = end.state.arrays
    const missing = run({ from: { step: 0, arrays: rest } })
    await expect(missing).rejects.toThrow(DataError)
    await expect(missing).rejects.toThrow(
      '"generator/dense/kernel" should have 12 numbers [3, 4], it is missing',
    )
    const short = { ...end.state.arrays, 'generator/dense/kernel': kernel!.slice(1) }
    await expect(run({ from: { step: 0, arrays: short } })).rejects.toThrow('it has 11')
    const other = tinyGan({ widths: [5, 3] })
    await expect(run({ objective: other, from: end.state })).rejects.toThrow(
      'the state to continue from does not fit the model',
    )
  })

  it('is not changed by continuing from it', async () => {
    const { end } = await run({ steps: 2 })
    const before = bitsOf(end.state.arrays)
    await run({ steps: 6, from: end.state })
    expect(bitsOf(end.state.arrays)).toEqual(before)
  })
})

describe('an objective with labels', () => {
  /** Three classes around three corners of the unit square. */
  const centres = [
    [0.1, 0.1],
    [0.9, 0.1],
    [0.1, 0.9],
  ]
  const points: Examples = {
    count: 60,
    columns: columnsOf([2]),
    fill(column, indices, out) {
      indices.forEach((index, i) => {
        if (column === 'labels') {
          out[i] = BigInt(index % 3)
          return
        }
        const random = randomStream(1, 'point', index)
        for (const k of [0, 1]) out[2 * i + k] = centres[index % 3]![k]! + 0.1 * random.uniform()
      })
    },
  }
  const softmax = objective({
    name: 'softmax',
    networks: { classifier: sequential({ name: 'classifier', input: [2] }, [dense({ units: 3 })]) },
    phases: [
      {
        name: 'fit',
        updates: ['classifier'],
        optimizer: sgd({ learningRate: 2 }),
        loss: ({ data: { images, labels }, networks }) => {
          const logits = networks.classifier(images!)
          return {
            loss: sparseCategoricalCrossentropy(logits, labels!),
            metrics: { accuracy: sparseCategoricalAccuracy(logits, labels!) },
          }
        },
      },
    ],
    logs: [
      { name: 'loss', label: 'loss', axis: 'left', value: ({ fit }) => fit!.loss },
      { name: 'accuracy', label: 'accuracy', axis: 'right', value: ({ fit }) => fit!.metrics!.accuracy! },
    ],
  })

  it('learns them: the loss falls and every class is told apart', async () => {
    const { rows } = await run({ objective: softmax, source: points, batchSize: 20, steps: 60 })
    const mean = (name: string, from: number, to: number): number =>
      rows.slice(from, to).reduce((sum, row) => sum + row[name]!, 0) / (to - from)
    expect(mean('loss', 57, 60)).toBeLessThan(0.3 * mean('loss', 0, 3))
    expect(mean('accuracy', 57, 60)).toBe(1)
  })

  it('cannot learn them from labels that belong to other examples', async () => {
    const shuffled = randomStream(2, 'labels').permutation(60)
    const wrong: Examples = {
      ...points,
      fill: (column, indices, out) =>
        points.fill(column, column === 'labels' ? indices.map((index) => shuffled[index]!) : indices, out),
    }
    const { rows } = await run({ objective: softmax, source: wrong, batchSize: 20, steps: 60 })
    expect(rows.slice(-3).reduce((sum, { loss }) => sum + loss! / 3, 0)).toBeGreaterThan(0.8)
  })

  it('refuses data without labels before the first step', async () => {
    const { images } = points.columns
    const unlabelled = run({ objective: softmax, source: { ...points, columns: { images: images! } } })
    await expect(unlabelled).rejects.toThrow(ConfigError)
    await expect(unlabelled).rejects.toThrow(
      'a phase asks for the column "labels" of the data, which has images; use data that has it: digits, mnist',
    )
  })

  it('takes no samples, because it makes none', async () => {
    const log = await run({ objective: softmax, source: points, steps: 5, sample: { every: 1 } })
    expect(samplesOf(log)).toEqual([])
    expect(log.rows.length).toBe(5)
  })
})
