// Adversarial neural cryptography: Alice and Bob share a key, Eve listens, and both sides learn.
import {
  abs,
  add,
  div,
  max,
  min,
  mul,
  reduceMean,
  reduceSum,
  round,
  square,
  stopGradient,
  straightThrough,
  sub,
} from '../graph/build.ts'
import type { Value } from '../graph/value.ts'
import { NETWORK, type Network } from '../layers/network.ts'
import type { NamedValues } from '../layers/ports.ts'
import { outputOf } from '../layers/use.ts'
import { OPTIMIZER, type Optimizer } from '../optimizers/optimizer.ts'
import { ANYTHING, checkArguments, FUNCTION, NAME } from '../util/arguments.ts'
import { checkNumber } from '../util/options.ts'
import { sizeOf } from '../util/shape.ts'
import { type Log, type Objective, objective } from './objective.ts'
import type { PhaseContext } from './phase.ts'

/**
 * Bits of each example that a guess gets wrong, `[batch]`: half the sum of the distances, so that a guess of 0 is wrong by half a
 * bit. Chance is half of the bits.
 */
export const bitsWrong = (guess: Value, message: Value): Value =>
  mul(reduceSum(abs(sub(guess, message)), { axes: [1] }), 0.5)

/**
 * How far Eve is from chance, for every example and then in the mean: 0 where half of the bits of each are wrong, 1 where all are
 * right, or all wrong, which would be as good for her. The square of the mean over the batch would be 0 as well where one half of the
 * examples is read and the other half read the wrong way round.
 *
 * @param wrong  her bits wrong, `[batch]`
 * @param bits   of a message
 */
export const deviation = (wrong: Value, bits: number): Value =>
  reduceMean(square(sub(1, mul(wrong, 2 / bits))))

/** The target over Bob's bits wrong, within limits; no gradient comes back from it. */
const following = (bobs: Value, target: number): Value =>
  min(max(div(target, stopGradient(bobs)), FOLLOWS.least), FOLLOWS.most)

/** A ciphertext as it is sent, each number between -1 and 1 as one of 256: the gradient does not see that. */
export const asSent = (ciphertext: Value): Value =>
  straightThrough(sub(div(round(mul(add(ciphertext, 1), 127.5)), 127.5), 1), ciphertext)

/** How much secrecy may weigh beside what it weighs where Bob is at his target. */
const FOLLOWS = { least: 0.25, most: 2 }

export interface CryptographyOptions {
  readonly name: string
  /** From `message` and `key` to `ciphertext`, as many numbers between -1 and 1 as the message has bits. */
  readonly alice: Network
  /** From `ciphertext` and `key` to `message`. */
  readonly bob: Network
  /** From `ciphertext` to `message`. */
  readonly eve: Network
  /** A listener like Eve who has learned nothing yet; named `freshEve`. */
  readonly freshEve: Network
  readonly pairOptimizer: Optimizer
  readonly eveOptimizer: Optimizer
  readonly freshOptimizer: Optimizer
  /** Updates of Eve for one of the pair; default 2. */
  readonly eveUpdates?: number
  /** What it weighs for the pair that Eve is at chance, beside a Bob who reads everything. Default 1 at all steps. */
  readonly secrecy?: (step: number) => number
  /**
   * Bits wrong of Bob at which secrecy weighs just that: less where he gets more of a batch wrong and more where he gets less, in
   * proportion, between a quarter and twice as much. Default: it does not follow him
   */
  readonly bobTarget?: number
  /** Fresh Eves: updates of each, steps between two while the pair trains (0: none), how many there are after it. */
  readonly fresh?: { readonly steps: number; readonly every: number; readonly count: number }
}

type Players = 'alice' | 'bob' | 'eve'
type Networks = PhaseContext['networks']

/** A number of the log. */
const told = (name: string, label: string, color: string, axis: Log['axis'], phase: string): Log => ({
  name,
  label,
  axis,
  color,
  value: (results) => results[phase]!.metrics![name]!,
})
const BOB = { name: 'bob', label: 'bits that Bob gets wrong', color: '#648fff' }
const EVE = { name: 'eve', label: 'bits that Eve gets wrong', color: '#dc267f' }
const FRESH = { name: 'freshEve', label: 'bits that a fresh Eve gets wrong', color: '#fe6100' }
const logOf = ({ name, label, color }: typeof BOB, phase: string): Log =>
  told(name, label, color, 'left', phase)

/** What a message may lose on its way to Bob, and what an Eve may not fall below, as shares of its bits: .05 and 7 of 16. */
export const GOAL = { bob: 0.05 / 16, eve: 7 / 16 }

/** What stands wherever such a pair is put to use. */
export const NO_CIPHER =
  'This shows how networks learn against each other; it is no cipher and protects nothing.'

const written = (number: number): string => number.toFixed(3).replace(/^0/, '')

/** The best of the fresh Eves counts. */
export function verdictOf(bits: number, bob: number, eves: readonly number[]) {
  const best = Math.min(...eves)
  const [isHeard, isKept] = [bob < GOAL.bob * bits, best >= GOAL.eve * bits]
  const [most, least] = [written(GOAL.bob * bits), written(GOAL.eve * bits)]
  return {
    reached: isHeard && isKept,
    words: `Of ${bits} bits Bob gets ${written(bob)} wrong from the ciphertext as it is sent, rounded to 8 bits a number (goal: under ${most}), and the best of ${eves.length} fresh Eves ${written(best)} (goal: at least ${least}; chance: ${bits / 2}). The secret ${isKept ? 'was kept from them' : 'was not kept'}${isHeard ? '' : ', and Bob does not understand'}. ${NO_CIPHER}`,
  }
}

