// The step graph: order, repeats, schedules, slots and who may change what.
import { describe, expect, it } from 'vitest'
import * as g from '../../src/graph/build.ts'
import type { Tensor } from '../../src/graph/value.ts'
import { batchNormalization, dense } from '../../src/layers/index.ts'
import { type Network, sequential } from '../../src/layers/network.ts'
import type { Descent } from '../../src/objectives/phase.ts'
import { adam, type Optimizer, sgd } from '../../src/optimizers/index.ts'
import { stepGraph } from '../../src/training/step.ts'
import { objectiveOf } from './phases.ts'
import { feedsOf, noisyState, runStep } from './run-step.ts'
import { columnsOf, randomSource } from './tiny-gan.ts'

const batchSize = 4
const source = randomSource(9, [2])

const linear = (name: string): Network =>
  sequential({ name, input: [2] }, [dense({ units: 1, useBias: false, name: 'dense' })])

/** Updates `network`, lowering the mean square of its output minus 1 on real examples. */
const towardsOne = (network: string, rest: Partial<Descent> = {}): Descent => ({
  name: network,
  updates: [network],
  optimizer: sgd({ learningRate: 0.5 }),
  loss: ({ data: { images }, networks }) => ({
    loss: g.reduceMean(g.square(g.sub(networks[network]!(images!), 1))),
  }),
  ...rest,
})

/** Loss and gradient of `towardsOne` for weights [2] and a batch [4, 2]. */
function plainTowardsOne(w: readonly number[], { data }: Tensor) {
  const rows = Array.from({ length: batchSize }, (_, i) => [data[2 * i]!, data[2 * i + 1]!] as const)
  const errors = rows.map(([a, b]) => a * w[0]! + b * w[1]! - 1)
  const mean = (values: readonly number[]): number => values.reduce((sum, v) => sum + v, 0) / batchSize
  return {
    loss: mean(errors.map((e) => e * e)),
    gradient: [0, 1].map((k) => mean(errors.map((e, i) => 2 * e * rows[i]![k]!))),
  }
}

describe('repeats', () => {
  const rate = (before: number): number => 1 / (4 + before)
  const optimizer = sgd({ learningRate: rate })
  const repeated = objectiveOf({ critic: linear('critic'), other: linear('other') }, [
    towardsOne('critic', { repeats: 5, optimizer }),
    towardsOne('other', { optimizer }),
  ])
  const step = stepGraph(repeated, { batchSize, columns: columnsOf([2]) })

  it('ask for a batch and a learning rate of their own', () => {
    expect(step.feeds.map(({ name }) => name)).toEqual([
      ...['images', 'critic/learningRate'],
      ...[1, 2, 3, 4].flatMap((i) => [`images-${i}`, `critic-${i}/learningRate`]),
      'other/learningRate',
    ])
    const feeds = feedsOf(step, source, 3)
    const batches = ['images', 'images-1', 'images-2', 'images-3', 'images-4'].map((name) =>
      Array.from(feeds[name]!.data).join(),
    )
    expect(new Set(batches).size).toBe(5)
  })

  it('are given fresh batches in both kinds of batch order', () => {
    for (const batches of ['replacement', 'epoch'] as const) {
      const feeds = feedsOf(step, randomSource(100, [2]), 1, { batches })
      const used = [0, 1, 2, 3, 4].map((i) => Array.from(feeds[i === 0 ? 'images' : `images-${i}`]!.data))
      expect(new Set(used.map(String)).size, batches).toBe(5)
      // In a pass over the data nothing is seen twice: 40 different numbers.
      if (batches === 'epoch') expect(new Set(used.flat()).size).toBe(5 * batchSize * 2)
    }
  })

  it('count the updates of their player: step * 5 + 1, 2, ... for it, step + 1 for the other', () => {
    for (const index of [0, 7]) {
      const feeds = feedsOf(step, source, index)
      const rates = [0, 1, 2, 3, 4].map((i) => feeds[`critic${i === 0 ? '' : `-${i}`}/learningRate`]!.data[0])
      expect(rates).toEqual([0, 1, 2, 3, 4].map((i) => Math.fround(rate(5 * index + i))))
      expect(feeds['other/learningRate']!.data[0]).toBe(Math.fround(rate(index)))
    }
  })

  it('update five times, each from where the one before ended, and report the last', () => {
    const state = noisyState(step)
    const feeds = feedsOf(step, source, 2)
    let w = Array.from(state['critic/dense/kernel']!)
    let loss = Number.NaN
    for (let i = 0; i < 5; i++) {
      const at = plainTowardsOne(w, feeds[i === 0 ? 'images' : `images-${i}`]!)
      loss = at.loss
      w = w.map((value, k) => value - Math.fround(rate(10 + i)) * at.gradient[k]!)
    }
    const result = runStep(step, state, feeds)
    for (const k of [0, 1]) expect(result.state['critic/dense/kernel']![k]).toBeCloseTo(w[k]!, 12)
    expect(result.metrics.critic).toBeCloseTo(loss, 12)
  })

  it('leave the first batch of the step to the phases without repeats', () => {
    const state = noisyState(step)
    const feeds = feedsOf(step, source, 2)
    const w = Array.from(state['other/dense/kernel']!)
    expect(runStep(step, state, feeds).metrics.other).toBeCloseTo(plainTowardsOne(w, feeds.images!).loss, 12)
  })
})

