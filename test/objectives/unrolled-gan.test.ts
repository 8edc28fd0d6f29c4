// The unrolled GAN: the generator's gradient against differences of the whole look ahead, computed in plain numbers.
import { describe, expect, it } from 'vitest'
import { dense, sequential } from '../../src/layers/index.ts'
import { gan } from '../../src/objectives/gan.ts'
import { unrolledGan } from '../../src/objectives/unrolled-gan.ts'
import { adam, type Optimizer, sgd } from '../../src/optimizers/index.ts'
import { stepGraph } from '../../src/training/step.ts'
import { ConfigError } from '../../src/util/errors.ts'
import { type Arrays, feedsOf, largestDifference, noisyState, runStep } from '../training/run-step.ts'
import { descend, mean, plainNetwork, points, rowsOf, slopesOf, type Weights } from './plain-players.ts'

const generator = sequential({ name: 'generator', input: { z: [2] }, output: 'points' }, [
  dense({ units: 2, activation: 'tanh' }),
  dense({ units: 2 }),
])
const discriminator = sequential({ name: 'discriminator', input: { points: [2] } }, [
  dense({ units: 2, activation: 'tanh' }),
  dense({ units: 1, activation: 'sigmoid' }),
])
const RATE = 0.5
const players = (discriminatorOptimizer: Optimizer) => ({
  name: 'tiny',
  generator,
  discriminator,
  generatorOptimizer: sgd({ learningRate: RATE }),
  discriminatorOptimizer,
})

const written = (lookahead: number, optimizer: Optimizer) =>
  stepGraph(unrolledGan({ ...players(optimizer), lookahead }), { batchSize: 3, columns: points.columns })

type Feeds = ReturnType<typeof feedsOf>
const logit = (w: Weights, x: readonly number[]): number => plainNetwork(w, 'discriminator', x)[0]!
/** Binary cross-entropy of logits. */
const loss = (logits: readonly number[], target: 0 | 1): number =>
  mean(logits.map((x) => Math.log1p(Math.exp(target ? -x : x))))
const fakesOf = (w: Weights, feeds: Feeds, latents: string) =>
  rowsOf(feeds[latents]!.data).map((z) => plainNetwork(w, 'generator', z))
const judged = (w: Weights, feeds: Feeds, fakes: readonly number[][]): number =>
  loss(
    rowsOf(feeds.points!.data).map((x) => logit(w, x)),
    1,
  ) +
  loss(
    fakes.map((x) => logit(w, x)),
    0,
  )

/** One update of the discriminator against some fakes: new weights, and what the optimizer remembers. */
type Update = (w: Weights, feeds: Feeds, fakes: readonly number[][]) => Weights

/** The generator's loss when it looks some updates ahead. */
function lookingAhead(w: Weights, feeds: Feeds, ahead: number, update: Update): number {
  const fakes = fakesOf(w, feeds, 'generator/uniform-0')
  let opponent = w
  for (let i = 0; i < ahead; i++) opponent = update(opponent, feeds, fakes)
  return loss(
    fakes.map((x) => logit(opponent, x)),
    1,
  )
}

const bySgd: Update = (w, feeds, fakes) =>
  descend(w, 'discriminator', 0.75, (moved) => judged(moved, feeds, fakes))

const ADAM = { learningRate: 0.25, beta1: 0.5, beta2: 0.9, epsilon: 1e-2 }
/** Adam in its usual form; means, squares and the count lie beside the weights. */
const byAdam: Update = (w, feeds, fakes) => {
  const { learningRate, beta1, beta2, epsilon } = ADAM
  const players = Object.fromEntries(Object.entries(w).filter(([name]) => !name.includes(':')))
  const slopes = slopesOf(players, 'discriminator', (moved) => judged(moved, feeds, fakes))
  const t = (w['t:']?.[0] ?? 0) + 1
  const next: Record<string, Float64Array> = { ...w, 't:': Float64Array.of(t) }
  for (const [name, slope] of Object.entries(slopes)) {
    const m = slope.map((g, i) => beta1 * (w[`m:${name}`]?.[i] ?? 0) + (1 - beta1) * g)
    const v = slope.map((g, i) => beta2 * (w[`v:${name}`]?.[i] ?? 0) + (1 - beta2) * g * g)
    const rate = (learningRate * Math.sqrt(1 - beta2 ** t)) / (1 - beta1 ** t)
    next[name] = w[name]!.map((x, i) => x - (rate * m[i]!) / (Math.sqrt(v[i]!) + epsilon))
    next[`m:${name}`] = m
    next[`v:${name}`] = v
  }
  return next
}

