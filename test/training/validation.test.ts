// Validation: the objective's own report, over every held-out example once, in inference mode.
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import type { Examples } from '../../src/data/source.ts'
import { mul, reduceMean, reduceSum } from '../../src/graph/build.ts'
import { interpret } from '../../src/graph/interpreter.ts'
import type { Tensor } from '../../src/graph/value.ts'
import { branching, dense, dropout, sequential } from '../../src/layers/index.ts'
import { sparseCategoricalAccuracy } from '../../src/losses/index.ts'
import { objective } from '../../src/objectives/objective.ts'
import { vae } from '../../src/objectives/vae.ts'
import { adam } from '../../src/optimizers/index.ts'
import type { Engine } from '../../src/runtime/engine.ts'
import { nodeEngine } from '../../src/runtime/node.ts'
import { frozen } from '../../src/training/functions.ts'
import { initialState } from '../../src/training/state.ts'
import { stepGraph } from '../../src/training/step.ts'
import { type TrainOptions, train } from '../../src/training/trainer.ts'
import { openValidation, reportGraph } from '../../src/training/validation.ts'
import type { TrainEvent } from '../../src/training/watcher.ts'
import { validation as validating } from '../../src/training/watchers/validation.ts'
import { sizeOf } from '../../src/util/shape.ts'
import { columnsOf, imagesOf, randomSource, tinyGan } from './tiny-gan.ts'

let engine: Engine
beforeAll(async () => {
  engine = await nodeEngine({ threads: 1 })
})
afterAll(() => engine.close())

const tinyVae = vae({
  name: 'tiny-vae',
  encoder: branching(
    { name: 'encoder', input: [4] },
    [dropout({ rate: 0.5 }), dense({ units: 3, activation: 'tanh' })],
    [dense({ units: 2, name: 'z-mean' }), dense({ units: 2, name: 'z-log-var' })],
  ),
  decoder: sequential({ name: 'decoder', input: [2] }, [dense({ units: 4, activation: 'sigmoid' })]),
  optimizer: adam({ learningRate: 0.05 }),
})

/** Logs the mean pixel and the share of labels that are 0; its network does nothing for it. */
const counter = objective({
  name: 'counter',
  networks: { classifier: sequential({ name: 'classifier', input: [4] }, [dense({ units: 3 })]) },
  phases: [
    {
      name: 'count',
      updates: ['classifier'],
      optimizer: adam({ learningRate: 0.1 }),
      loss: ({ data: { images, labels }, networks }) => {
        const still = mul(networks.classifier(images!), 0)
        const right = sparseCategoricalAccuracy(still, labels!)
        return { loss: reduceMean(images!), metrics: { right, none: reduceSum(still) } }
      },
    },
  ],
  logs: [
    { name: 'pixel', label: 'pixel', axis: 'left', value: ({ count }) => count!.loss },
    { name: 'right', label: 'right', axis: 'right', value: ({ count }) => count!.metrics!.right! },
  ],
})

const startOf = (of: typeof tinyVae | typeof counter, seed = 3) =>
  initialState(stepGraph(of, { batchSize: 2, columns: columnsOf([4]) }).state, seed)

describe('the graph of a report', () => {
  it('asks for no dropout masks, no learning rates and no slots, only for weights, examples and noise', () => {
    const { graph, feeds, metrics } = reportGraph(tinyVae, { batchSize: 5, columns: columnsOf([4]) })
    expect(feeds.map(({ name, shape }) => [name, shape])).toEqual([
      ['images', [5, 4]],
      ['validation/vae/normal-0', [5, 2]],
    ])
    expect(Object.keys(metrics)).toEqual(['loss', 'reconstruction', 'divergence', 'active'])
    const weights = Object.values(tinyVae.networks).flatMap((network) => network.weights)
    expect(graph.inputs.length).toBe(weights.length + 2)
  })

  it('of a GAN holds its losses and accuracy', () => {
    const { metrics, graph } = reportGraph(tinyGan(), { batchSize: 5, columns: columnsOf([2, 2, 1]) })
    expect(Object.keys(metrics)).toEqual(['generatorLoss', 'discriminatorLoss', 'discriminatorAccuracy'])
    for (const value of Object.values(graph.outputs)) expect(value.shape).toEqual([])
  })
})

