// A whole lowered training step: against the step as written, and in ONNX Runtime.
import { afterAll, describe, expect, it } from 'vitest'
import { examplesSource } from '../../src/data/source.ts'
import { printGraph } from '../../src/graph/printer.ts'
import { lower } from '../../src/lowering/lower.ts'
import { dcgan } from '../../src/models/dcgan.ts'
import { mlpGan } from '../../src/models/mlp-gan.ts'
import { imageFacts } from '../../src/models/model.ts'
import { adam, rmsprop, sgd } from '../../src/optimizers/index.ts'
import type { Engine } from '../../src/runtime/engine.ts'
import { nodeEngine } from '../../src/runtime/node.ts'
import { feeder } from '../../src/training/feeds.ts'
import { stepGraph } from '../../src/training/step.ts'
import { sizeOf } from '../../src/util/shape.ts'
import { type Arrays, feedsOf, largestDifference, noisyState, runStep } from '../training/run-step.ts'
import { columnsOf, randomSource, tinyGan } from '../training/tiny-gan.ts'
import { countOps, differenceOf, nodesOf } from './nodes.ts'

const imageShape = [4, 4, 1]
const source = randomSource(200, imageShape)
const optimizers = {
  adam: () => adam({ learningRate: 2e-3, beta1: 0.5 }),
  rmsprop: () => rmsprop({ learningRate: 1e-3, momentum: 0.5 }),
  sgd: () => sgd({ learningRate: 0.05, momentum: 0.9, nesterov: true }),
}
/** Wide enough that the sums over its batch become products. */
const wide = (optimizer: (typeof optimizers)[keyof typeof optimizers]) =>
  stepGraph(tinyGan({ widths: [128, 12], imageShape, optimizer }), {
    batchSize: 64,
    columns: columnsOf(imageShape),
  })

describe('a lowered training step of the GAN', () => {
  for (const [name, optimizer] of Object.entries(optimizers))
    it(`gives the numbers of the step as written over three steps of ${name}, in float64`, () => {
      const step = wide(optimizer)
      const lowered = lower(step.graph)
      const ops = countOps(lowered)
      expect(ops.MatMul).toBeGreaterThan(0)
      expect(ops.Gemm).toBeGreaterThan(0)
      expect(ops.FusedMatMul).toBeGreaterThan(0)
      let [state, other] = [noisyState(step), noisyState(step)]
      for (let index = 0; index < 3; index++) {
        const feeds = feedsOf(step, source, index)
        const expected = runStep(step, state, feeds)
        const actual = runStep(step, other, feeds, lowered)
        expect(largestDifference(actual.state, expected.state)).toBeLessThan(1e-9)
        for (const metric of Object.keys(step.metrics))
          expect(Math.abs(actual.metrics[metric]! - expected.metrics[metric]!), metric).toBeLessThan(1e-9)
        state = expected.state
        other = actual.state
      }
    })

  it('of the MLP GAN has no transposes, no expansions, no lone biases and no large sums', () => {
    const objective = mlpGan.objective(mlpGan.options.parse({}), imageFacts([28, 28, 1]))
    const step = stepGraph(objective, { batchSize: 128, columns: columnsOf([28, 28, 1]) })
    const lowered = lower(step.graph)
    const ops = countOps(lowered)
    for (const op of ['Transpose', 'Identity', 'Expand']) expect(ops[op], op).toBeUndefined()
    // Dense layers run forward: 3 in each discriminator pass, 4 in each generator pass.
    expect(ops.Gemm).toBe(3 * 3 + 2 * 4)
    // Every product of the step as written is still one product; the others are sums over the batch.
    const products = (ops.Gemm ?? 0) + (ops.FusedMatMul ?? 0) + (ops.MatMul ?? 0)
    expect(products).toBeGreaterThan(countOps(step.graph).MatMul!)
    for (const { op, inputs } of nodesOf(lowered))
      if (op.startsWith('Reduce')) expect(sizeOf(inputs[0]!.shape), op).toBeLessThan(8192)
    expect(nodesOf(lowered).length).toBeLessThan(0.85 * nodesOf(step.graph).length)
    expect(lowered.inputs).toEqual(step.graph.inputs)
    expect(Object.keys(lowered.outputs)).toEqual(Object.keys(step.graph.outputs))
  })
})

