// Counter-based random streams: every number is a pure function of (seed, purpose, step, index).
import { fillMask } from './fill-mask.ts'
import { mix, mixAgain } from './mixers.ts'

/** A source of random numbers with no hidden state beyond its position. */
export interface RandomStream {
  /** The next 32 random bits, as an unsigned integer. */
  bits(): number
  /** Uniform in [0, 1) with 24 bits, so that it is exact in float32. */
  uniform(): number
  /** Standard normal (Box-Muller). */
  normal(): number
  /** Uniform integer in [0, n), n up to 2^32. Unbiased to within n / 2^53. */
  integer(n: number): number
  /** Fills with uniform numbers in [low, high); rounding to float32 may give `high` itself where low is not 0. */
  fillUniform(out: Float32Array, low?: number, high?: number): Float32Array
  /** Fills with normal numbers of the given mean and standard deviation. */
  fillNormal(out: Float32Array, mean?: number, deviation?: number): Float32Array
  /**
   * Fills with a dropout mask: 0 with probability `rate`, otherwise 1. Four elements come from one word; all elements of
   * a call are dropped with one probability, a multiple of 1/2048 near `rate` whose mean over calls is `rate`.
   */
  fillKept(out: Uint8Array, rate: number): Uint8Array
  /** A permutation of 0 ... n-1 (Fisher-Yates). */
  permutation(n: number): Uint32Array
}

/** Two 32-bit keys from the words that name a stream. */
function keysOf(seed: number, purpose: string, step: number): [number, number] {
  let a = mix(0x9e3779b9 ^ seed)
  let b = mix(0x7f4a7c15 ^ Math.floor(seed / 2 ** 32))
  const absorb = (word: number): void => {
    a = mix((a ^ word) + 0x9e3779b9)
    b = mix((b + word) ^ a)
  }
  for (let i = 0; i < purpose.length; i++) absorb(purpose.charCodeAt(i) + 1)
  absorb(0xffffffff)
  absorb(step >>> 0)
  absorb(Math.floor(step / 2 ** 32))
  return [a, b]
}

/**
 * The random stream named by a seed, a purpose and a step: the same three always give the same numbers, on
 * every platform and in any order of use, which is what makes an interrupted run exactly repeatable.
 *
 * @param seed     any integer up to 2^53
 * @param purpose  what the numbers are for, e.g. `initial/generator/dense/kernel`
 * @param step     the training step, or any counter; default 0
 */
export function randomStream(seed: number, purpose: string, step = 0): RandomStream {
  const [key, key2] = keysOf(seed, purpose, step)
  let counter = 0
  const bits = (): number => mixAgain((mix((counter++ ^ key) >>> 0) + key2) >>> 0)
  const uniform = (): number => (bits() >>> 8) * 2 ** -24
  const integer = (n: number): number => Math.floor(((bits() * 2 ** 21 + (bits() >>> 11)) / 2 ** 53) * n)
  let spare: number | undefined
  const normal = (): number => {
    if (spare !== undefined) {
      const value = spare
      spare = undefined
      return value
    }
    const radius = Math.sqrt(-2 * Math.log((bits() + 1) * 2 ** -32))
    const angle = bits() * (2 * Math.PI * 2 ** -32)
    spare = radius * Math.sin(angle)
    return radius * Math.cos(angle)
  }
  return {
    bits,
    uniform,
    normal,
    integer,
    fillUniform(out, low = 0, high = 1) {
      const scale = (high - low) * 2 ** -24
      for (let i = 0; i < out.length; i++)
        out[i] = low + scale * (mixAgain((mix((counter++ ^ key) >>> 0) + key2) >>> 0) >>> 8)
      return out
    },
    fillNormal(out, mean = 0, deviation = 1) {
      for (let i = 0; i < out.length; i++) out[i] = mean + deviation * normal()
      return out
    },
    fillKept(out, rate) {
      const level = Math.floor(rate * 2048 + uniform())
      const whole = out.byteOffset % 4 === 0 ? Math.floor(out.length / 4) : 0
      fillMask(new Uint32Array(out.buffer, whole > 0 ? out.byteOffset : 0, whole), counter, key, key2, level)
      const rest = new Uint32Array(Math.ceil(out.length / 4) - whole)
      fillMask(rest, counter + whole, key, key2, level)
      out.set(new Uint8Array(rest.buffer, 0, out.length - 4 * whole), 4 * whole)
      counter += whole + rest.length
      return out
    },
    permutation(n) {
      const order = Uint32Array.from({ length: n }, (_, i) => i)
      for (let i = n - 1; i > 0; i--) {
        const j = integer(i + 1)
        const held = order[i]!
        order[i] = order[j]!
        order[j] = held
      }
      return order
    },
  }
}
