// ELU: x above zero, alpha (e^x - 1) below.
import { checkNumber } from '../util/options.ts'
import { elu } from './activations.ts'
import type { Layer } from './layer.ts'
import { type LayerOptions, openOptions, stateless } from './layer-options.ts'

export interface ELUOptions extends LayerOptions {
  /** Default 1. */
  readonly alpha?: number
}

/** @source Clevert et al. 2016, arXiv:1511.07289 */
export function eLU(options: ELUOptions = {}): Layer {
  const where = openOptions('eLU', options, ['alpha'])
  const alpha = checkNumber(where, 'alpha', options.alpha ?? 1, { atLeast: 0 })
  return stateless('ELU', options, { config: { alpha }, output: ({ input }) => elu(input, alpha) })
}
