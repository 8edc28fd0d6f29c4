// Phases that assign: averages of weights, target networks, and variables, against plain arithmetic.
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import * as g from '../../src/graph/build.ts'
import { scalar, type Value } from '../../src/graph/value.ts'
import { batchNormalization, copyOf, dense } from '../../src/layers/index.ts'
import { type Network, sequential } from '../../src/layers/network.ts'
import type { Assignment, Descent } from '../../src/objectives/phase.ts'
import { sgd } from '../../src/optimizers/index.ts'
import type { Engine } from '../../src/runtime/engine.ts'
import { nodeEngine } from '../../src/runtime/node.ts'
import { initialState } from '../../src/training/state.ts'
import { stepGraph } from '../../src/training/step.ts'
import { train } from '../../src/training/trainer.ts'
import type { TrainEvent } from '../../src/training/watcher.ts'
import { ConfigError, ShapeError } from '../../src/util/errors.ts'
import { objectiveOf } from './phases.ts'
import { type Arrays, feedsOf, noisyState, runStep } from './run-step.ts'
import { columnsOf, randomSource } from './tiny-gan.ts'

const batchSize = 4
const options = { batchSize, columns: columnsOf([2]) }
const source = randomSource(9, [2])
const linear = (name: string): Network =>
  sequential({ name, input: [2] }, [dense({ units: 1, useBias: false, name: 'dense' })])
/** Lowers the mean output of `a`: its kernel falls by the mean example. */
const fall: Descent = {
  name: 'fall',
  updates: ['a'],
  optimizer: sgd({ learningRate: 1 }),
  loss: ({ data: { images }, networks }) => ({ loss: g.reduceMean(networks.a!(images!)) }),
}
const networks = { a: linear('a'), slow: copyOf(linear('a'), 'slow') }

/** The states before the first step and after each, of the graph. */
function statesOf(step: ReturnType<typeof stepGraph>, steps: number, start: Arrays) {
  const states = [start]
  const metrics: Readonly<Record<string, number>>[] = []
  for (let index = 0; index < steps; index++) {
    const result = runStep(step, states[index]!, feedsOf(step, source, index))
    states.push(result.state)
    metrics.push(result.metrics)
  }
  return { states, metrics }
}
const kernels = (states: readonly Arrays[], name: string) =>
  states.map((state) => Array.from(state[`${name}/dense/kernel`]!))

describe('an exponential moving average of weights', () => {
  const keep = 0.75
  const average: Assignment = {
    name: 'average',
    assign: ({ networks: { a, slow } }) => ({
      slow: Object.fromEntries(
        Object.entries(slow!.weights).map(([name, value]) => [
          name,
          g.add(g.mul(value, keep), g.mul(a!.weights[name]!, 1 - keep)),
        ]),
      ),
    }),
  }
  const step = stepGraph(objectiveOf(networks, [fall, average]), options)

  it('begins at the weights themselves', () => {
    const start = initialState(step.state, 3)
    expect(start['slow/dense/kernel']).toEqual(start['a/dense/kernel'])
    expect(start['a/dense/kernel']!.some((value) => value !== 0)).toBe(true)
  })

  it('is that of plain numbers over five steps, of the weights that each step leaves', () => {
    const { states } = statesOf(step, 5, noisyState(step))
    const [a, slow] = [kernels(states, 'a'), kernels(states, 'slow')]
    let expected = slow[0]!
    for (let index = 1; index <= 5; index++) {
      expected = expected.map((value, k) => keep * value + (1 - keep) * a[index]![k]!)
      for (const k of [0, 1]) expect(slow[index]![k]).toBeCloseTo(expected[k]!, 12)
      expect(a[index]).not.toEqual(a[index - 1])
    }
  })

  it('changes nothing of the training that it follows', () => {
    const alone = stepGraph(objectiveOf(networks, [fall]), options)
    const { states } = statesOf(step, 3, noisyState(step))
    const plain = statesOf(alone, 3, noisyState(alone)).states
    expect(kernels(states, 'a')).toEqual(kernels(plain, 'a'))
  })

  it('sees what the phases before it left, wherever it stands', () => {
    const first = stepGraph(objectiveOf(networks, [average, fall]), options)
    const { states } = statesOf(first, 1, noisyState(first))
    const [a, slow] = [kernels(states, 'a'), kernels(states, 'slow')]
    for (const k of [0, 1]) expect(slow[1]![k]).toBeCloseTo(keep * slow[0]![k]! + (1 - keep) * a[0]![k]!, 12)
  })
})

