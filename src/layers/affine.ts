// What normalizations have in common: the deviation that nothing is divided by, and gamma and beta after it.
import { add, div, mul, reduceMean, sqrt, square, sub } from '../graph/build.ts'
import type { Value } from '../graph/value.ts'
import { describeInitializer, type InitializerOption, initializerOf } from '../initializers/registry.ts'
import { checkBoolean, checkNumber } from '../util/options.ts'
import type { Shape } from '../util/shape.ts'
import type { WeightSpec } from './layer.ts'
import type { LayerOptions } from './layer-options.ts'

export interface NormalizationOptions extends LayerOptions {
  /** Added to the variance; default 0.001. */
  readonly epsilon?: number
  /** Add beta; default true. */
  readonly center?: boolean
  /** Multiply by gamma; default true. */
  readonly scale?: boolean
  /** Default `zeros`. */
  readonly betaInitializer?: InitializerOption
  /** Default `ones`. */
  readonly gammaInitializer?: InitializerOption
}

/** Their names. */
export const NORMALIZATION = ['epsilon', 'center', 'scale', 'betaInitializer', 'gammaInitializer'] as const

/** @throws ConfigError for options of another kind */
export function affineOf(where: string, options: NormalizationOptions) {
  const epsilon = checkNumber(where, 'epsilon', options.epsilon ?? 1e-3, { above: 0 })
  const center = checkBoolean(where, 'center', options.center ?? true)
  const scale = checkBoolean(where, 'scale', options.scale ?? true)
  const beta = initializerOf(where, 'betaInitializer', options.betaInitializer ?? 'zeros')
  const gamma = initializerOf(where, 'gammaInitializer', options.gammaInitializer ?? 'ones')
  return {
    epsilon,
    config: {
      epsilon,
      center,
      scale,
      betaInitializer: describeInitializer(beta),
      gammaInitializer: describeInitializer(gamma),
    },
    /** Gamma and beta of this shape, as far as there are some. */
    weights: (shape: Shape): WeightSpec[] => [
      ...(scale ? [{ name: 'gamma', shape, initializer: gamma, trainable: true }] : []),
      ...(center ? [{ name: 'beta', shape, initializer: beta, trainable: true }] : []),
    ],
    /** To mean 0 and deviation 1 over some axes, by the biased variance. */
    standardized(x: Value, axes: readonly number[]): Value {
      const over = { axes, keepdims: true }
      const centred = sub(x, reduceMean(x, over))
      return div(centred, sqrt(add(reduceMean(square(centred), over), epsilon)))
    },
    /** @param along  lays a weight along its axes */
    scaled(normal: Value, weights: Readonly<Record<string, Value>>, along: (weight: Value) => Value): Value {
      const times = weights.gamma ? mul(normal, along(weights.gamma)) : normal
      return weights.beta ? add(times, along(weights.beta)) : times
    },
  }
}
