// SpectralNormalization: a layer whose kernel is divided by its largest singular value, so that its slope is at most 1.
import {
  div,
  matMul,
  max,
  mul,
  reduceSum,
  reshape,
  sqrt,
  square,
  stopGradient,
  transposeLast,
} from '../graph/build.ts'
import type { Value } from '../graph/value.ts'
import { truncatedNormal } from '../initializers/random.ts'
import { checkNumber } from '../util/options.ts'
import type { Layer } from './layer.ts'
import { openOptions } from './layer-options.ts'
import { matrixOf, reparametrized, type WrapperOptions } from './reparametrized.ts'

export interface SpectralNormalizationOptions extends WrapperOptions {
  /** Rounds of power iteration at each training step; default 1. */
  readonly powerIterations?: number
}

/** A row of length 1. Keras' `l2_normalize` has the same bound of 1e-12 under the root. */
const unit = (row: Value): Value => div(row, sqrt(max(reduceSum(square(row)), 1e-12)))

/**
 * Spectral normalization, as Keras' wrapper: the kernel, as a matrix with a column for each filter, over the largest singular
 * value sigma. That is estimated by power iteration from a vector u which training moves on, as batch normalization moves its
 * statistics. Gradients pass through the division, with u and v as they are found, as in the paper. The kernel itself stays as it
 * is learned; Keras writes the quotient into it at each step. Weights: those of the layer, vectorU [1, filters], not trainable.
 *
 * @throws ShapeError for a layer without a kernel
 * @source Miyato et al. 2018, arXiv:1802.05957, algorithm 1
 */
export function spectralNormalization(options: SpectralNormalizationOptions): Layer {
  const where = openOptions('spectralNormalization', options, ['layer', 'powerIterations'])
  const powerIterations = checkNumber(where, 'powerIterations', options.powerIterations ?? 1, {
    integer: true,
    atLeast: 1,
  })
  return reparametrized('SpectralNormalization', where, options, {
    config: { powerIterations },
    own: (kernel) => [
      {
        name: 'vectorU',
        shape: [1, kernel.at(-1)!],
        initializer: truncatedNormal({ stddev: 0.02 }),
        trainable: false,
      },
    ],
    kernel({ kernel, weights, training }) {
      const matrix = reshape(kernel, matrixOf(kernel.shape)) // [rows, filters]
      const still = stopGradient(matrix)
      let u = weights.vectorU!
      let v = u
      // Inference finds sigma from the vector that training left, and leaves that where it is.
      for (let round = 0; round < (training ? powerIterations : 1); round++) {
        v = unit(matMul(u, transposeLast(still))) // [1, rows]
        u = unit(matMul(v, still)) // [1, filters]
      }
      const sigma = reduceSum(mul(matMul(stopGradient(v), matrix), stopGradient(u)))
      const normal = div(kernel, sigma)
      return training ? { kernel: normal, updates: { vectorU: stopGradient(u) } } : { kernel: normal }
    },
  })
}