describe('a lowered training step of a small DCGAN', () => {
  const objective = dcgan.objective(dcgan.options.parse({ latentDim: 5 }), imageFacts([8, 8, 1]))
  const step = stepGraph(objective, { batchSize: 4, columns: columnsOf([8, 8, 1]) })
  const state = noisyState(step, 1, 0.02)
  const feeds = feedsOf(step, randomSource(50, [8, 8, 1]), 0)
  const without = [
    'carryLayout',
    'multiplyMasks',
    'fuseTransposes',
    'fuseBias',
    'multiplySums',
    'dropTrailingOnes',
    'joinVectors',
  ] as const

  it('is the same by direct convolutions, and without all rewrites that can be left out', () => {
    const expected = runStep(step, state, feeds)
    for (const options of [{ chooseForms: () => undefined }, { without }]) {
      const actual = runStep(step, state, feeds, lower(step.graph, options))
      for (const metric of Object.keys(step.metrics))
        expect(Math.abs(actual.metrics[metric]! - expected.metrics[metric]!), metric).toBeLessThan(1e-5)
    }
  })

  it('has other operators without each of them', () => {
    const all = printGraph(lower(step.graph))
    // Its sums are too small for `multiplySums`.
    for (const name of without.filter((other) => other !== 'multiplySums'))
      expect(printGraph(lower(step.graph, { without: [name] })), name).not.toBe(all)
  })
})

describe('the training program in float32', () => {
  let engine: Engine | undefined
  afterAll(() => engine?.close())

  for (const [name, optimizer] of Object.entries(optimizers))
    it(`stays within 5e-6 of the float64 interpreter over three steps of ${name}`, async () => {
      engine ??= await nodeEngine({ threads: 1 })
      const step = wide(optimizer)
      const start = noisyState(step)
      let state: Arrays = start
      const metrics: Record<string, number>[] = []
      for (let index = 0; index < 3; index++) {
        const result = runStep(step, state, feedsOf(step, source, index))
        state = result.state
        metrics.push({ ...result.metrics })
      }
      const program = await engine.compile({
        name: 'test',
        graph: step.graph,
        state: step.state.map(({ name: input, next, shape }) => ({ input, output: next, shape })),
        perStep: step.feeds.map(({ name }) => name),
        outputs: Object.values(step.metrics),
      })
      await program.write(
        Object.fromEntries(Object.entries(start).map(([key, data]) => [key, Float32Array.from(data)])),
      )
      const opened = examplesSource(source, 'replacement').open({ seed: 1, batchSize: 64, draws: 1 })
      const feeds = feeder(step.feeds, { seed: 1, source: opened })(0, 3)
      const { outputs } = await program.advance(feeds)
      const arrays = await program.read()
      await program.close()

      expect(Object.keys(arrays)).toEqual(step.state.map((entry) => entry.name))
      for (const [key, expected] of Object.entries(state)) {
        expect(differenceOf(arrays[key]!, expected), key).toBeLessThan(5e-6)
        // The move itself agrees, not only the place that it started from.
        const moves = (data: ArrayLike<number>): Float64Array =>
          Float64Array.from(start[key]!, (before, i) => data[i]! - before)
        const size = Math.max(...moves(expected).map(Math.abs))
        const share = (data: ArrayLike<number>): Float64Array => moves(data).map((move) => move / size)
        expect(differenceOf(share(arrays[key]!), share(expected)), key).toBeLessThan(5e-4)
      }
      for (const [metric, output] of Object.entries(step.metrics))
        metrics.forEach((row, i) => {
          expect(
            Math.abs(Number(outputs[output]![i]!) - row[metric]!),
            `${metric} of step ${i}`,
          ).toBeLessThan(5e-6)
        })
    })
})
