// Optimizers: fifty updates against the textbook formulas, computed plainly in float64.
import { describe, expect, test } from 'vitest'
import { interpret } from '../../src/graph/interpreter.ts'
import { input, sortNodes, type Value } from '../../src/graph/value.ts'
import {
  adam,
  adamW,
  OPTIMIZERS,
  type Optimizer,
  optimizerOf,
  radam,
  rmsprop,
  sgd,
} from '../../src/optimizers/index.ts'
import { ConfigError } from '../../src/util/errors.ts'
import { randomStream } from '../../src/util/random.ts'
import { tensorOf } from '../support/tensors.ts'

const COUNT = 6
const STEPS = 50

/** A gradient that depends on the weights and the step, with sizes from 1e-5 to 1. */
function gradientAt(weights: readonly number[], step: number): number[] {
  const noise = randomStream(5, 'gradient', step)
  return weights.map((w, i) => 10 ** (i - 5) * (Math.sin(3 * w) + 0.5 * w + 0.3 * noise.normal()))
}

const start = Array.from({ length: COUNT }, (_, i) => Math.cos(i))

/** The weights after each update, by the optimizer's graph. */
function trajectory(optimizer: Optimizer): number[][] {
  const shape = [2, COUNT / 2]
  const made = (name: string, of: readonly number[]): Value => input(name, of)
  const { weight, slots } = optimizer.update({
    weight: made('weight', shape),
    gradient: made('gradient', shape),
    slots: Object.fromEntries(optimizer.slots.map((name) => [name, made(`slots/${name}`, shape)])),
    schedule: Object.fromEntries(
      Object.keys(optimizer.schedule(1)).map((name) => [name, made(`schedule/${name}`, [])]),
    ),
  })
  expect(Object.keys(slots)).toEqual([...optimizer.slots])
  let now = start
  let state: Record<string, number[]> = Object.fromEntries(
    optimizer.slots.map((name) => [name, new Array<number>(COUNT).fill(0)]),
  )
  return Array.from({ length: STEPS }, (_, step) => {
    const found = interpret(
      { weight, ...slots },
      {
        weight: tensorOf(shape, now),
        gradient: tensorOf(shape, gradientAt(now, step)),
        ...Object.fromEntries(
          Object.entries(state).map(([name, data]) => [`slots/${name}`, tensorOf(shape, data)]),
        ),
        ...Object.fromEntries(
          Object.entries(optimizer.schedule(step + 1)).map(([name, x]) => [
            `schedule/${name}`,
            tensorOf([], [x]),
          ]),
        ),
      },
    )
    now = [...found.weight!.data]
    state = Object.fromEntries(optimizer.slots.map((name) => [name, [...found[name]!.data]]))
    return now
  })
}

type Rule = (w: number, g: number, t: number, slots: number[]) => number

/** The weights after each update, by a rule for one weight written from the book; `slots` start at zero. */
function textbook(rule: Rule): number[][] {
  const slots = start.map(() => [0, 0])
  let now = start
  return Array.from({ length: STEPS }, (_, step) => {
    const gradient = gradientAt(now, step)
    now = now.map((w, i) => rule(w, gradient[i]!, step + 1, slots[i]!))
    return now
  })
}

/** A coefficient in the book's count: a number, or what it is at update `t`, counted from 1. */
type Course = number | ((t: number) => number)
const at = (course: Course, t: number): number => (typeof course === 'number' ? course : course(t))
/** The product of a coefficient over all updates up to this one. */
const productOf = (course: Course, t: number): number =>
  Array.from({ length: t }, (_, i) => at(course, i + 1)).reduce((product, value) => product * value, 1)

const sgdRule =
  (rate: Course, momentum: Course, nesterov: boolean): Rule =>
  (w, g, t, slots) => {
    slots[0] = at(momentum, t) * slots[0]! - at(rate, t) * g
    return nesterov ? w + at(momentum, t) * slots[0] - at(rate, t) * g : w + slots[0]
  }

const rmspropRule =
  (rate: Course, rho: Course, momentum: Course, epsilon: Course): Rule =>
  (w, g, t, slots) => {
    slots[0] = at(rho, t) * slots[0]! + (1 - at(rho, t)) * g * g
    slots[1] = at(momentum, t) * slots[1]! + (at(rate, t) * g) / Math.sqrt(slots[0] + at(epsilon, t))
    return w - slots[1]
  }

