// Looking ahead within a phase, through one or three updates of an opponent, and numbers that follow from the step: against
// plain float64 code that unrolls a tiny game and takes the slope of its outcome by differences.
import { describe, expect, it } from 'vitest'
import * as g from '../../src/graph/build.ts'
import type { Value } from '../../src/graph/value.ts'
import { dense } from '../../src/layers/index.ts'
import { type Network, sequential } from '../../src/layers/network.ts'
import type { Descent, Phase } from '../../src/objectives/phase.ts'
import { adam, type Optimizer, rmsprop, sgd } from '../../src/optimizers/index.ts'
import { stepGraph } from '../../src/training/step.ts'
import { reportGraph } from '../../src/training/validation.ts'
import { objectiveOf } from './phases.ts'
import { type Arrays, feedsOf, noisyState, runStep } from './run-step.ts'
import { columnsOf, randomSource } from './tiny-gan.ts'

const options = { batchSize: 1, columns: columnsOf([1]) }
const source = randomSource(3, [1])
const one = (name: string, inputs = 1): Network =>
  sequential({ name, input: [inputs] }, [dense({ units: 1, useBias: false, name: 'w' })])
const [MAKER, JUDGE] = ['maker/w/kernel', 'judge/w/kernel']

/** What each loses, of a maker's number x and a judge's y: in a graph and in plain numbers. */
const lost = {
  judge: (x: Value, y: Value): Value =>
    g.reduceSum(g.add(g.square(g.sub(g.mul(x, y), 1)), g.mul(g.square(y), 0.25))),
  maker: (x: Value, y: Value): Value => g.reduceSum(g.add(g.tanh(g.mul(x, y)), g.mul(g.square(x), 0.125))),
}
const plain = {
  judge: (x: number, y: number): number => (x * y - 1) ** 2 + 0.25 * y * y,
  judgeSlope: (x: number, y: number): number => 2 * x * (x * y - 1) + 0.5 * y,
  maker: (x: number, y: number): number => Math.tanh(x * y) + 0.125 * x * x,
}

/** An optimizer of one number in plain code: the number, what it remembers, and how many updates it has made. */
interface Plain {
  readonly y: number
  readonly m: number
  readonly v: number
  readonly t: number
}
type Rule = (now: Plain, slope: number) => Plain

const RATE = 0.125
const kinds: Readonly<Record<string, { make: () => Optimizer; rule: Rule }>> = {
  sgd: {
    make: () => sgd({ learningRate: RATE }),
    rule: ({ y, t, ...rest }, slope) => ({ ...rest, t: t + 1, y: y - RATE * slope }),
  },
  'sgd with momentum': {
    make: () => sgd({ learningRate: RATE, momentum: 0.5 }),
    rule({ y, m, v, t }, slope) {
      const velocity = 0.5 * m - RATE * slope
      return { y: y + velocity, m: velocity, v, t: t + 1 }
    },
  },
  'sgd with a rate that changes': {
    make: () => sgd({ learningRate: (before) => RATE / (1 + before) }),
    rule: ({ y, t, ...rest }, slope) => ({ ...rest, t: t + 1, y: y - (RATE / (1 + t)) * slope }),
  },
  adam: {
    make: () => adam({ learningRate: RATE, beta1: 0.5, beta2: 0.75, epsilon: 1e-3 }),
    rule(now, slope) {
      const t = now.t + 1
      const m = 0.5 * now.m + 0.5 * slope
      const v = 0.75 * now.v + 0.25 * slope ** 2
      const size = (RATE * Math.sqrt(1 - 0.75 ** t)) / (1 - 0.5 ** t)
      return { t, m, v, y: now.y - (size * m) / (Math.sqrt(v) + 1e-3) }
    },
  },
}

const numberOf = (network: { trainable: Readonly<Record<string, Value>> }): Value =>
  network.trainable['w/kernel']!
const MAKER_RATE = 0.25