describe('optimizers', () => {
  const slots = (optimizers: readonly [Optimizer, Optimizer]): string[] =>
    stepGraph(
      objectiveOf({ a: linear('a') }, [
        towardsOne('a', { name: 'first', optimizer: optimizers[0] }),
        towardsOne('a', { name: 'second', optimizer: optimizers[1] }),
      ]),
      { batchSize, columns: columnsOf([2]) },
    )
      .state.map(({ name }) => name)
      .slice(1)

  it('have one set of slots for all phases they are used in, and their own beside another optimizer', () => {
    const one = adam()
    expect(slots([one, one])).toEqual([
      'optimizer-0/a/dense/kernel/gradients',
      'optimizer-0/a/dense/kernel/squares',
    ])
    expect(slots([one, adam()])).toEqual([
      'optimizer-0/a/dense/kernel/gradients',
      'optimizer-0/a/dense/kernel/squares',
      'optimizer-1/a/dense/kernel/gradients',
      'optimizer-1/a/dense/kernel/squares',
    ])
  })

  it('count their own updates: two of a step when used twice, one each when there are two of them', () => {
    const rates = (optimizers: readonly [Optimizer, Optimizer]) => {
      const step = stepGraph(
        objectiveOf({ a: linear('a') }, [
          towardsOne('a', { name: 'first', optimizer: optimizers[0] }),
          towardsOne('a', { name: 'second', optimizer: optimizers[1] }),
        ]),
        { batchSize, columns: columnsOf([2]) },
      )
      const feeds = feedsOf(step, source, 3)
      return ['first', 'second'].map((name) => feeds[`${name}/learningRate`]!.data[0])
    }
    const counting = (): Optimizer => sgd({ learningRate: (before) => before })
    const one = counting()
    expect(rates([one, one])).toEqual([6, 7])
    expect(rates([counting(), counting()])).toEqual([3, 3])
  })

  it('count for each player apart when players share one', () => {
    const shared = sgd({ learningRate: (before) => before })
    const step = stepGraph(
      objectiveOf({ a: linear('a'), b: linear('b') }, [
        towardsOne('a', { optimizer: shared }),
        towardsOne('b', { optimizer: shared }),
      ]),
      { batchSize, columns: columnsOf([2]) },
    )
    const feeds = feedsOf(step, source, 3)
    expect([feeds['a/learningRate']!.data[0], feeds['b/learningRate']!.data[0]]).toEqual([3, 3])
  })

  it('carry the slots of Adam through two updates of one step as Kingma and Ba do', () => {
    const optimizer = adam({ learningRate: 0.1, beta1: 0.5, beta2: 0.75, epsilon: 1e-7 })
    const step = stepGraph(objectiveOf({ a: linear('a') }, [towardsOne('a', { repeats: 2, optimizer })]), {
      batchSize,
      columns: columnsOf([2]),
    })
    const state = noisyState(step, 1, 0)
    let w = Array.from(state['a/dense/kernel']!)
    let [m, v] = [
      [0, 0],
      [0, 0],
    ]
    let now = state
    for (let index = 0; index < 2; index++) {
      const feeds = feedsOf(step, source, index)
      for (let i = 0; i < 2; i++) {
        const t = 2 * index + i + 1
        const { gradient } = plainTowardsOne(w, feeds[i === 0 ? 'images' : 'images-1']!)
        m = m.map((value, k) => 0.5 * value + 0.5 * gradient[k]!)
        v = v.map((value, k) => 0.75 * value + 0.25 * gradient[k]! ** 2)
        w = w.map(
          (value, k) =>
            value - ((0.1 * Math.sqrt(1 - 0.75 ** t)) / (1 - 0.5 ** t)) * (m[k]! / (Math.sqrt(v[k]!) + 1e-7)),
        )
      }
      now = runStep(step, now, feeds).state
    }
    // The step sizes are fed as float32.
    for (const k of [0, 1]) expect(now['a/dense/kernel']![k]).toBeCloseTo(w[k]!, 7)
  })
})

