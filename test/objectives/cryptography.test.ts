// Alice, Bob and Eve: the step against plain sums in double precision, what the pair descends, and what newcomers are told.
import { beforeAll, describe, expect, it } from 'vitest'
import { messages } from '../../src/data/messages.ts'
import { mul, reduceMean, square, sub } from '../../src/graph/build.ts'
import { interpret } from '../../src/graph/interpreter.ts'
import { constant, type Tensor } from '../../src/graph/value.ts'
import { cipherNetworks } from '../../src/models/cipher-networks.ts'
import { asSent, bitsWrong, cryptography, deviation, verdictOf } from '../../src/objectives/cryptography.ts'
import { sgd } from '../../src/optimizers/index.ts'
import { feeder } from '../../src/training/feeds.ts'
import { stepGraph } from '../../src/training/step.ts'
import { type Arrays, noisyState, runStep } from '../training/run-step.ts'

const BITS = 4
const BATCH = 3
const [RATE, SECRECY] = [0.25, 1.5]

/** The networks written out: rows of numbers in, rows out; `reference` widths. */
function play(state: Arrays, name: string, rows: readonly number[][]): number[][] {
  const at = (layer: string, weight: string) => state[`${name}/${layer}/${weight}`]!
  const sigmoid = (x: number) => 1 / (1 + Math.exp(-x))
  return rows.map((row) => {
    const mixed = Array.from({ length: 2 * BITS }, (_, j) =>
      row.reduce((sum, x, i) => sum + x * at('mix', 'kernel')[i * 2 * BITS + j]!, at('mix', 'bias')[j]!),
    )
    return Array.from({ length: BITS }, (_, place) => {
      const pair = mixed.slice(2 * place, 2 * place + 2)
      const layer = (given: number[], conv: string, out: number, activate: (x: number) => number) =>
        Array.from({ length: out }, (_, o) =>
          activate(
            given.reduce((sum, x, i) => sum + x * at(conv, 'kernel')[i * out + o]!, at(conv, 'bias')[o]!),
          ),
        )
      const hidden = layer(layer(pair, 'conv1d', 2, sigmoid), 'conv1d-1', 2, sigmoid)
      return layer(hidden, 'conv1d-2', 1, Math.tanh)[0]!
    })
  })
}

const rounded = (row: readonly number[]) => row.map((c) => Math.round((c + 1) * 127.5) / 127.5 - 1)
const wrongIn = (guess: readonly number[], message: readonly number[]) =>
  guess.reduce((sum, g, i) => sum + Math.abs(g - message[i]!) / 2, 0)
const mean = (values: readonly number[]) => values.reduce((a, b) => a + b) / values.length
const rowsOf = ({ data }: Tensor, width: number) =>
  Array.from({ length: data.length / width }, (_, i) =>
    Array.from(data.slice(i * width, (i + 1) * width), Number),
  )

const objectiveWith = (bobTarget?: number) =>
  cryptography({
    name: 'test',
    ...cipherNetworks({ bits: BITS, keyBits: BITS, widths: 'reference', gain: 1 }),
    pairOptimizer: sgd({ learningRate: RATE }),
    eveOptimizer: sgd({ learningRate: RATE }),
    freshOptimizer: sgd({ learningRate: RATE }),
    secrecy: () => SECRECY,
    ...(bobTarget === undefined ? {} : { bobTarget }),
  })
const objective = objectiveWith()
const source = messages({ bits: BITS, keyBits: BITS })
const step = stepGraph(objective, { batchSize: BATCH, columns: source.columns })
let before: Arrays
let feeds: Record<string, Tensor>
beforeAll(() => {
  before = noisyState(step, 3, 0.4)
  const made = feeder(step.feeds, { seed: 2, source: source.open({ seed: 2, batchSize: BATCH, draws: 2 }) })(
    0,
    1,
  )
  feeds = Object.fromEntries(
    step.feeds.map(({ name, shape }) => [
      name,
      { shape, data: Float64Array.from(made[name]!.data as Float32Array) },
    ]),
  )
})

/** What the pair descends, by plain sums. `sentOf`: the ciphertext as it is sent; gradients do not see the rounding, so they are of other points. */
function pairLoss(state: Arrays, shift: readonly number[][] | undefined, weight = SECRECY) {
  const [message, key] = [rowsOf(feeds.message!, BITS), rowsOf(feeds.key!, BITS)]
  const ciphertext = play(
    state,
    'alice',
    message.map((m, i) => [...m, ...key[i]!]),
  )
  const sent = ciphertext.map((row, i) => (shift ? row.map((c, j) => c + shift[i]![j]!) : rounded(row)))
  const bobs = play(
    state,
    'bob',
    sent.map((c, i) => [...c, ...key[i]!]),
  ).map((g, i) => wrongIn(g, message[i]!))
  const eves = play(state, 'eve', sent).map((g, i) => wrongIn(g, message[i]!))
  const secret = mean(eves.map((wrong) => (1 - (2 * wrong) / BITS) ** 2))
  return {
    loss: mean(bobs) / BITS + weight * secret,
    bob: mean(bobs),
    eve: mean(eves),
    rounding: sent.map((row, i) => row.map((c, j) => c - ciphertext[i]![j]!)),
  }
}