const adamRule =
  (rate: Course, beta1: Course, beta2: Course, epsilon: Course, decay: Course = 0): Rule =>
  (w, g, t, slots) => {
    slots[0] = at(beta1, t) * slots[0]! + (1 - at(beta1, t)) * g
    slots[1] = at(beta2, t) * slots[1]! + (1 - at(beta2, t)) * g * g
    const corrected = (at(rate, t) * Math.sqrt(1 - productOf(beta2, t))) / (1 - productOf(beta1, t))
    const kept = 1 - at(rate, t) * at(decay, t)
    return w * kept - (corrected * slots[0]) / (Math.sqrt(slots[1]) + at(epsilon, t))
  }

/** Algorithm 2 of Liu et al., with the threshold of its authors. */
const radamRule =
  (rate: Course, beta1: number, beta2: number, epsilon: number): Rule =>
  (w, g, t, slots) => {
    slots[0] = beta1 * slots[0]! + (1 - beta1) * g
    slots[1] = beta2 * slots[1]! + (1 - beta2) * g * g
    const mean = slots[0] / (1 - beta1 ** t)
    const longest = 2 / (1 - beta2) - 1
    const length = longest - (2 * t * beta2 ** t) / (1 - beta2 ** t)
    if (length <= 5) return w - at(rate, t) * mean
    const r = Math.sqrt(((length - 4) * (length - 2) * longest) / ((longest - 4) * (longest - 2) * length))
    return w - (at(rate, t) * r * mean) / (Math.sqrt(slots[1] / (1 - beta2 ** t)) + epsilon)
  }

/** Halves every ten updates; `made` counts the updates before. */
function halving(made: number): number {
  return 0.1 * 0.5 ** Math.floor(made / 10)
}
const halvingAt = (t: number): number => 0.1 * 0.5 ** Math.floor((t - 1) / 10)

/** Moves from one number to another over thirty updates, then stays: as an option, and in the book's count. */
function moving(from: number, to: number) {
  const course = (made: number): number => from + (to - from) * Math.min(1, made / 30)
  return { option: course, book: (t: number): number => course(t - 1) }
}
const [risingShare, fallingShare] = [moving(0, 0.95), moving(0.9, 0.2)]
const [risingSquares, fallingSquares] = [moving(0.5, 0.999), moving(0.99, 0.3)]
const [growing, shrinking] = [moving(1e-6, 0.05), moving(0.5, 0)]