/** The judge makes one update, then the maker one against the judge as it would be after some more; or the other way. */
function phasesOf(optimizer: Optimizer, ahead: number, order: 'judge first' | 'maker first'): Phase[] {
  const judge: Descent = {
    name: 'judge',
    updates: ['judge'],
    optimizer,
    loss: ({ networks }) => ({ loss: lost.judge(numberOf(networks.maker!), numberOf(networks.judge!)) }),
  }
  const maker: Descent = {
    name: 'maker',
    updates: ['maker'],
    optimizer: sgd({ learningRate: MAKER_RATE }),
    loss({ networks, after }) {
      const x = numberOf(networks.maker!)
      let seen = networks.judge!
      for (let i = 0; i < ahead; i++) seen = after(seen, lost.judge(x, numberOf(seen)), optimizer)
      return { loss: lost.maker(x, numberOf(seen)) }
    },
  }
  return order === 'judge first' ? [judge, maker] : [maker, judge]
}

/** The same in plain numbers: the outcome for the maker of playing x, and its slope by differences. */
function plainStep(x: number, judge: Plain, rule: Rule, ahead: number, order: string) {
  const learned = (from: Plain): Plain => rule(from, plain.judgeSlope(x, from.y))
  const before = order === 'judge first' ? learned(judge) : judge
  const outcome = (mine: number): number => {
    let seen = before
    for (let i = 0; i < ahead; i++) seen = rule(seen, plain.judgeSlope(mine, seen.y))
    return plain.maker(mine, seen.y)
  }
  const slope = (outcome(x + 1e-5) - outcome(x - 1e-5)) / 2e-5
  const moved = x - MAKER_RATE * slope
  const after = order === 'judge first' ? before : rule(judge, plain.judgeSlope(moved, judge.y))
  return { x: moved, judge: after, loss: outcome(x) }
}

describe.each(Object.entries(kinds))('looking ahead with %s', (_, { make, rule }) => {
  for (const order of ['judge first', 'maker first'] as const)
    it.each([0, 1, 3])(`gives the slope of the outcome through %d updates, ${order}`, (ahead) => {
      const networks = { maker: one('maker'), judge: one('judge') }
      const step = stepGraph(objectiveOf(networks, phasesOf(make(), ahead, order)), options)
      let state: Arrays = Object.fromEntries(
        step.state.map(({ name, shape }) => [name, new Float64Array(shape.reduce((a, b) => a * b, 1))]),
      )
      state = { ...state, [MAKER]: Float64Array.of(0.75), [JUDGE]: Float64Array.of(-0.5) }
      let [x, judge]: [number, Plain] = [0.75, { y: -0.5, m: 0, v: 0, t: 0 }]
      for (let index = 0; index < 4; index++) {
        const result = runStep(step, state, feedsOf(step, source, index))
        const expected = plainStep(x, judge, rule, ahead, order)
        // Step sizes are fed as float32.
        expect(result.metrics.maker).toBeCloseTo(expected.loss, 6)
        expect(result.state[MAKER]![0], `the maker after step ${index}`).toBeCloseTo(expected.x, 6)
        expect(result.state[JUDGE]![0], `the judge after step ${index}`).toBeCloseTo(expected.judge.y, 6)
        state = result.state
        ;[x, judge] = [expected.x, expected.judge]
      }
    })

  it('is told apart from not looking, and from looking without a gradient', () => {
    const networks = { maker: one('maker'), judge: one('judge') }
    const makerAfter = (phases: readonly Phase[]): number => {
      const step = stepGraph(objectiveOf(networks, phases), options)
      const start = {
        ...noisyState(step, 1, 0),
        [MAKER]: Float64Array.of(0.75),
        [JUDGE]: Float64Array.of(-0.5),
      }
      return runStep(step, start, feedsOf(step, source, 0)).state[MAKER]![0]!
    }
    const optimizer = make()
    const [judge, maker] = phasesOf(optimizer, 1, 'judge first') as [Descent, Descent]
    const still: Descent = {
      ...maker,
      loss({ networks, after }) {
        const x = numberOf(networks.maker!)
        const seen = after(
          networks.judge!,
          lost.judge(g.stopGradient(x), numberOf(networks.judge!)),
          optimizer,
        )
        return { loss: lost.maker(x, numberOf(seen)) }
      },
    }
    const found = [
      phasesOf(optimizer, 0, 'judge first'),
      phasesOf(optimizer, 1, 'judge first'),
      [judge, still],
    ].map((phases) => makerAfter(phases as Phase[]))
    for (const [i, a] of found.entries())
      for (const b of found.slice(i + 1)) expect(Math.abs(a - b)).toBeGreaterThan(1e-3)
  })
})