describe('a target network, set every third step', () => {
  const target: Assignment = {
    name: 'target',
    every: 3,
    assign: ({ networks: { a } }) => ({ slow: a!.weights }),
  }
  const step = stepGraph(objectiveOf(networks, [fall, target]), options)

  it('stands still for two steps and takes the weights of the third', () => {
    const { states } = statesOf(step, 7, noisyState(step))
    const [a, slow] = [kernels(states, 'a'), kernels(states, 'slow')]
    // states[n] is what is left after n steps.
    expect(slow.slice(1)).toEqual([slow[0], slow[0], a[3], a[3], a[3], a[6], a[6]])
    expect(a[3]).not.toEqual(a[2])
  })

  let engine: Engine
  beforeAll(async () => {
    engine = await nodeEngine({ threads: 1 })
  })
  afterAll(() => engine.close())

  it('does so in a training too, wherever that is interrupted', async () => {
    const objective = objectiveOf(networks, [fall, target])
    const run = async (from?: Extract<TrainEvent, { type: 'checkpoint' }>['state']) => {
      const states = []
      const settings = { objective, source, engine, batchSize, seed: 1, steps: 7, checkpointEvery: 1, from }
      for await (const event of train(settings)) if (event.type === 'checkpoint') states.push(event.state)
      return states
    }
    const whole = await run()
    const of = (name: string) => whole.map(({ arrays }) => Array.from(arrays[`${name}/dense/kernel`]!))
    const [a, slow] = [of('a'), of('slow')]
    expect(slow.slice(2)).toEqual([a[2], a[2], a[2], a[5], a[5]])
    expect(slow[1]).not.toEqual(a[1])
    expect(await run(whole[3])).toEqual(whole.slice(4))
  })
})

describe('variables', () => {
  it('follow what phases found, are seen by the next step, and are logged as the step leaves them', () => {
    const follow: Assignment = {
      name: 'follow',
      assign: ({ results, variables: { mean } }) => ({
        mean: g.add(g.mul(mean!, 0.5), g.mul(results.fall!.loss, 0.5)),
      }),
    }
    const scaled: Descent = {
      ...fall,
      loss: (context) => {
        const { loss } = fall.loss(context)
        return { loss, metrics: { before: g.mul(context.variables.mean!, 1) } }
      },
    }
    const objective = objectiveOf(networks, [scaled, follow], {
      variables: { mean: { shape: [], initial: 2 } },
      logs: [
        { name: 'fall', label: 'fall', axis: 'left', value: ({ fall }) => fall!.loss },
        { name: 'before', label: 'before', axis: 'left', value: ({ fall }) => fall!.metrics!.before! },
        { name: 'mean', label: 'mean', axis: 'left', value: (_, { mean }) => mean! },
      ],
    })
    const step = stepGraph(objective, options)
    expect(initialState(step.state, 1)['variable/mean']).toEqual(Float32Array.of(2))
    const { metrics } = statesOf(step, 5, { ...noisyState(step), 'variable/mean': Float64Array.of(2) })
    let mean = 2
    for (const row of metrics) {
      expect(row.before).toBeCloseTo(mean, 12)
      mean = 0.5 * mean + 0.5 * row.fall!
      expect(row.mean).toBeCloseTo(mean, 12)
    }
  })

  it('may have any shape, and keep their numbers where nobody assigns them', () => {
    const objective = objectiveOf(networks, [fall], { variables: { table: { shape: [2, 3], initial: 0.5 } } })
    const step = stepGraph(objective, options)
    const start = noisyState(step)
    expect(statesOf(step, 2, start).states[2]!['variable/table']).toEqual(start['variable/table'])
    expect(initialState(step.state, 1)['variable/table']).toEqual(new Float32Array(6).fill(0.5))
  })

  it('do not move on where another player alone learns, unless a phase assigns them', () => {
    // What assigns is no player: it happens in every step.
    const count: Assignment = {
      name: 'count',
      assign: ({ variables: { steps } }) => ({ steps: g.add(steps!, 1) }),
    }
    const objective = objectiveOf(networks, [fall, count], { variables: { steps: { shape: [] } } })
    const step = stepGraph(objective, { ...options, learners: [] })
    const start = { ...noisyState(step), 'variable/steps': Float64Array.of(0) }
    const { states } = statesOf(step, 3, start)
    expect(states[3]!['variable/steps']).toEqual(Float64Array.of(3))
    expect(kernels(states, 'a')[3]).toEqual(kernels(states, 'a')[0])
  })
})