const CASES: [string, Optimizer, Rule][] = [
  ['sgd with defaults', sgd(), sgdRule(0.01, 0, false)],
  ['sgd with momentum', sgd({ learningRate: 0.1, momentum: 0.9 }), sgdRule(0.1, 0.9, false)],
  [
    'sgd with Nesterov momentum and a schedule',
    sgd({ learningRate: halving, momentum: 0.8, nesterov: true }),
    sgdRule(halvingAt, 0.8, true),
  ],
  ['rmsprop with defaults', rmsprop(), rmspropRule(1e-3, 0.9, 0, 1e-7)],
  [
    'rmsprop with momentum',
    rmsprop({ learningRate: 0.01, rho: 0.8, momentum: 0.5, epsilon: 1e-3 }),
    rmspropRule(0.01, 0.8, 0.5, 1e-3),
  ],
  ['adam with defaults', adam(), adamRule(1e-3, 0.9, 0.999, 1e-7)],
  ['adam as GANs use it', adam({ learningRate: 2e-4, beta1: 0.5 }), adamRule(2e-4, 0.5, 0.999, 1e-7)],
  [
    'adam with a large epsilon and a schedule',
    adam({ learningRate: halving, beta2: 0.9, epsilon: 0.1 }),
    adamRule(halvingAt, 0.9, 0.9, 0.1),
  ],
  ['adam without memory', adam({ beta1: 0, beta2: 0 }), adamRule(1e-3, 0, 0, 1e-7)],
  ['radam with defaults', radam(), radamRule(1e-3, 0.9, 0.999, 1e-8)],
  [
    'radam with a schedule and a short memory, which is trusted soon',
    radam({ learningRate: halving, beta1: 0.5, beta2: 0.9, epsilon: 0.01 }),
    radamRule(halvingAt, 0.5, 0.9, 0.01),
  ],
  ['adamW with defaults', adamW(), adamRule(1e-3, 0.9, 0.999, 1e-7, 0.004)],
  [
    'adamW with a schedule',
    adamW({ learningRate: halving, weightDecay: 0.5 }),
    adamRule(halvingAt, 0.9, 0.999, 1e-7, 0.5),
  ],
  [
    'sgd with momentum that begins at none and rises',
    sgd({ learningRate: 0.1, momentum: risingShare.option }),
    sgdRule(0.1, risingShare.book, false),
  ],
  [
    'sgd with Nesterov momentum that falls',
    sgd({ learningRate: halving, momentum: fallingShare.option, nesterov: true }),
    sgdRule(halvingAt, fallingShare.book, true),
  ],
  [
    'rmsprop with a share that rises',
    rmsprop({ rho: risingSquares.option }),
    rmspropRule(1e-3, risingSquares.book, 0, 1e-7),
  ],
  [
    'rmsprop with every coefficient on a schedule',
    rmsprop({
      learningRate: halving,
      rho: fallingSquares.option,
      momentum: risingShare.option,
      epsilon: growing.option,
    }),
    rmspropRule(halvingAt, fallingSquares.book, risingShare.book, growing.book),
  ],
  [
    'adam with a share of the mean gradient that rises from none',
    adam({ beta1: risingShare.option }),
    adamRule(1e-3, risingShare.book, 0.999, 1e-7),
  ],
  [
    'adam with a share of the mean square that rises',
    adam({ beta2: risingSquares.option }),
    adamRule(1e-3, 0.9, risingSquares.book, 1e-7),
  ],
  [
    'adam with an epsilon that grows',
    adam({ epsilon: growing.option }),
    adamRule(1e-3, 0.9, 0.999, growing.book),
  ],
  [
    'adam with every coefficient on a schedule',
    adam({
      learningRate: halving,
      beta1: fallingShare.option,
      beta2: fallingSquares.option,
      epsilon: growing.option,
    }),
    adamRule(halvingAt, fallingShare.book, fallingSquares.book, growing.book),
  ],
  [
    'adamW with every coefficient on a schedule',
    adamW({
      learningRate: halving,
      beta1: risingShare.option,
      beta2: risingSquares.option,
      epsilon: growing.option,
      weightDecay: shrinking.option,
    }),
    adamRule(halvingAt, risingShare.book, risingSquares.book, growing.book, shrinking.book),
  ],
]

describe('fifty updates agree with the textbook', () => {
  test.each(CASES)('%s', (_, optimizer, rule) => {
    const found = trajectory(optimizer)
    const expected = textbook(rule)
    expected.forEach((weights, step) => {
      weights.forEach((w, i) => {
        expect(Math.abs(found[step]![i]! - w), `update ${step + 1}, weight ${i}`).toBeLessThan(1e-11)
      })
    })
    const moved = start.map((w, i) => Math.abs(w - expected.at(-1)![i]!))
    expect(Math.max(...moved)).toBeGreaterThan(1e-3)
  })

  test('every optimizer has a case', () => {
    for (const name of Object.keys(OPTIMIZERS))
      expect(CASES.some(([title]) => title.startsWith(`${name} `))).toBe(true)
  })
})

/** Elementwise operations on arrays of the weight's size. */
function passes(optimizer: Optimizer): number {
  const shape = [4, 4]
  const { weight, slots } = optimizer.update({
    weight: input('weight', shape),
    gradient: input('gradient', shape),
    slots: Object.fromEntries(optimizer.slots.map((name) => [name, input(name, shape)])),
    schedule: Object.fromEntries(Object.keys(optimizer.schedule(1)).map((name) => [name, input(name, [])])),
  })
  return sortNodes([weight, ...Object.values(slots)]).filter(({ op }) => op !== 'Input' && op !== 'Constant')
    .length
}