/**
 * Learns from columns `message` and `key` of bits, -1 or 1. Alice and Bob descend Bob's bits wrong as a share of the message and
 * `deviation`, in one update; then Eve descends her own bits wrong. Everybody who listens hears the ciphertext as it is sent, rounded to 256
 * values a number.
 *
 * What was learned is judged by its `challenge`: an Eve from nothing against the pair as it is.
 *
 * @throws ConfigError for options that are missing, of another kind or out of range
 * @source Abadi & Andersen 2016, arXiv:1610.06918; that both hear the rounded ciphertext is ours
 */
export function cryptography(options: CryptographyOptions): Objective<Players> {
  checkArguments('cryptography', options, {
    name: NAME,
    alice: NETWORK,
    bob: NETWORK,
    eve: NETWORK,
    freshEve: NETWORK,
    pairOptimizer: OPTIMIZER,
    eveOptimizer: OPTIMIZER,
    freshOptimizer: OPTIMIZER,
    eveUpdates: ANYTHING,
    secrecy: ANYTHING,
    bobTarget: ANYTHING,
    fresh: ANYTHING,
  })
  const { name, alice, bob, eve, freshEve, secrecy = () => 1 } = options
  const { bobTarget, eveUpdates = 2, fresh = { steps: 0, every: 0, count: 0 } } = options
  checkNumber('cryptography', 'eveUpdates', eveUpdates, { integer: true, atLeast: 1 })
  if (!FUNCTION.is(secrecy)) checkNumber('cryptography', 'secrecy', secrecy, { atLeast: 0 })
  if (bobTarget !== undefined) checkNumber('cryptography', 'bobTarget', bobTarget, { above: 0 })
  const bits = sizeOf(outputOf(bob).shape)
  const send = (networks: Networks, { message, key }: NamedValues): Value =>
    asSent(networks.alice!({ message: message!, key: key! }))
  const bobsOf = (networks: Networks, sent: Value, { message, key }: NamedValues): Value =>
    bitsWrong(networks.bob!({ ciphertext: sent, key: key! }), message!)
  const evesOf = (listener: Networks[string] | undefined, sent: Value, { message }: NamedValues): Value =>
    bitsWrong(listener!(sent), message!)
  return objective<Players>({
    name,
    networks: { alice, bob, eve },
    phases: [
      {
        name: 'pair',
        updates: ['alice', 'bob'],
        optimizer: options.pairOptimizer,
        loss({ data, networks, scheduled }) {
          const sent = send(networks, data)
          const bobs = reduceMean(bobsOf(networks, sent, data))
          const eves = evesOf(networks.eve, sent, data)
          const weight = scheduled('secrecy', secrecy)
          const followed = bobTarget === undefined ? weight : mul(weight, following(bobs, bobTarget))
          const secret = mul(followed, deviation(eves, bits))
          return {
            loss: add(mul(bobs, 1 / bits), secret),
            metrics: { bob: bobs, eve: reduceMean(eves) },
          }
        },
      },
      {
        name: 'eve',
        updates: ['eve'],
        optimizer: options.eveOptimizer,
        repeats: eveUpdates,
        loss: ({ data, networks }) => ({
          loss: reduceMean(evesOf(networks.eve, send(networks, data), data)),
        }),
      },
    ],
    logs: [
      logOf(BOB, 'pair'),
      logOf(EVE, 'pair'),
      {
        name: 'loss',
        label: 'loss of Alice and Bob',
        axis: 'right',
        color: '#785ef0',
        value: ({ pair }) => pair!.loss,
      },
    ],
    offers: { encrypt: { network: 'alice' }, decrypt: { network: 'bob' }, listen: { network: 'eve' } },
    challenge: {
      ...fresh,
      network: 'freshEve',
      goals: [
        { metric: 'bob', value: GOAL.bob * bits, is: 'below' },
        { metric: 'freshEve', value: GOAL.eve * bits, is: 'atLeast' },
      ],
      verdict: ({ others, newcomers }) => verdictOf(bits, others.bob!, newcomers),
      objective: objective<Players | 'freshEve'>({
        name: `${name}, a fresh Eve`,
        networks: { alice, bob, eve, freshEve },
        phases: [
          {
            name: 'listen',
            updates: ['freshEve'],
            optimizer: options.freshOptimizer,
            loss({ data, networks }) {
              const sent = send(networks, data)
              const loss = reduceMean(evesOf(networks.freshEve, sent, data))
              const others = { bob: bobsOf(networks, sent, data), eve: evesOf(networks.eve, sent, data) }
              return {
                loss,
                metrics: { bob: reduceMean(others.bob), eve: reduceMean(others.eve), freshEve: loss },
              }
            },
          },
        ],
        logs: [logOf(BOB, 'listen'), logOf(EVE, 'listen'), logOf(FRESH, 'listen')],
      }),
    },
  })
}
