// Dropout: while training, sets a random share of the inputs to zero.
import { mul, transpose } from '../graph/build.ts'
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
    output({ input, training, random }) {
      if (!training || rate === 0) return input
      // The mask of images is drawn as [height, width, n, channels], the layout that convolutions are computed in.
      const [n, ...rest] = input.shape
      const [spatial, channels] = [rest.slice(0, -1), rest.slice(-1)]
      const mask = random.dropout([...spatial, n!, ...channels], rate)
      const order = input.shape.map((_, axis) => axis)
      const back = [spatial.length, ...order.slice(0, spatial.length), ...order.slice(spatial.length + 1)]
      return mul(input, spatial.length > 0 ? transpose(mask, back) : mask)
    },
  })
}
