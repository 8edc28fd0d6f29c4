// LeakyReLU: x above zero, negativeSlope x below.
import { leakyRelu } from '../graph/build.ts'
import { checkNumber } from '../util/options.ts'
import type { Layer } from './layer.ts'
import { type LayerOptions, openOptions, stateless } from './layer-options.ts'

export interface LeakyReLUOptions extends LayerOptions {
  /** Default 0.3, as Keras' layer. */
  readonly negativeSlope?: number
}

export function leakyReLU(options: LeakyReLUOptions = {}): Layer {
  const where = openOptions('leakyReLU', options, ['negativeSlope'])
  const negativeSlope = checkNumber(where, 'negativeSlope', options.negativeSlope ?? 0.3, { atLeast: 0 })
  return stateless('LeakyReLU', options, {
    config: { negativeSlope },
    output: ({ input }) => leakyRelu(input, negativeSlope),
  })
}
