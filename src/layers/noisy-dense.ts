// NoisyDense: a dense layer whose weights carry noise of a size that is learned, for exploration.
import { abs, add, matMul, mul, reshape, sign, sqrt } from '../graph/build.ts'
import type { Value } from '../graph/value.ts'
import { constant, randomUniform } from '../initializers/index.ts'
import { ShapeError } from '../util/errors.ts'
import { checkBoolean, checkNumber } from '../util/options.ts'
import { type Shape, sizeOf } from '../util/shape.ts'
import { type ActivationName, activationOf } from './activations.ts'
import type { Layer } from './layer.ts'
import { type LayerOptions, named, openOptions } from './layer-options.ts'

export interface NoisyDenseOptions extends LayerOptions {
  /** Length of the output's last axis. */
  readonly units: number
  /** Default `linear`. */
  readonly activation?: ActivationName
  /** Default true. */
  readonly useBias?: boolean
  /** Size of the noise at first, times the root of the number of inputs; default 0.5. Dopamine's full Rainbow has 0.1 */
  readonly sigma?: number
}

/** f(x) = sign(x) √|x|, by which noise is scaled before it is multiplied. */
const scaled = (noise: Value): Value => mul(sign(noise), sqrt(abs(noise)))

/**
 * Dense with factorised Gaussian noise: y = (μ + σ ⊙ f(ε_out) f(ε_in)ᵀ) x + μ_b + σ_b ⊙ f(ε_out). One draw of ε_in `[in]` and of ε_out
 * `[units]` for each use of the layer, which all examples share; inference has none, and is y = μ x + μ_b. Weights: kernel [in, units],
 * kernelSigma, bias [units], biasSigma. μ begins uniform within ±1/√in, σ as `sigma` / √in.
 *
 * @source Fortunato et al. 2018, arXiv:1706.10295, equations 10 and 11 and section 3.2
 */
export function noisyDense(options: NoisyDenseOptions): Layer {
  const where = openOptions('noisyDense', options, ['units', 'activation', 'useBias', 'sigma'])
  const { activation = 'linear' } = options
  const units = checkNumber(where, 'units', options.units, { integer: true, atLeast: 1 })
  const useBias = checkBoolean(where, 'useBias', options.useBias ?? true)
  const sigma = checkNumber(where, 'sigma', options.sigma ?? 0.5, { atLeast: 0 })
  const activate = activationOf(where, activation)
  const outputShape = (input: Shape): Shape => {
    if (input.length === 0)
      throw new ShapeError('expects inputs [n, ..., features], got one number per example; reshape first')
    return [...input.slice(0, -1), units]
  }
  return {
    type: 'NoisyDense',
    ...named(options),
    config: { units, activation, useBias, sigma },
    weights(input) {
      outputShape(input)
      const inputs = input.at(-1)!
      const mean = randomUniform({ minval: -(inputs ** -0.5), maxval: inputs ** -0.5 })
      const deviation = constant({ value: sigma * inputs ** -0.5 })
      const pair = (name: string, shape: Shape) => [
        { name, shape, initializer: mean, trainable: true },
        { name: `${name}Sigma`, shape, initializer: deviation, trainable: true },
      ]
      return [...pair('kernel', [inputs, units]), ...(useBias ? pair('bias', [units]) : [])]
    },
    outputShape,
    call({ input, weights, training, random }) {
      const inputs = input.shape.at(-1)!
      const rows = reshape(input, [sizeOf(input.shape.slice(0, -1)), inputs])
      let sum = matMul(rows, weights.kernel!) // [rows, units]
      if (useBias) sum = add(sum, weights.bias!)
      if (training) {
        const [into, out] = [scaled(random.normal([inputs])), scaled(random.normal([units]))]
        // Noise of a row and of a column: the product with the whole matrix is never made.
        const product = matMul(mul(rows, into), weights.kernelSigma!)
        sum = add(sum, mul(useBias ? add(product, weights.biasSigma!) : product, out))
      }
      return { output: activate(reshape(sum, [...input.shape.slice(0, -1), units])) }
    },
  }
}