describe('networks that a phase does not update', () => {
  const normalizing = (name: string): Network =>
    sequential({ name, input: [2] }, [
      dense({ units: 3, activation: 'tanh', name: 'hidden' }),
      batchNormalization({ name: 'norm' }),
      dense({ units: 2, name: 'out' }),
    ])
  const networks = { maker: normalizing('maker'), judge: normalizing('judge') }
  const step = stepGraph(
    objectiveOf(networks, [
      {
        name: 'maker',
        updates: ['maker'],
        optimizer: sgd({ learningRate: 0.5 }),
        loss: ({ data: { images }, networks }) => ({
          loss: g.reduceMean(g.square(networks.judge!(networks.maker!(images!)))),
        }),
      },
    ]),
    { batchSize, columns: columnsOf([2]) },
  )

  it('keep weights and moving statistics to the last bit, also when they are called in training mode', () => {
    const state = noisyState(step)
    const after = runStep(step, state, feedsOf(step, source, 0)).state
    for (const { name } of step.state)
      if (name.startsWith('judge/')) expect(after[name], name).toEqual(state[name])
      else expect(after[name], name).not.toEqual(state[name])
  })

  it('keep moving statistics in inference mode, whoever is updated', () => {
    const quiet = stepGraph(
      objectiveOf(networks, [
        {
          name: 'judge',
          updates: ['judge'],
          optimizer: sgd({ learningRate: 0.5 }),
          loss: ({ data: { images }, networks }) => ({
            loss: g.reduceMean(g.square(networks.judge!.inference(images!))),
          }),
        },
      ]),
      { batchSize, columns: columnsOf([2]) },
    )
    const state = noisyState(quiet)
    const after = runStep(quiet, state, feedsOf(quiet, source, 0)).state
    for (const name of ['judge/norm/movingMean', 'judge/norm/movingVariance'])
      expect(after[name]).toEqual(state[name])
    expect(after['judge/norm/gamma']).not.toEqual(state['judge/norm/gamma'])
  })

  it('move moving statistics twice when the updated network is called twice', () => {
    const lone = sequential({ name: 'a', input: [2] }, [batchNormalization({ name: 'norm', momentum: 0.5 })])
    const twice = stepGraph(
      objectiveOf({ a: lone }, [
        {
          name: 'a',
          updates: ['a'],
          optimizer: sgd(),
          loss: ({ data: { images }, networks }) => ({
            loss: g.reduceMean(g.add(networks.a!(images!), networks.a!(g.add(images!, 3)))),
          }),
        },
      ]),
      { batchSize, columns: columnsOf([2]) },
    )
    const state = noisyState(twice)
    const feeds = feedsOf(twice, source, 0)
    const { data } = feeds.images!
    const mean = [0, 1].map((k) => [0, 1, 2, 3].reduce((sum, i) => sum + data[2 * i + k]! / 4, 0))
    const moved = runStep(twice, state, feeds).state['a/norm/movingMean']!
    for (const k of [0, 1]) {
      const first = (state['a/norm/movingMean']![k]! + mean[k]!) / 2
      expect(moved[k]).toBeCloseTo((first + mean[k]! + 3) / 2, 12)
    }
  })
})