describe('looking ahead', () => {
  it('leaves nothing behind: the judge and the slots of its optimizer are those of a step without it', () => {
    const networks = { maker: one('maker'), judge: one('judge') }
    const of = (ahead: number) => {
      const step = stepGraph(
        objectiveOf(networks, phasesOf(kinds.adam!.make(), ahead, 'judge first')),
        options,
      )
      const { state } = runStep(step, noisyState(step, 1, 0), feedsOf(step, source, 0))
      return Object.entries(state).filter(([name]) => name !== MAKER)
    }
    expect(of(3)).toEqual(of(0))
  })

  it.each<[string, () => Optimizer]>([
    ['adam', () => adam()],
    ['rmsprop', () => rmsprop()],
    ['sgd', () => sgd({ momentum: 0.5 })],
  ])('through %s is finite where the first gradient of a weight is zero', (_, make) => {
    const optimizer = make()
    // The slope of the judge's second weight y is 2 x y: it begins at exactly zero, and stays, whatever x is.
    const part = (value: Value, i: number): Value => g.slice(value, [{ axis: 0, start: i, end: i + 1 }])
    const judged = (x: Value, weights: Value): Value =>
      g.add(lost.judge(x, part(weights, 0)), g.reduceSum(g.mul(x, g.square(part(weights, 1)))))
    const networks = { maker: one('maker'), judge: one('judge', 2) }
    const maker: Descent = {
      name: 'maker',
      updates: ['maker'],
      optimizer: sgd({ learningRate: MAKER_RATE }),
      loss({ networks, after }) {
        const x = numberOf(networks.maker!)
        let seen = networks.judge!
        for (let i = 0; i < 3; i++) seen = after(seen, judged(x, numberOf(seen)), optimizer)
        return { loss: g.add(lost.maker(x, part(numberOf(seen), 0)), g.reduceSum(numberOf(seen))) }
      },
    }
    const step = stepGraph(objectiveOf(networks, [maker]), options)
    let state: Arrays = { ...noisyState(step, 1, 0), [JUDGE]: Float64Array.of(0.5, 0) }
    for (let index = 0; index < 2; index++) {
      const result = runStep(step, state, feedsOf(step, source, index))
      for (const [name, data] of Object.entries(result.state))
        expect(data.every(Number.isFinite), `${name} after step ${index}`).toBe(true)
      expect(result.state[MAKER]).not.toEqual(state[MAKER])
      state = result.state
    }
  })

  it('is not done in validation, which measures networks as they are', () => {
    const networks = { maker: one('maker'), judge: one('judge') }
    const { graph, feeds } = reportGraph(
      objectiveOf(networks, phasesOf(kinds.adam!.make(), 3, 'judge first')),
      options,
    )
    expect(feeds).toEqual([])
    expect(graph.inputs).toHaveLength(2)
  })
})

describe('a number that follows from the step', () => {
  const weight = (step: number): number => 2 ** -step
  const losing = (name: string, at: (step: number) => number, repeats = 1): Descent => ({
    name,
    updates: ['maker'],
    optimizer: sgd({ learningRate: 0 }),
    repeats,
    loss: ({ scheduled, networks }) => ({
      loss: g.mul(scheduled('weight', at), g.reduceSum(numberOf(networks.maker!))),
    }),
  })
  const objective = objectiveOf({ maker: one('maker') }, [
    losing('first', weight),
    losing('second', (step) => 10 + step, 2),
  ])

  it('is that of the step, for each phase its own', () => {
    const step = stepGraph(objective, options)
    const state = noisyState(step)
    const x = state[MAKER]![0]!
    for (const index of [0, 1, 5]) {
      const { metrics } = runStep(step, state, feedsOf(step, source, index))
      expect(metrics.first).toBeCloseTo(weight(index) * x, 12)
      expect(metrics.second).toBeCloseTo((10 + index) * x, 12)
    }
  })

  it('is that of the step at which it is validated', () => {
    let now = 0
    const { feeds } = reportGraph(objective, options, () => now)
    const numbers = () => feeds.flatMap((feed) => (feed.kind === 'number' ? [feed.at(0)] : []))
    expect(numbers()).toEqual([1, 10])
    now = 3
    expect(numbers()).toEqual([1 / 8, 13])
  })
})
