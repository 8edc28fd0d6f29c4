// Initializers with a spread of their own: randomUniform, randomNormal, truncatedNormal.
import { ConfigError } from '../util/errors.ts'
import { checkNames, checkNumber } from '../util/options.ts'
import type { RandomStream } from '../util/random.ts'
import { sizeOf } from '../util/shape.ts'
import { type ConfiguredInitializer, configured } from './configured.ts'

/** Fills with normal numbers redrawn until they lie within two standard deviations of the mean. */
export function fillTruncatedNormal(
  out: Float32Array,
  random: RandomStream,
  mean: number,
  deviation: number,
): Float32Array {
  for (let i = 0; i < out.length; i++) {
    let z = random.normal()
    while (Math.abs(z) > 2) z = random.normal()
    out[i] = mean + deviation * z
  }
  return out
}

/** Uniform in [minval, maxval); defaults -0.05 and 0.05, as Keras. */
export function randomUniform(
  options: { readonly minval?: number; readonly maxval?: number } = {},
): ConfiguredInitializer {
  checkNames('randomUniform', options, ['minval', 'maxval'])
  const minval = checkNumber('randomUniform', 'minval', options.minval ?? -0.05)
  const maxval = checkNumber('randomUniform', 'maxval', options.maxval ?? 0.05)
  if (maxval < minval)
    throw new ConfigError(`randomUniform: minval must not exceed maxval, got ${minval} and ${maxval}`)
  return configured('randomUniform', { minval, maxval }, (shape, random) =>
    random.fillUniform(new Float32Array(sizeOf(shape)), minval, maxval),
  )
}

interface NormalOptions {
  readonly mean?: number
  readonly stddev?: number
}

function normalOptions(where: string, options: NormalOptions): { mean: number; stddev: number } {
  checkNames(where, options, ['mean', 'stddev'])
  return {
    mean: checkNumber(where, 'mean', options.mean ?? 0),
    stddev: checkNumber(where, 'stddev', options.stddev ?? 0.05, { atLeast: 0 }),
  }
}

/** Normal; defaults mean 0 and stddev 0.05, as Keras. */
export function randomNormal(options: NormalOptions = {}): ConfiguredInitializer {
  const { mean, stddev } = normalOptions('randomNormal', options)
  return configured('randomNormal', { mean, stddev }, (shape, random) =>
    random.fillNormal(new Float32Array(sizeOf(shape)), mean, stddev),
  )
}

/**
 * Normal numbers, those further than two `stddev` from the mean redrawn; defaults mean 0 and stddev 0.05, as Keras.
 * The spread of what is left is 0.8796 `stddev`.
 */
export function truncatedNormal(options: NormalOptions = {}): ConfiguredInitializer {
  const { mean, stddev } = normalOptions('truncatedNormal', options)
  return configured('truncatedNormal', { mean, stddev }, (shape, random) =>
    fillTruncatedNormal(new Float32Array(sizeOf(shape)), random, mean, stddev),
  )
}