/** Steps in plain numbers. */
function plainSteps(start: Weights, feeds: readonly Feeds[], ahead: number, update: Update) {
  let w = start
  const losses: number[] = []
  for (const given of feeds) {
    const learned = update(w, given, fakesOf(w, given, 'discriminator/uniform-0'))
    const objective = (moved: Weights): number => lookingAhead(moved, given, ahead, update)
    losses.push(objective(learned))
    w = descend(learned, 'generator', RATE, objective)
  }
  return { w, losses }
}

const weightsIn = (arrays: Weights): Arrays =>
  Object.fromEntries(Object.entries(arrays).filter(([name]) => /^(generator|discriminator)\//.test(name)))

const cases = [
  ['gradient descent', () => sgd({ learningRate: 0.75 }), bySgd],
  ['Adam', () => adam(ADAM), byAdam],
] as const

for (const [name, optimizer, update] of cases)
  describe(`an unrolled GAN whose discriminator learns by ${name}`, () => {
    for (const ahead of [1, 3])
      it(`looks ${ahead} update(s) ahead as differences of the whole computation do`, () => {
        const step = written(ahead, optimizer())
        // Two steps: the second look ahead goes on from what the optimizer remembers by then.
        const feeds = [0, 1].map((index) => feedsOf(step, points, index))
        const noisy = noisyState(step, 3, 0.5)
        const start = Object.fromEntries(
          Object.entries(noisy).map(([entry, data]) => [
            entry,
            /^optimizer/.test(entry) ? data.map(() => 0) : data,
          ]),
        )
        let state: Arrays = start
        const losses = feeds.map((given) => {
          const result = runStep(step, state, given)
          state = result.state
          return result.metrics.generatorLoss!
        })
        const plain = plainSteps(weightsIn(start), feeds, ahead, update)
        losses.forEach((got, i) => {
          expect(got).toBeCloseTo(plain.losses[i]!, 6)
        })
        expect(largestDifference(weightsIn(state), weightsIn(plain.w))).toBeLessThan(2e-6)
        // An ordinary generator moves elsewhere, and so does one that sees no gradient through the updates.
        const blind = plainSteps(weightsIn(start), feeds, 0, update)
        expect(largestDifference(weightsIn(state), weightsIn(blind.w))).toBeGreaterThan(1e-3)
      })
  })

describe('unrolledGan', () => {
  it('that looks no update ahead is the GAN of one joint update', () => {
    const optimizer = adam(ADAM)
    const [ahead, usual] = [
      written(0, optimizer),
      stepGraph(gan({ ...players(optimizer), updates: 'joint' }), { batchSize: 3, columns: points.columns }),
    ]
    const start = noisyState(usual, 4)
    const feeds = feedsOf(usual, points, 0)
    expect(runStep(ahead, start, feeds)).toEqual(runStep(usual, start, feeds))
  })

  it('keeps nothing of what it looked ahead: the discriminator learns as ever', () => {
    const [ahead, usual] = [written(3, adam(ADAM)), written(0, adam(ADAM))]
    expect(ahead.state).toEqual(usual.state)
    const start = noisyState(usual, 4)
    const after = [ahead, usual].map((step) => runStep(step, start, feedsOf(step, points, 0)).state)
    for (const name of Object.keys(start))
      if (!name.includes('generator/')) expect(after[0]![name], name).toEqual(after[1]![name])
  })

  it('refuses a number of updates that is none, and what gan refuses', () => {
    const make = (changed: object) => () => unrolledGan({ ...players(sgd()), ...changed })
    expect(make({ lookahead: -1 })).toThrow(ConfigError)
    expect(make({ lookahead: -1 })).toThrow(/unrolledGan "tiny": lookahead must be an integer.*-1/)
    expect(make({ lookahead: 1.5 })).toThrow(/1.5/)
    expect(make({ look: 1 })).toThrow(/unknown option "look"/)
    expect(make({ generator: undefined })).toThrow(/generator/)
  })
})