describe('statistics of a network', () => {
  it('can be assigned as weights are', () => {
    const normed = sequential({ name: 'n', input: [2] }, [batchNormalization({ name: 'norm' })])
    const reset: Assignment = {
      name: 'reset',
      assign: () => ({ n: { 'norm/movingMean': g.concat([scalarRow(3), scalarRow(4)], 0) } }),
    }
    const step = stepGraph(objectiveOf({ ...networks, n: normed }, [fall, reset]), options)
    const start = noisyState(step)
    const { states } = statesOf(step, 1, start)
    expect(Array.from(states[1]!['n/norm/movingMean']!)).toEqual([3, 4])
    expect(states[1]!['n/norm/gamma']).toEqual(start['n/norm/gamma'])
  })
})
const scalarRow = (value: number): Value => g.reshape(scalar(value), [1])

describe('what a phase cannot assign', () => {
  const assigning = (assign: Assignment['assign'], every?: number) => () =>
    stepGraph(
      objectiveOf(networks, [fall, { name: 'set', assign, ...(every === undefined ? {} : { every }) }], {
        variables: { mean: { shape: [2] } },
      }),
      options,
    )

  it.each<[string, () => unknown, typeof ConfigError | typeof ShapeError, string]>([
    [
      'something that is not there',
      assigning(() => ({ meen: scalar(1) })),
      ConfigError,
      'phase "set" assigns "meen", which is neither a network (a, slow) nor a variable (mean) of the objective',
    ],
    [
      'a variable of another shape',
      assigning(() => ({ mean: scalar(1) })),
      ShapeError,
      'phase "set": variable "mean" is [2], got []',
    ],
    [
      'a weight that a network has not',
      assigning(() => ({ slow: { 'dense/bias': scalar(1) } })),
      ConfigError,
      'network "slow" has no weight "dense/bias"; it has dense/kernel',
    ],
    [
      'a weight of another shape',
      assigning(() => ({ slow: { 'dense/kernel': scalar(1) } })),
      ShapeError,
      'weight "dense/kernel" of network "slow" is [2, 1], got []',
    ],
    [
      'a network by one value',
      assigning(() => ({ slow: scalar(1) })),
      ConfigError,
      'phase "set" assigns one value to the network "slow"; give its weights by name: dense/kernel',
    ],
    [
      'a variable by a record',
      assigning(() => ({ mean: { mean: scalar(1) } })),
      ConfigError,
      'phase "set" assigns weights to the variable "mean"; give it one value',
    ],
    [
      'nothing',
      assigning(() => undefined as never),
      ConfigError,
      'phase "set": what assign gives must be a record of new weights of networks and new variables, got nothing',
    ],
    [
      'anything every half step',
      assigning(() => ({}), 0.5),
      ConfigError,
      'phase "set": every must be a positive integer, got 0.5',
    ],
  ])('is %s', (_, attempt, kind, message) => {
    expect(attempt).toThrow(kind)
    expect(attempt).toThrow(message)
  })
})
