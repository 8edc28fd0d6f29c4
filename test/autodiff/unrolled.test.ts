// Gradients through updates: weights that were themselves computed from gradients, once and several times.
import { describe, expect, it } from 'vitest'
import { gradients } from '../../src/autodiff/backward.ts'
import * as g from '../../src/graph/build.ts'
import { interpret } from '../../src/graph/interpreter.ts'
import { input, scalar, type Tensor, type Value } from '../../src/graph/value.ts'
import { adam } from '../../src/optimizers/index.ts'
import { directionalChecks, expectDerivatives } from '../support/differences.ts'
import { fixed, normalTensor, tensorOf } from '../support/tensors.ts'

type Values = Readonly<Record<string, Value>>

const RATE = 0.3
const latents = fixed(normalTensor([5, 2], 'latents'))
const real = fixed(normalTensor([5, 3], 'real'))
const at: Readonly<Record<string, Tensor>> = {
  theta: normalTensor([2, 3], 'theta'),
  a: normalTensor([3, 2], 'a'),
  b: normalTensor([2], 'b'),
  c: normalTensor([2, 1], 'c'),
}
const inputs = Object.fromEntries(Object.entries(at).map(([name, { shape }]) => [name, input(name, shape)]))
const { theta, ...start } = inputs as { theta: Value } & Record<string, Value>
const WEIGHTS = Object.keys(start)

const fakes = (theta: Value): Value => g.tanh(g.matMul(latents, theta)) // [n, 3]
const judge = (x: Value, { a, b, c }: Values): Value => g.matMul(g.sin(g.add(g.matMul(x, a!), b!)), c!) // [n, 1]

/** What the discriminator descends: cross-entropy, and a penalty on its slopes between real and fake. */
function judgeLoss(theta: Value, weights: Values): Value {
  const fake = fakes(theta)
  const entropy = g.reduceMean(
    g.add(g.softplus(g.neg(judge(real, weights))), g.softplus(judge(fake, weights))),
  )
  const between = g.mul(g.add(real, fake), 0.5)
  const [slope] = gradients(g.reduceSum(judge(between, weights)), [between])
  const norm = g.sqrt(g.reduceSum(g.square(slope!), { axes: [1] }))
  return g.add(entropy, g.reduceMean(g.square(g.sub(norm, 1))))
}
/** What the generator descends. */
const makeLoss = (theta: Value, weights: Values): Value =>
  g.reduceMean(g.softplus(g.neg(judge(fakes(theta), weights))))

/** Plain descent, written as expressions. */
function unrolled(theta: Value, weights: Values, k: number): Values {
  if (k === 0) return weights
  const slopes = gradients(
    judgeLoss(theta, weights),
    WEIGHTS.map((name) => weights[name]!),
  )
  const next = WEIGHTS.map((name, i) => [name, g.sub(weights[name]!, g.mul(slopes[i]!, RATE))])
  return unrolled(theta, Object.fromEntries(next), k - 1)
}

const lossNow = judgeLoss(theta, start)
const makeNow = makeLoss(theta, start)
const numberOf = (value: Value, feeds: Readonly<Record<string, Tensor>>): number =>
  interpret({ value }, feeds).value!.data[0]!

/** The slope of f along one number of a tensor, by a difference of fourth order. */
function slopeOf(f: (moved: Tensor) => number, { shape, data }: Tensor, i: number, step: number): number {
  const moved = (distance: number): number =>
    f(
      tensorOf(
        shape,
        Array.from(data, (n, j) => (j === i ? n + distance : n)),
      ),
    )
  return (8 * (moved(step) - moved(-step)) - (moved(2 * step) - moved(-2 * step))) / (12 * step)
}

/** The same descent without a derivative: every slope is a difference of losses. */
function descended(point: Readonly<Record<string, Tensor>>, k: number): Readonly<Record<string, Tensor>> {
  if (k === 0) return point
  const next = WEIGHTS.map((name): [string, Tensor] => {
    const { shape, data } = point[name]!
    const slope = (i: number): number =>
      slopeOf((moved) => numberOf(lossNow, { ...point, [name]: moved }), point[name]!, i, 5e-4)
    return [
      name,
      tensorOf(
        shape,
        Array.from(data, (n, i) => n - RATE * slope(i)),
      ),
    ]
  })
  return descended({ ...point, ...Object.fromEntries(next) }, k - 1)
}