describe('later phases', () => {
  it('see the weights that earlier ones left, and send no gradient back through their updates', () => {
    // a is updated on real examples; b learns to give what a then gives. The gradient to b alone matters, but b's
    // own update must not reach a, and a's update must not carry a gradient into b's loss.
    const step = stepGraph(
      objectiveOf({ a: linear('a'), b: linear('b') }, [
        towardsOne('a'),
        {
          name: 'follow',
          updates: ['a', 'b'],
          optimizer: sgd({ learningRate: 0.25 }),
          loss: ({ data: { images }, networks }) => ({
            loss: g.reduceMean(g.square(g.sub(networks.b!(images!), networks.a!(images!)))),
          }),
        },
      ]),
      { batchSize, columns: columnsOf([2]) },
    )
    const state = noisyState(step)
    const feeds = feedsOf(step, source, 0)
    const { data } = feeds.images!
    const [a, b] = [Array.from(state['a/dense/kernel']!), Array.from(state['b/dense/kernel']!)]
    const { gradient } = plainTowardsOne(a, feeds.images!)
    const left = a.map((value, k) => value - 0.5 * gradient[k]!)
    const gaps = [0, 1, 2, 3].map(
      (i) => data[2 * i]! * (b[0]! - left[0]!) + data[2 * i + 1]! * (b[1]! - left[1]!),
    )
    const slope = [0, 1].map((k) => gaps.reduce((sum, gap, i) => sum + (2 * gap * data[2 * i + k]!) / 4, 0))
    const after = runStep(step, state, feeds).state
    for (const k of [0, 1]) {
      expect(after['a/dense/kernel']![k]).toBeCloseTo(left[k]! + 0.25 * slope[k]!, 12)
      expect(after['b/dense/kernel']![k]).toBeCloseTo(b[k]! - 0.25 * slope[k]!, 12)
    }
  })
})

describe('objectives', () => {
  it('name the phase, network or weight that is wrong', () => {
    const networks = { a: linear('a') }
    expect(() => objectiveOf({ b: linear('a') }, [])).toThrow('network "b" is named "a"; the two must agree')
    expect(() => objectiveOf(networks, [towardsOne('a'), towardsOne('a')])).toThrow('two phases named "a"')
    expect(() => objectiveOf(networks, [towardsOne('a', { updates: ['c'] })])).toThrow(
      'phase "a" updates "c", which is not a network of the objective (a)',
    )
    for (const repeats of [0, -1, 1.5, Number.NaN])
      expect(() => objectiveOf(networks, [towardsOne('a', { repeats })])).toThrow(
        `repeats must be a positive integer, got ${repeats}`,
      )
    const clash: Network = { ...linear('b'), weights: linear('a').weights }
    expect(() =>
      stepGraph(objectiveOf({ a: linear('a'), b: clash }, [towardsOne('a')]), {
        batchSize,
        columns: columnsOf([2]),
      }),
    ).toThrow('two weights are named "a/dense/kernel"')
  })
})
