// Softmax: probabilities along one axis.
import { softmax as softmaxOf } from '../graph/build.ts'
import { ShapeError } from '../util/errors.ts'
import { checkNumber } from '../util/options.ts'
import type { Layer } from './layer.ts'
import { type LayerOptions, openOptions, stateless } from './layer-options.ts'

export interface SoftmaxOptions extends LayerOptions {
  /** The axis that sums to one, counted with the batch as axis 0; default -1. */
  readonly axis?: number
}

export function softmax(options: SoftmaxOptions = {}): Layer {
  const where = openOptions('softmax', options, ['axis'])
  const axis = checkNumber(where, 'axis', options.axis ?? -1, { integer: true })
  return stateless('Softmax', options, {
    config: { axis },
    outputShape: (input) => {
      const found = axis < 0 ? axis + input.length + 1 : axis
      if (found < 1 || found > input.length)
        throw new ShapeError(
          `axis ${axis} is not an axis of one example of an input of rank ${input.length + 1} (the batch is axis 0)`,
        )
      return input
    },
    output: ({ input }) => softmaxOf(input, axis),
  })
}
