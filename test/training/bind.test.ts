// Networks inside a phase: their outputs, their weights, and what they give with other weights.
import { describe, expect, it } from 'vitest'
import * as g from '../../src/graph/build.ts'
import { input, scalar } from '../../src/graph/value.ts'
import { batchNormalization, dense, dropout } from '../../src/layers/index.ts'
import { type Network, network, sequential } from '../../src/layers/network.ts'
import type { BoundNetwork, Descent } from '../../src/objectives/phase.ts'
import { sgd } from '../../src/optimizers/index.ts'
import { bindingOf } from '../../src/training/bind.ts'
import { stepGraph } from '../../src/training/step.ts'
import { ConfigError, ShapeError } from '../../src/util/errors.ts'
import { objectiveOf } from './phases.ts'
import { feedsOf, noisyState, runStep } from './run-step.ts'
import { columnsOf, randomSource } from './tiny-gan.ts'

const batchSize = 4
const linear = (name: string, units = 1): Network =>
  sequential({ name, input: [2] }, [dense({ units, useBias: false, name: 'dense' })])
const norm = (name: string): Network =>
  sequential({ name, input: [2] }, [batchNormalization({ name: 'norm', momentum: 0.5 })])

/** One step of one phase that updates `a`, from noisy weights. */
function stepOf(
  networks: Readonly<Record<string, Network>>,
  loss: Descent['loss'],
  { updates = ['a'], learningRate = 0.5 }: { updates?: string[]; learningRate?: number } = {},
) {
  const phase: Descent = { name: 'one', updates, optimizer: sgd({ learningRate }), loss }
  const step = stepGraph(objectiveOf(networks, [phase]), { batchSize, columns: columnsOf([2]) })
  const state = noisyState(step)
  const feeds = feedsOf(step, randomSource(9, [2]), 0)
  return { step, state, feeds, after: () => runStep(step, state, feeds) }
}
/** What a phase is given, to try things on. */
function tried(
  networks: Readonly<Record<string, Network>>,
  use: (bound: Record<string, BoundNetwork>) => unknown,
) {
  return () =>
    stepOf(networks, (context) => {
      use(context.networks as Record<string, BoundNetwork>)
      return { loss: scalar(0) }
    })
}

describe('the weights of a network in a phase', () => {
  it('are called by layer and weight; those that learn are told apart from moving statistics', () => {
    const seen: string[][] = []
    tried({ a: norm('a') }, ({ a }) => seen.push(Object.keys(a!.weights), Object.keys(a!.trainable)))()
    expect(seen).toEqual([
      ['norm/gamma', 'norm/beta', 'norm/movingMean', 'norm/movingVariance'],
      ['norm/gamma', 'norm/beta'],
    ])
  })

  it('can be part of a loss, whose gradient they then have', () => {
    const { state, after } = stepOf({ a: linear('a') }, ({ networks }) => ({
      loss: g.reduceSum(g.square(networks.a!.trainable['dense/kernel']!)),
    }))
    const w = state['a/dense/kernel']!
    const { state: moved, metrics } = after()
    expect(metrics.one).toBeCloseTo(w[0]! ** 2 + w[1]! ** 2, 12)
    // Half of the slope 2 w is taken away: nothing is left.
    for (const k of [0, 1]) expect(moved['a/dense/kernel']![k]).toBeCloseTo(0, 12)
  })

  it('are those that the call before left: moving statistics go on', () => {
    const { state, feeds, after } = stepOf({ a: norm('a') }, ({ data: { images }, networks }) => {
      networks.a!(images!)
      return { loss: g.reduceSum(networks.a!.weights['norm/movingMean']!) }
    })
    const { data } = feeds.images!
    const expected = [0, 1].reduce((sum, k) => {
      const mean = [0, 1, 2, 3].reduce((total, i) => total + data[2 * i + k]! / 4, 0)
      return sum + (state['a/norm/movingMean']![k]! + mean) / 2
    }, 0)
    expect(after().metrics.one).toBeCloseTo(expected, 12)
  })
})

