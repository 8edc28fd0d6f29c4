// Activation: a function of the table as a layer of its own.
import { type ActivationName, activationOf } from './activations.ts'
import type { Layer } from './layer.ts'
import { type LayerOptions, openOptions, stateless } from './layer-options.ts'

export interface ActivationOptions extends LayerOptions {
  readonly activation: ActivationName
}

export function activation(options: ActivationOptions): Layer {
  const where = openOptions('activation', options, ['activation'])
  const activate = activationOf(where, options.activation)
  return stateless('Activation', options, {
    config: { activation: options.activation },
    output: ({ input }) => activate(input),
  })
}
