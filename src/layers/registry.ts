// Layers by type, so that a saved configuration can make them again.
import { checkChoice } from '../util/options.ts'
import { activation } from './activation.ts'
import { averagePooling2D } from './average-pooling2d.ts'
import { batchNormalization } from './batch-normalization.ts'
import { capsuleLength } from './capsule-length.ts'
import { conv1D } from './conv1d.ts'
import { conv2D } from './conv2d.ts'
import { conv2DTranspose } from './conv2d-transpose.ts'
import { dense } from './dense.ts'
import { dropout } from './dropout.ts'
import { dynamicRouting } from './dynamic-routing.ts'
import { eLU } from './elu.ts'
import { embedding } from './embedding.ts'
import { flatten } from './flatten.ts'
import { gaussianNoise } from './gaussian-noise.ts'
import { generativeBasis } from './generative-basis.ts'
import { globalAveragePooling2D } from './global-average-pooling2d.ts'
import { globalMaxPooling2D } from './global-max-pooling2d.ts'
import { groupNormalization } from './group-normalization.ts'
import { LAYER, type Layer } from './layer.ts'
import { layerNormalization } from './layer-normalization.ts'
import { leakyReLU } from './leaky-relu.ts'
import { maxPooling2D } from './max-pooling2d.ts'
import { maxout } from './maxout.ts'
import { noisyDense } from './noisy-dense.ts'
import { primaryCapsules } from './primary-capsules.ts'
import { reLU } from './relu.ts'
import { resampling2D } from './resampling2d.ts'
import { rescaling } from './rescaling.ts'
import { reshape } from './reshape.ts'
import { selfAttentionRouting } from './self-attention-routing.ts'
import { softmax } from './softmax.ts'
import { spectralNormalization } from './spectral-normalization.ts'
import { squash } from './squash.ts'
import { upSampling2D } from './up-sampling2d.ts'
import { weightNormalization } from './weight-normalization.ts'

/** The function that makes each type of layer. */
export const LAYERS = {
  Activation: activation,
  AveragePooling2D: averagePooling2D,
  BatchNormalization: batchNormalization,
  CapsuleLength: capsuleLength,
  Conv1D: conv1D,
  Conv2D: conv2D,
  Conv2DTranspose: conv2DTranspose,
  Dense: dense,
  Dropout: dropout,
  DynamicRouting: dynamicRouting,
  ELU: eLU,
  Embedding: embedding,
  Flatten: flatten,
  GaussianNoise: gaussianNoise,
  GenerativeBasis: generativeBasis,
  GlobalAveragePooling2D: globalAveragePooling2D,
  GlobalMaxPooling2D: globalMaxPooling2D,
  GroupNormalization: groupNormalization,
  LayerNormalization: layerNormalization,
  LeakyReLU: leakyReLU,
  MaxPooling2D: maxPooling2D,
  Maxout: maxout,
  PrimaryCapsules: primaryCapsules,
  NoisyDense: noisyDense,
  ReLU: reLU,
  Resampling2D: resampling2D,
  Rescaling: rescaling,
  Reshape: reshape,
  SelfAttentionRouting: selfAttentionRouting,
  Softmax: softmax,
  SpectralNormalization: spectralNormalization,
  Squash: squash,
  UpSampling2D: upSampling2D,
  WeightNormalization: weightNormalization,
}

/** A layer as data: what `describeLayer` writes and `layerOf` reads. */
export interface LayerConfig {
  readonly type: string
  readonly name?: string
  readonly config: Readonly<Record<string, unknown>>
}

const mapped = (
  options: Readonly<Record<string, unknown>>,
  each: (value: unknown) => unknown,
): Record<string, unknown> =>
  Object.fromEntries(Object.entries(options).map(([name, value]) => [name, each(value)]))

/** Layers inside of others are options of theirs. */
const describeOption = (value: unknown): unknown => (LAYER.is(value) ? describeLayer(value as Layer) : value)

export const describeLayer = ({ type, name, config }: Layer): LayerConfig => ({
  type,
  ...(name === undefined ? {} : { name }),
  config: mapped(config, describeOption),
})

const isLayerConfig = (value: unknown): value is LayerConfig =>
  typeof value === 'object' && value !== null && 'type' in value && 'config' in value

/**
 * The layer that a saved configuration describes; its options are checked like any others.
 *
 * @throws ConfigError for an unknown type or option
 */
export function layerOf({ type, name, config }: LayerConfig): Layer {
  // The factories check their options themselves, so data may be handed to any of them.
  const table = LAYERS as unknown as Readonly<Record<string, (options: object) => Layer>>
  const options = mapped(config, (value) => (isLayerConfig(value) ? layerOf(value) : value))
  return checkChoice('layer', 'type', type, table)({ ...options, ...(name === undefined ? {} : { name }) })
}