describe('a validation', () => {
  it.each([7, 250, 251, 612])('of %d examples counts each once, with its own label', async (count) => {
    const source = randomSource(count, [4])
    const all = imagesOf(source)
    const validation = await openValidation(frozen(engine, startOf(counter)), counter, source, 1)
    const { pixel, right } = await validation.measure(0)
    expect(pixel).toBeCloseTo(all.reduce((sum, value) => sum + value, 0) / all.length, 5)
    expect(right).toBeCloseTo(Math.ceil(count / 3) / count, 6)
  })

  it('gives the same numbers every time, those of inference', async () => {
    const source = randomSource(5, [4])
    const arrays = startOf(tinyVae)
    const validation = await openValidation(frozen(engine, arrays), tinyVae, source, 8)
    const [first, second] = [await validation.measure(0), await validation.measure(7)]
    expect(second).toEqual(first)
    const { graph } = reportGraph(tinyVae, { batchSize: 5, columns: columnsOf([4]) })
    // Without noise, to bound what the noise may do; the divergence knows no noise at all.
    const images = imagesOf(source)
    const given: Record<string, Tensor> = Object.fromEntries(
      graph.inputs.map(({ shape, node }) => {
        const name = String(node.attributes.name)
        return [
          name,
          { shape, data: arrays[name] ?? (name === 'images' ? images : new Float32Array(sizeOf(shape))) },
        ]
      }),
    )
    const plain = interpret(graph, given)
    expect(first.divergence).toBeCloseTo(plain['log/divergence']!.data[0]!, 5)
    expect(Math.abs(first.loss! - plain['log/loss']!.data[0]!)).toBeLessThan(2)
    expect(first.loss).toBeCloseTo(first.reconstruction! + first.divergence!, 4)
  })
})

describe('training with held-out examples', () => {
  const source = randomSource(30, [4])
  const heldOut = randomSource(9, [4], 'held out')
  const run = async ({
    validateEvery: every = 0,
    validation: examples,
    ...changes
  }: Partial<TrainOptions> & { validateEvery?: number; validation?: Examples } = {}) => {
    const events: TrainEvent[] = []
    const watchers = [validating({ every, examples })]
    const settings = {
      objective: tinyVae,
      source,
      engine,
      batchSize: 6,
      seed: 5,
      steps: 23,
      watchers,
      ...changes,
    }
    for await (const event of train(settings)) events.push(structuredClone(event))
    return {
      events,
      rows: events.flatMap((event) => (event.type === 'steps' ? event.rows : [])),
      validations: events.flatMap((event) =>
        event.type === 'record' && event.log === 'validation' ? [event.row] : [],
      ),
      states: events.flatMap((event) => (event.type === 'checkpoint' ? [event.state] : [])),
    }
  }

  it('measures at multiples and after the last step, and changes nothing in the training', async () => {
    const plain = await run()
    const watched = await run({ validation: heldOut, validateEvery: 5 })
    expect(watched.validations.map(({ step }) => step)).toEqual([0, 5, 10, 15, 20, 22])
    expect(Object.keys(watched.validations[0]!)).toEqual([
      'step',
      'loss',
      'reconstruction',
      'divergence',
      'active',
    ])
    expect(new Set(watched.validations.map(({ loss }) => loss)).size).toBe(6)
    expect(watched.rows).toEqual(plain.rows)
    expect(watched.states.at(-1)).toEqual(plain.states.at(-1))
    expect(plain.validations).toEqual([])
  })

  it('gives the same bits after an interruption, and comes before the checkpoint of its step', async () => {
    const whole = await run({ validation: heldOut, validateEvery: 4, checkpointEvery: 8 })
    const rest = await run({
      validation: heldOut,
      validateEvery: 4,
      from: whole.states[1]!,
      history: whole.rows.slice(0, 9),
    })
    expect(whole.states[1]!.step).toBe(8)
    expect(rest.validations).toEqual(whole.validations.filter(({ step }) => step > 8))
    const of8 = whole.events.findIndex(({ type }, i) => type === 'record' && i > 2)
    expect(whole.events.slice(of8).some(({ type }) => type === 'checkpoint')).toBe(true)
    const types = whole.events.map(({ type }) => type)
    expect(types[types.indexOf('checkpoint') - 1]).toBe('record')
  })

  it('happens only when both examples and a pace are given, for GANs too', async () => {
    expect((await run({ validation: heldOut })).validations).toEqual([])
    expect((await run({ validateEvery: 3 })).validations).toEqual([])
    const images = [2, 2, 1]
    const { validations } = await run({
      objective: tinyGan(),
      source: randomSource(12, images),
      validation: randomSource(7, images),
      validateEvery: 10,
    })
    expect(validations.map(({ step }) => step)).toEqual([0, 10, 20, 22])
    expect(Object.keys(validations[0]!)).toContain('discriminatorAccuracy')
  })
})