describe.each([1, 3])('a game unrolled %i times', (k) => {
  const after = makeLoss(theta, unrolled(theta, start, k))

  it('has the value and the gradient of the same descent by differences', () => {
    expect(numberOf(after, at)).toBeCloseTo(numberOf(makeNow, descended(at, k)), 9)
    const [slope] = gradients(after, [theta])
    const found = interpret({ slope: slope! }, at).slope!.data
    for (const i of [0, 4]) {
      const brute = slopeOf(
        (moved) => numberOf(makeNow, descended({ ...at, theta: moved }, k)),
        at.theta!,
        i,
        2e-3,
      )
      expect(Math.abs(found[i]! - brute), `theta ${i}`).toBeLessThan(1e-6 * Math.max(1, Math.abs(brute)))
    }
  })

  it('has gradients with respect to everything it began from', () => {
    expectDerivatives(({ theta, ...weights }) => makeLoss(theta!, unrolled(theta!, weights, k)), at, {
      orders: k === 1 ? 2 : 1,
    })
  })

  it('is another game when the updates are held fixed', () => {
    const moved = unrolled(theta, start, k)
    const after = makeLoss(theta, moved)
    const held = Object.fromEntries(Object.entries(moved).map(([name, w]) => [name, g.stopGradient(w)]))
    const stopped = gradients(makeLoss(theta, held), [theta])[0]!
    const constant = gradients(after, [theta], { constants: Object.values(moved) })[0]!
    const whole = gradients(after, [theta])[0]!
    // What is left out flows through the weights: the chain rule, written out.
    const names = Object.keys(moved)
    const through = gradients(
      after,
      names.map((name) => moved[name]!),
    )
      .map((dy, i) => gradients(moved[names[i]!]!, [theta], { dy })[0]!)
      .reduce((x, y) => g.add(x, y))
    const found = interpret({ stopped, constant, whole, sum: g.add(constant, through) }, at)
    expect(found.stopped!.data).toEqual(found.constant!.data)
    found.whole!.data.forEach((n, i) => {
      expect(found.sum!.data[i]).toBeCloseTo(n, 12)
      expect(Math.abs(n - found.constant!.data[i]!)).toBeGreaterThan(1e-4)
    })
  })
})

describe('updates of Adam', () => {
  const optimizer = adam({ learningRate: 0.05 })
  /** Two updates from slots at rest. */
  function adamed(theta: Value, weights: Values, loss = judgeLoss): Values {
    let now = weights
    let slots: Values[] = WEIGHTS.map((name) => {
      const zeros = g.expand(scalar(0), weights[name]!.shape)
      return { gradients: zeros, squares: zeros }
    })
    for (const update of [1, 2]) {
      const schedule = Object.fromEntries(
        Object.entries(optimizer.schedule(update)).map(([name, number]) => [name, scalar(number)]),
      )
      const slopes = gradients(
        loss(theta, now),
        WEIGHTS.map((name) => now[name]!),
      )
      const done = WEIGHTS.map((name, i) =>
        optimizer.update({ weight: now[name]!, gradient: slopes[i]!, slots: slots[i]!, schedule }),
      )
      now = Object.fromEntries(WEIGHTS.map((name, i) => [name, done[i]!.weight]))
      slots = done.map((one) => one.slots)
    }
    return now
  }

  it('are differentiated like any other', () => {
    const [check] = directionalChecks(
      ({ theta, ...weights }) => makeLoss(theta!, adamed(theta!, weights)),
      at,
      { orders: 1, step: 1e-5 },
    )
    expect(check!.error).toBeLessThan(1e-5)
  })

  it('of a weight that has no slope at all leave the gradient finite', () => {
    // A unit that is never awake: all its slopes are exactly zero, and so is the root of their squares.
    const asleep = ({ a, b, c }: Values): Values => ({
      a: a!,
      b: g.mul(b!, g.reshape(fixed(tensorOf([2], [1, 0])), [2])),
      c: g.mul(c!, fixed(tensorOf([2, 1], [1, 0]))),
    })
    const loss = (theta: Value, weights: Values): Value => judgeLoss(theta, asleep(weights))
    const [slope] = gradients(makeLoss(theta, asleep(adamed(theta, start, loss))), [theta])
    const found = interpret({ slope: slope! }, at).slope!.data
    expect(found.every(Number.isFinite)).toBe(true)
    expect(Math.max(...found.map(Math.abs))).toBeGreaterThan(1e-3)
  })
})
