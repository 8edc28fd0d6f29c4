// GaussianNoise: while training, adds normal noise to the inputs.
import { add } from '../graph/build.ts'
import { checkNumber } from '../util/options.ts'
import type { Layer } from './layer.ts'
import { type LayerOptions, openOptions, stateless } from './layer-options.ts'

export interface GaussianNoiseOptions extends LayerOptions {
  /** Standard deviation of the noise, 0 or more. */
  readonly stddev: number
}

/** Gaussian noise, as Keras' layer: fresh at every step, of mean 0; inference passes everything unchanged. */
export function gaussianNoise(options: GaussianNoiseOptions): Layer {
  const where = openOptions('gaussianNoise', options, ['stddev'])
  const stddev = checkNumber(where, 'stddev', options.stddev, { atLeast: 0 })
  return stateless('GaussianNoise', options, {
    config: { stddev },
    output: ({ input, training, random }) =>
      training && stddev > 0 ? add(input, random.normal(input.shape, 0, stddev)) : input,
  })
}