describe('a step', () => {
  it('logs the bits wrong and the loss that plain sums give', () => {
    const { metrics } = runStep(step, before, feeds)
    const plain = pairLoss(before, undefined)
    expect(metrics.bob).toBeCloseTo(plain.bob, 10)
    expect(metrics.eve).toBeCloseTo(plain.eve, 10)
    expect(metrics.loss).toBeCloseTo(plain.loss, 10)
  })

  it('moves Alice and Bob along the slope of that loss, as if rounding moved nothing', () => {
    const { state } = runStep(step, before, feeds)
    const { rounding } = pairLoss(before, undefined)
    for (const name of ['alice/mix/kernel', 'alice/conv1d-2/bias', 'bob/conv1d/kernel', 'bob/mix/bias'])
      for (const i of [0, before[name]!.length - 1]) {
        const at = (shift: number) => {
          const moved = { ...before, [name]: before[name]!.map((w, k) => (k === i ? w + shift : w)) }
          return pairLoss(moved, rounding).loss
        }
        const slope = (at(1e-5) - at(-1e-5)) / 2e-5
        expect((before[name]![i]! - state[name]![i]!) / RATE).toBeCloseTo(slope, 6)
      }
  })

  it.each([
    ['a target that he misses', 1, (bob: number) => 1 / bob],
    ['one that he is far from', 0.01, () => 0.25],
    ['one that he is far better than', 1000, () => 2],
  ])('lets secrecy follow Bob, with %s, and no slope through that', (_, target, share) => {
    const followed = stepGraph(objectiveWith(target), { batchSize: BATCH, columns: source.columns })
    const { metrics, state } = runStep(followed, before, feeds)
    const { bob, rounding } = pairLoss(before, undefined)
    const weight = SECRECY * share(bob)
    expect(metrics.loss).toBeCloseTo(pairLoss(before, undefined, weight).loss, 10)
    const [name, i] = ['alice/mix/kernel', 0] as const
    const at = (shift: number) => {
      const moved = { ...before, [name]: before[name]!.map((w, k) => (k === i ? w + shift : w)) }
      return pairLoss(moved, rounding, weight).loss
    }
    expect((before[name]![i]! - state[name]![i]!) / RATE).toBeCloseTo((at(1e-5) - at(-1e-5)) / 2e-5, 6)
  })

  it('lets Eve make two updates, the second from messages of her own, against the pair as it has become', () => {
    const { state } = runStep(step, before, feeds)
    const [name, i] = ['eve/conv1d-2/bias', 0] as const
    let now: Arrays = {
      ...state,
      ...Object.fromEntries(Object.entries(before).filter(([n]) => n.startsWith('eve/'))),
    }
    for (const draw of ['', '-1']) {
      const [message, key] = [rowsOf(feeds[`message${draw}`]!, BITS), rowsOf(feeds[`key${draw}`]!, BITS)]
      const sent = play(
        state,
        'alice',
        message.map((m, j) => [...m, ...key[j]!]),
      ).map(rounded)
      const at = (moved: Arrays) => mean(play(moved, 'eve', sent).map((g, j) => wrongIn(g, message[j]!)))
      const next = { ...now }
      for (const weight of Object.keys(before).filter((n) => n.startsWith('eve/'))) {
        next[weight] = now[weight]!.map((w, k) => {
          const turned = (shift: number) =>
            at({ ...now, [weight]: now[weight]!.map((x, l) => (l === k ? x + shift : x)) })
          return w - (RATE * (turned(1e-5) - turned(-1e-5))) / 2e-5
        })
      }
      now = next
    }
    expect(state[name]![i]).not.toBeCloseTo(before[name]![i]!, 4)
    for (const weight of Object.keys(now).filter((n) => n.startsWith('eve/')))
      state[weight]!.forEach((w, k) => {
        expect(w).toBeCloseTo(now[weight]![k]!, 6)
      })
  })
})

describe('what secrecy is', () => {
  // Two messages that Eve reads, and two that she reads the wrong way round: half of the bits are wrong in the mean.
  const halfRead = constant(Float32Array.from([0, 0, 4, 4]), [4])
  const value = (of: ReturnType<typeof deviation>) =>
    interpret({ inputs: [], outputs: { of } }, {}).of!.data[0]

  it('counts every example that Eve knows from chance, in both directions', () => {
    expect(value(deviation(halfRead, 4))).toBe(1)
    expect(value(deviation(constant(Float32Array.from([2, 2, 2, 2]), [4]), 4))).toBe(0)
  })

  it('is not the square of the mean, which finds nothing there', () => {
    const ofMean = square(sub(1, mul(reduceMean(halfRead), 2 / 4)))
    expect(value(ofMean)).toBe(0)
    expect(value(deviation(halfRead, 4))).not.toBe(value(ofMean))
  })
})

it('counts half a bit where a guess is undecided', () => {
  const guess = constant(Float32Array.from([1, -1, 0, 0.5]), [1, 4])
  const message = constant(Float32Array.from([1, 1, 1, 1]), [1, 4])
  const { of } = interpret({ inputs: [], outputs: { of: bitsWrong(guess, message) } }, {})
  expect(Array.from(of!.data)).toEqual([1.75])
})

it('sends one of 256 numbers', () => {
  const { of } = interpret(
    { inputs: [], outputs: { of: asSent(constant(Float32Array.from([-1, 0.001, 0.5, 1]), [4])) } },
    {},
  )
  expect(Array.from(of!.data, (c) => Math.round((c + 1) * 127.5 * 1e6) / 1e6)).toEqual([0, 128, 191, 255])
})

it('judges by the best newcomer, and says that it protects nothing', () => {
  expect(verdictOf(16, 0.03, [7.4, 7.0, 7.9])).toMatchObject({ reached: true })
  expect(verdictOf(16, 0.03, [7.4, 6.99, 7.9])).toMatchObject({ reached: false })
  expect(verdictOf(16, 0.05, [7.4])).toMatchObject({ reached: false })
  const { words } = verdictOf(16, 0.2, [7.4, 6.2])
  expect(words).toContain('the best of 2 fresh Eves 6.200')
  expect(words).toContain('protects nothing')
})
