// Loops inside training programs: an attacker in every step, several steps a call, in ONNX Runtime, resumed, and validated.
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { conv2D, dense, flatten } from '../../src/layers/index.ts'
import { sequential } from '../../src/layers/network.ts'
import { adversarial, freeAdversarial, type Objective, trades } from '../../src/objectives/index.ts'
import { adam } from '../../src/optimizers/index.ts'
import type { Engine, StateArrays } from '../../src/runtime/engine.ts'
import { nodeEngine } from '../../src/runtime/node.ts'
import { frozen } from '../../src/training/functions.ts'
import { peakBytes } from '../../src/training/memory.ts'
import { initialState, type TrainingState } from '../../src/training/state.ts'
import { stepGraph } from '../../src/training/step.ts'
import { type TrainOptions, train } from '../../src/training/trainer.ts'
import { openValidation } from '../../src/training/validation.ts'
import { type Arrays, feedsOf, largestDifference, runStep } from './run-step.ts'
import { columnsOf, randomSource } from './tiny-gan.ts'

let engine: Engine
beforeAll(async () => {
  engine = await nodeEngine({ threads: 1 })
})
afterAll(() => engine.close())

const shape = [6, 6, 1]
const source = randomSource(40, shape)
const batchSize = 8
const common = () => ({
  name: 'tiny',
  classifier: sequential({ name: 'classifier', input: shape }, [
    conv2D({ filters: 3, kernelSize: 3, strides: 2, padding: 'same', activation: 'relu' }),
    flatten(),
    dense({ units: 3 }),
  ]),
  optimizer: adam({ learningRate: 0.01 }),
})
const objectives: Readonly<Record<string, () => Objective>> = {
  adversarial: () => adversarial({ ...common(), eps: 0.1, attackSteps: 4 }),
  trades: () => trades({ ...common(), eps: 0.1, attackSteps: 4 }),
  freeAdversarial: () => freeAdversarial({ ...common(), eps: 0.1, replays: 2, attackSteps: 4 }),
}
type End = { readonly state: TrainingState; readonly rows: readonly object[] }

/** A training's rows and where it ends. */
async function trained(objective: Objective, steps: number, from?: TrainingState): Promise<End> {
  const options: TrainOptions = { objective, source, engine, batchSize, seed: 1, steps, from }
  const rows: object[] = []
  let state: TrainingState | undefined
  for await (const event of train(options)) {
    if (event.type === 'steps') rows.push(...event.rows)
    if (event.type === 'end') state = event.state
  }
  return { state: state!, rows }
}

describe.each(Object.entries(objectives))('%s as a program', (name, make) => {
  it('gives over three steps of one call what the interpreter gives step by step', async () => {
    const objective = make()
    const step = stepGraph(objective, { batchSize, columns: columnsOf(shape) })
    const start = initialState(step.state, 1)
    const program = await engine.compile({
      name,
      graph: step.graph,
      state: step.state.map(({ name: input, next, shape: of }) => ({ input, output: next, shape: of })),
      perStep: step.feeds.map((feed) => feed.name),
      outputs: Object.values(step.metrics),
    })
    const each = [0, 1, 2].map((index) => feedsOf(step, source, index, { batches: 'epoch' }))
    const feeds = step.feeds.map((feed) => {
      const numbers = each.flatMap((one) => Array.from(one[feed.name]!.data))
      const data =
        feed.kind === 'column' && feed.dtype === 'int64'
          ? BigInt64Array.from(numbers, BigInt)
          : Float32Array.from(numbers)
      return [feed.name, { data, shape: [3, ...feed.shape] }] as const
    })
    await program.write(start)
    const { outputs } = await program.advance(Object.fromEntries(feeds))
    let state: Arrays = Object.fromEntries(
      Object.entries(start).map(([key, data]) => [key, Float64Array.from(data)]),
    )
    each.forEach((given, index) => {
      const result = runStep(step, state, given)
      for (const [metric, value] of Object.entries(result.metrics))
        expect(outputs[step.metrics[metric]!]![index], `${metric}, step ${index}`).toBeCloseTo(value, 4)
      state = result.state
    })
    const found = await program.read()
    const rounded = Object.fromEntries(
      Object.entries(found).map(([key, data]) => [key, Float64Array.from(data)]),
    )
    expect(largestDifference(rounded, state)).toBeLessThan(2e-3)
    await program.close()
  })

  it('resumes to the same bits', async () => {
    const whole = await trained(make(), 9)
    const first = await trained(make(), 4)
    const second = await trained(make(), 9, first.state)
    expect([...first.rows, ...second.rows]).toEqual(whole.rows)
    expect(second.state.arrays).toEqual(whole.state.arrays)
    expect(Object.keys(whole.state.arrays).includes('variable/perturbation')).toBe(name === 'freeAdversarial')
  })

  it('is validated as it is and under attack, on any number of held-out examples', async () => {
    const objective = make()
    const { state } = await trained(objective, 6)
    const arrays: StateArrays = state.arrays
    const held = randomSource(13, shape, 'held-out')
    const { accuracy, robustAccuracy, loss, cleanLoss } = await (
      await openValidation(frozen(engine, arrays), objective, held, 1)
    ).measure(6)
    expect(robustAccuracy!).toBeLessThanOrEqual(accuracy!)
    expect(loss!).toBeGreaterThan(cleanLoss!)
  })
})

it('a loop needs the memory of one pass, however many it makes', () => {
  const bytes = (attackSteps: number): number =>
    peakBytes(
      stepGraph(adversarial({ ...common(), attackSteps }), { batchSize: 64, columns: columnsOf(shape) })
        .graph,
    )
  expect(bytes(40)).toBe(bytes(2))
  const plain = peakBytes(
    stepGraph(adversarial({ ...common(), attackSteps: 1 }), { batchSize: 128, columns: columnsOf(shape) })
      .graph,
  )
  expect(plain).toBeGreaterThan(bytes(2))
})
