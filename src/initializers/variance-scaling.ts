// Initializers whose variance follows the fans of the weight: Glorot, He, LeCun.
import { checkNames } from '../util/options.ts'
import { sizeOf } from '../util/shape.ts'
import { type ConfiguredInitializer, configured } from './configured.ts'
import { fans } from './fans.ts'
import { fillTruncatedNormal } from './random.ts'

/** Standard deviation of a standard normal cut at two sigma, the constant Keras divides by. */
const TRUNCATED_DEVIATION = 0.87962566103423978

interface Scaling {
  /** Variance times fan. */
  readonly scale: number
  readonly mode: 'fanIn' | 'fanAverage'
  readonly distribution: 'uniform' | 'truncatedNormal'
}

const varianceScaling =
  (name: string, { scale, mode, distribution }: Scaling) =>
  (options: Readonly<Record<never, never>> = {}): ConfiguredInitializer => {
    checkNames(name, options, [])
    return configured(name, {}, (shape, random) => {
      const { fanIn, fanOut } = fans(shape)
      const variance = scale / Math.max(1, mode === 'fanIn' ? fanIn : (fanIn + fanOut) / 2)
      const out = new Float32Array(sizeOf(shape))
      if (distribution === 'truncatedNormal')
        return fillTruncatedNormal(out, random, 0, Math.sqrt(variance) / TRUNCATED_DEVIATION)
      const limit = Math.sqrt(3 * variance)
      return random.fillUniform(out, -limit, limit)
    })
  }

/** Uniform within ±sqrt(6 / (fanIn + fanOut)). @source Glorot & Bengio 2010 */
export const glorotUniform = varianceScaling('glorotUniform', {
  scale: 1,
  mode: 'fanAverage',
  distribution: 'uniform',
})
/** Truncated normal of variance 2 / (fanIn + fanOut). @source Glorot & Bengio 2010 */
export const glorotNormal = varianceScaling('glorotNormal', {
  scale: 1,
  mode: 'fanAverage',
  distribution: 'truncatedNormal',
})
/** Uniform within ±sqrt(6 / fanIn). @source He et al. 2015, arXiv:1502.01852 */
export const heUniform = varianceScaling('heUniform', { scale: 2, mode: 'fanIn', distribution: 'uniform' })
/** Truncated normal of variance 2 / fanIn. @source He et al. 2015, arXiv:1502.01852 */
export const heNormal = varianceScaling('heNormal', {
  scale: 2,
  mode: 'fanIn',
  distribution: 'truncatedNormal',
})
/** Uniform within ±sqrt(3 / fanIn). @source Klambauer et al. 2017, arXiv:1706.02515 */
export const lecunUniform = varianceScaling('lecunUniform', {
  scale: 1,
  mode: 'fanIn',
  distribution: 'uniform',
})
/** Truncated normal of variance 1 / fanIn. @source Klambauer et al. 2017, arXiv:1706.02515 */
export const lecunNormal = varianceScaling('lecunNormal', {
  scale: 1,
  mode: 'fanIn',
  distribution: 'truncatedNormal',
})
