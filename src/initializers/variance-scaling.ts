// Initializers whose variance follows the fans of the weight: any, and those of Glorot, He and LeCun.
import { checkChoice, checkNames, checkNumber } from '../util/options.ts'
import type { RandomStream } from '../util/random.ts'
import { sizeOf } from '../util/shape.ts'
import { type ConfiguredInitializer, configured } from './configured.ts'
import { fans } from './fans.ts'
import { fillTruncatedNormal } from './random.ts'

/** Standard deviation of a standard normal cut at two sigma, the constant Keras divides by. */
const TRUNCATED_DEVIATION = 0.87962566103423978

const FANS = {
  fanIn: ({ fanIn }: ReturnType<typeof fans>) => fanIn,
  fanOut: ({ fanOut }: ReturnType<typeof fans>) => fanOut,
  fanAverage: ({ fanIn, fanOut }: ReturnType<typeof fans>) => (fanIn + fanOut) / 2,
}
type Fill = (out: Float32Array, random: RandomStream, variance: number) => Float32Array
const DISTRIBUTIONS = {
  truncatedNormal: (out, random, variance) =>
    fillTruncatedNormal(out, random, 0, Math.sqrt(variance) / TRUNCATED_DEVIATION),
  untruncatedNormal: (out, random, variance) => random.fillNormal(out, 0, Math.sqrt(variance)),
  uniform: (out, random, variance) => {
    const limit = Math.sqrt(3 * variance)
    return random.fillUniform(out, -limit, limit)
  },
} satisfies Record<string, Fill>

export interface VarianceScalingOptions {
  /** Variance times fan; default 1. */
  readonly scale?: number
  /** Default `fanIn`. */
  readonly mode?: keyof typeof FANS
  /** Default `truncatedNormal`. */
  readonly distribution?: keyof typeof DISTRIBUTIONS
}

const scaled =
  ({ scale, mode, distribution }: Required<VarianceScalingOptions>): ConfiguredInitializer['fill'] =>
  (shape, random) =>
    DISTRIBUTIONS[distribution](
      new Float32Array(sizeOf(shape)),
      random,
      scale / Math.max(1, FANS[mode](fans(shape))),
    )

/** Of variance scale / fan, as Keras' initializer of this name: that of which those below are cases. */
export function varianceScaling(options: VarianceScalingOptions = {}): ConfiguredInitializer {
  const where = 'varianceScaling'
  checkNames(where, options, ['scale', 'mode', 'distribution'])
  const { mode = 'fanIn', distribution = 'truncatedNormal' } = options
  const scale = checkNumber(where, 'scale', options.scale ?? 1, { above: 0 })
  checkChoice<unknown>(where, 'mode', mode, FANS)
  checkChoice<unknown>(where, 'distribution', distribution, DISTRIBUTIONS)
  const config = { scale, mode, distribution }
  return configured(where, config, scaled(config))
}

const scaling =
  (name: string, config: Required<VarianceScalingOptions>) =>
  (options: Readonly<Record<never, never>> = {}): ConfiguredInitializer => {
    checkNames(name, options, [])
    return configured(name, {}, scaled(config))
  }

/** Uniform within ±sqrt(6 / (fanIn + fanOut)). @source Glorot & Bengio 2010 */
export const glorotUniform = scaling('glorotUniform', {
  scale: 1,
  mode: 'fanAverage',
  distribution: 'uniform',
})
/** Truncated normal of variance 2 / (fanIn + fanOut). @source Glorot & Bengio 2010 */
export const glorotNormal = scaling('glorotNormal', {
  scale: 1,
  mode: 'fanAverage',
  distribution: 'truncatedNormal',
})
/** Uniform within ±sqrt(6 / fanIn). @source He et al. 2015, arXiv:1502.01852 */
export const heUniform = scaling('heUniform', { scale: 2, mode: 'fanIn', distribution: 'uniform' })
/** Truncated normal of variance 2 / fanIn. @source He et al. 2015, arXiv:1502.01852 */
export const heNormal = scaling('heNormal', {
  scale: 2,
  mode: 'fanIn',
  distribution: 'truncatedNormal',
})
/** Uniform within ±sqrt(3 / fanIn). @source Klambauer et al. 2017, arXiv:1706.02515 */
export const lecunUniform = scaling('lecunUniform', {
  scale: 1,
  mode: 'fanIn',
  distribution: 'uniform',
})
/** Truncated normal of variance 1 / fanIn. @source Klambauer et al. 2017, arXiv:1706.02515 */
export const lecunNormal = scaling('lecunNormal', {
  scale: 1,
  mode: 'fanIn',
  distribution: 'truncatedNormal',
})