describe('a network with other weights', () => {
  const both = { a: linear('a'), b: linear('b') }

  it('gives what the network of these weights gives, and the gradient goes to that one', () => {
    const { state, feeds, after } = stepOf(
      both,
      ({ data: { images }, networks }) => ({
        loss: g.reduceMean(networks.a!.with(networks.b!.weights)(images!)),
      }),
      { updates: ['a', 'b'] },
    )
    const { data } = feeds.images!
    const mean = [0, 1].map((k) => [0, 1, 2, 3].reduce((sum, i) => sum + data[2 * i + k]! / 4, 0))
    const { state: moved, metrics } = after()
    const b = state['b/dense/kernel']!
    expect(metrics.one).toBeCloseTo(mean[0]! * b[0]! + mean[1]! * b[1]!, 12)
    expect(moved['a/dense/kernel']).toEqual(state['a/dense/kernel'])
    for (const k of [0, 1]) expect(moved['b/dense/kernel']![k]).toBeCloseTo(b[k]! - 0.5 * mean[k]!, 12)
  })

  it('lets gradients through what its weights are made of', () => {
    const { state, feeds, after } = stepOf(both, ({ data: { images }, networks }) => {
      const half = g.mul(networks.a!.weights['dense/kernel']!, 0.5)
      return { loss: g.reduceMean(networks.b!.with({ 'dense/kernel': half })(images!)) }
    })
    const { data } = feeds.images!
    const mean = [0, 1].map((k) => [0, 1, 2, 3].reduce((sum, i) => sum + data[2 * i + k]! / 4, 0))
    const moved = after().state['a/dense/kernel']!
    for (const k of [0, 1])
      expect(moved[k]).toBeCloseTo(state['a/dense/kernel']![k]! - 0.5 * 0.5 * mean[k]!, 12)
  })

  it('keeps the weights that are not named, and what it learns of the batch is not kept', () => {
    const { state, after } = stepOf({ a: norm('a') }, ({ data: { images }, networks }) => {
      const other = networks.a!.with({ 'norm/beta': g.add(networks.a!.weights['norm/beta']!, 1) })
      return { loss: g.reduceMean(g.sub(other(images!), networks.a!.with({})(images!))) }
    })
    const { state: moved, metrics } = after()
    expect(metrics.one).toBeCloseTo(1, 12)
    for (const name of ['a/norm/movingMean', 'a/norm/movingVariance'])
      expect(moved[name]).toEqual(state[name])
  })

  it('refuses weights that it has not, and those of another shape', () => {
    const unknown = tried({ a: linear('a') }, ({ a }) => a!.with({ 'dense/bias': scalar(0) }))
    expect(unknown).toThrow(ConfigError)
    expect(unknown).toThrow('network "a" has no weight "dense/bias"; it has dense/kernel')
    const wide = { a: linear('a'), b: linear('b', 3) }
    const uneven = tried(wide, ({ a, b }) => a!.with(b!.weights))
    expect(uneven).toThrow(ShapeError)
    expect(uneven).toThrow('weight "dense/kernel" of network "a" is [2, 1], got [2, 3]')
  })
})

describe('a network of several inputs and outputs in a phase', () => {
  const judge = () => {
    const [top, side, drop] = [
      dense({ units: 1, useBias: false, name: 'top' }),
      dense({ units: 1, useBias: false, name: 'side' }),
      dropout({ rate: 0.5 }),
    ]
    return network('a', { x: [2], y: [2] }, ({ x, y }, apply) => ({
      sum: apply([drop, top], g.add(x!, y!)),
      difference: apply(side, g.sub(x!, y!)),
    }))
  }

  it('takes its inputs and gives its outputs by name', () => {
    const { state, feeds, after } = stepOf({ a: judge() }, ({ data: { images }, networks }) => {
      const { sum, difference } = networks.a!.outputs({ x: images!, y: g.mul(images!, 3) })
      expect([sum!.shape, difference!.shape]).toEqual([
        [batchSize, 1],
        [batchSize, 1],
      ])
      return { loss: g.reduceMean(difference!) }
    })
    const { data } = feeds.images!
    const mean = [0, 1].map((k) => [0, 1, 2, 3].reduce((total, i) => total + data[2 * i + k]! / 4, 0))
    const side = state['a/side/kernel']!
    expect(after().metrics.one).toBeCloseTo(-2 * (mean[0]! * side[0]! + mean[1]! * side[1]!), 12)
  })

  it('says so when it is taken for one of one input or one output', () => {
    const x = input('x', [batchSize, 2])
    const bare = tried({ a: judge() }, ({ a }) => a!.outputs(x))
    expect(bare).toThrow(ConfigError)
    expect(bare).toThrow('network "a" has the inputs x [batch, 2], y [batch, 2]; expected one')
    const one = tried({ a: judge() }, ({ a }) => a!({ x, y: x }))
    expect(one).toThrow('network "a" has the outputs sum [batch, 1], difference [batch, 1]; expected one')
    expect(tried({ a: judge() }, ({ a }) => a!.outputs({ x }))).toThrow('input "y" was not given')
  })

  it('drops nothing and asks for no mask in inference', () => {
    const names = (use: (a: BoundNetwork, x: Parameters<BoundNetwork>[0]) => ReturnType<BoundNetwork>) => {
      const net = sequential({ name: 'a', input: [2] }, [dropout({ rate: 0.5 }), dense({ units: 1 })])
      const { step } = stepOf({ a: net }, ({ data: { images }, networks }) => ({
        loss: g.reduceMean(use(networks.a!, images!)),
      }))
      return step.feeds.map(({ kind }) => kind)
    }
    expect(names((a, x) => a(x))).toContain('dropout')
    expect(names((a, x) => a.inference(x))).not.toContain('dropout')
    expect(names((a, x) => a.with({}).inference(x))).not.toContain('dropout')
  })
})

it('only a network of the phase can look ahead', () => {
  const stranger = Object.assign(() => scalar(0), {}) as unknown as BoundNetwork
  expect(() => bindingOf(stranger)).toThrow(
    'expected a network of this phase, such as networks.discriminator',
  )
})
