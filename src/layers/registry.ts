// Layers by type, so that a saved configuration can make them again.
import { checkChoice } from '../util/options.ts'
import { activation } from './activation.ts'
import { batchNormalization } from './batch-normalization.ts'
import { conv2D } from './conv2d.ts'
import { dense } from './dense.ts'
import { dropout } from './dropout.ts'
import { eLU } from './elu.ts'
import { flatten } from './flatten.ts'
import type { Layer } from './layer.ts'
import { leakyReLU } from './leaky-relu.ts'
import { reLU } from './relu.ts'
import { reshape } from './reshape.ts'
import { softmax } from './softmax.ts'

/** The function that makes each type of layer. */
export const LAYERS = {
  Activation: activation,
  BatchNormalization: batchNormalization,
  Conv2D: conv2D,
  Dense: dense,
  Dropout: dropout,
  ELU: eLU,
  Flatten: flatten,
  LeakyReLU: leakyReLU,
  ReLU: reLU,
  Reshape: reshape,
  Softmax: softmax,
}

/** A layer as data: what `describeLayer` writes and `layerOf` reads. */
export interface LayerConfig {
  readonly type: string
  readonly name?: string
  readonly config: Readonly<Record<string, unknown>>
}

export const describeLayer = ({ type, name, config }: Layer): LayerConfig => ({
  type,
  ...(name === undefined ? {} : { name }),
  config,
})

/**
 * The layer that a saved configuration describes; its options are checked like any others.
 *
 * @throws ConfigError for an unknown type or option
 */
export function layerOf({ type, name, config }: LayerConfig): Layer {
  // The factories check their options themselves, so data may be handed to any of them.
  const table = LAYERS as unknown as Readonly<Record<string, (options: object) => Layer>>
  return checkChoice('layer', 'type', type, table)({ ...config, ...(name === undefined ? {} : { name }) })
}