describe('optimizers', () => {
  test('pass over the weights as rarely as they can', () => {
    expect(passes(sgd())).toBe(2)
    expect(passes(sgd({ momentum: 0.9 }))).toBe(4)
    expect(passes(rmsprop())).toBe(8)
    expect(passes(adam())).toBe(10)
    expect(passes(adamW())).toBe(11)
  })

  test('have their Keras defaults, name a schedule by its function, and are made again from their configuration', () => {
    expect(sgd().config).toEqual({ learningRate: 0.01, momentum: 0, nesterov: false })
    expect(rmsprop().config).toEqual({ learningRate: 0.001, rho: 0.9, momentum: 0, epsilon: 1e-7 })
    expect(adam().config).toEqual({ learningRate: 0.001, beta1: 0.9, beta2: 0.999, epsilon: 1e-7 })
    expect(adamW().config).toEqual({ ...adam().config, weightDecay: 0.004 })
    expect(adam({ learningRate: halving }).config.learningRate).toBe('halving')
    for (const name of Object.keys(OPTIMIZERS)) {
      const made = optimizerOf(name)
      expect(optimizerOf(name, made.config).config).toEqual(made.config)
    }
  })

  test('refuse unknown names, unknown options and numbers out of range', () => {
    const refuse = (attempt: () => unknown, message: string | RegExp): void => {
      expect(attempt).toThrow(ConfigError)
      expect(attempt).toThrow(message)
    }
    refuse(
      () => optimizerOf('adm'),
      'optimizer: unknown name "adm"; did you mean "adam"? Known: sgd, rmsprop',
    )
    refuse(() => optimizerOf('adam', { beta_1: 0.5 }), 'unknown option "beta_1"; did you mean "beta1"?')
    refuse(() => sgd({ weightDecay: 1 } as object), 'sgd: unknown option "weightDecay"')
    refuse(() => adam({ beta1: 1 }), 'adam: beta1 must be a number with 0 <= beta1 < 1, got 1')
    refuse(() => adam({ learningRate: -1 }), 'learningRate must be a number with learningRate >= 0, got -1')
    refuse(() => adam({ learningRate: '1e-3' as never }), 'got "1e-3"')
    refuse(() => adamW({ weightDecay: Number.NaN }), 'weightDecay')
    refuse(() => rmsprop({ epsilon: 0 }), 'epsilon > 0')
    refuse(() => sgd({ momentum: 2 }), 'momentum')
    refuse(() => sgd({ nesterov: 1 as never }), 'nesterov must be true or false')
  })

  test('feed nothing for coefficients that stay, and one number for each that changes', () => {
    expect(Object.keys(adam().schedule(1))).toEqual(['stepSize'])
    expect(Object.keys(rmsprop({ momentum: 0.5 }).schedule(1))).toEqual(['stepSize'])
    expect(Object.keys(sgd({ momentum: 0.5 }).schedule(1))).toEqual(['learningRate'])
    expect(Object.keys(adam({ beta1: risingShare.option }).schedule(1))).toEqual(['stepSize', 'decay1'])
    // What epsilon is divided by changes with the share of the squares.
    expect(Object.keys(adam({ beta2: risingSquares.option }).schedule(1))).toEqual([
      'stepSize',
      'decay2',
      'epsilon',
    ])
    expect(sgd({ momentum: risingShare.option }).slots).toEqual(['velocity'])
  })

  test('give the numbers of an update whichever was asked for before', () => {
    const make = () => adam({ beta1: risingShare.option, beta2: fallingSquares.option })
    const [forward, backward] = [make(), make()]
    const updates = Array.from({ length: 20 }, (_, i) => i + 1)
    const there = updates.map((update) => forward.schedule(update))
    const back = [...updates].reverse().map((update) => backward.schedule(update))
    expect(back.reverse()).toEqual(there)
  })

  test('name the update and the coefficient at which a schedule leaves its range', () => {
    const broken = adam({ beta1: (made) => made / 10 })
    expect(() => broken.schedule(11)).toThrow(ConfigError)
    expect(() => broken.schedule(11)).toThrow(
      /^adam, update 11: beta1 beta1\(10\) must be a number with 0 <= .* < 1, got 1$/,
    )
    expect(() => sgd({ momentum: () => -1 }).schedule(1)).toThrow('sgd, update 1: momentum momentum(0)')
  })

  test('name the update at which a schedule gives no rate', () => {
    const broken = adam({ learningRate: () => Number.NaN })
    expect(() => broken.schedule(7)).toThrow(/adam, update 7: learningRate .*\(6\) must be a number.*got NaN/)
  })
})
