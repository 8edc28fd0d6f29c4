// Dropout: while training, sets a random share of the inputs to zero.
import { mul } from '../graph/build.ts'
import { checkNumber } from '../util/options.ts'
import type { Layer } from './layer.ts'
import { type LayerOptions, openOptions, stateless } from './layer-options.ts'

export interface DropoutOptions extends LayerOptions {
  /** Probability that an input is set to zero, 0 <= rate < 1. */
  readonly rate: number
}

/**
 * Dropout, as Keras' layer: what is kept is divided by 1 - rate while training, so inference passes everything
 * unchanged.
 *
 * @source Srivastava et al. 2014, Journal of Machine Learning Research 15
 */
export function dropout(options: DropoutOptions): Layer {
  const where = openOptions('dropout', options, ['rate'])
  const rate = checkNumber(where, 'rate', options.rate, { atLeast: 0, below: 1 })
  return stateless('Dropout', options, {
    config: { rate },
    output: ({ input, training, random }) =>
      training && rate > 0 ? mul(input, random.dropout(input.shape, rate)) : input,
  })
}
