// Layers: records of weights and one pure call, with Keras' names and defaults.
export { type ActivationOptions, activation } from './activation.ts'
export { ACTIVATIONS, type ActivationFunction, type ActivationName, activationOf } from './activations.ts'
export { averagePooling2D } from './average-pooling2d.ts'
export { type BatchNormalizationOptions, batchNormalization } from './batch-normalization.ts'
export { before, featuresAt, lastLearned } from './before.ts'
export { branching } from './branching.ts'
export { capsuleLength } from './capsule-length.ts'
export { chained } from './chained.ts'
export { type Conv1DOptions, conv1D } from './conv1d.ts'
export { type Conv2DOptions, conv2D } from './conv2d.ts'
export { type Conv2DTransposeOptions, conv2DTranspose } from './conv2d-transpose.ts'
export { copyOf } from './copy.ts'
export { type DenseOptions, dense } from './dense.ts'
export { type DropoutOptions, dropout } from './dropout.ts'
export { type DynamicRoutingOptions, dynamicRouting } from './dynamic-routing.ts'
export { type ELUOptions, eLU } from './elu.ts'
export { type EmbeddingOptions, embedding } from './embedding.ts'
export { flatten } from './flatten.ts'
export { frozenNetwork } from './frozen.ts'
export { type GaussianNoiseOptions, gaussianNoise } from './gaussian-noise.ts'
export { type GenerativeBasisOptions, generativeBasis } from './generative-basis.ts'
export { globalAveragePooling2D } from './global-average-pooling2d.ts'
export { globalMaxPooling2D } from './global-max-pooling2d.ts'
export type { GlobalPooling2DOptions } from './global-pooling2d.ts'
export { type GroupNormalizationOptions, groupNormalization } from './group-normalization.ts'
export type { Layer, LayerCall, LayerResult, RandomSource, WeightSpec } from './layer.ts'
export { type LayerNormalizationOptions, layerNormalization } from './layer-normalization.ts'
export type { LayerOptions } from './layer-options.ts'
export { type LeakyReLUOptions, leakyReLU } from './leaky-relu.ts'
export { maxPooling2D } from './max-pooling2d.ts'
export { type MaxoutOptions, maxout } from './maxout.ts'
export {
  type Apply,
  type Network,
  type NetworkCall,
  type NetworkResult,
  type NetworkRow,
  type NetworkWeight,
  network,
  sequential,
} from './network.ts'
export { type NoisyDenseOptions, noisyDense } from './noisy-dense.ts'
export type { Pooling2DOptions } from './pooling2d.ts'
export type { NamedValues, Port, Ports } from './ports.ts'
export { type PrimaryCapsulesOptions, primaryCapsules } from './primary-capsules.ts'
export { describeLayer, LAYERS, type LayerConfig, layerOf } from './registry.ts'
export { type ReLUOptions, reLU } from './relu.ts'
export type { WrapperOptions } from './reparametrized.ts'
export { type Resampling2DOptions, resampling2D } from './resampling2d.ts'
export { type RescalingOptions, rescaling } from './rescaling.ts'
export { type ReshapeOptions, reshape } from './reshape.ts'
export { type ResidualOptions, residual } from './residual.ts'
export {
  type SelfAttentionRoutingOptions,
  selfAttentionRouting,
} from './self-attention-routing.ts'
export type { SequentialOptions } from './short-form.ts'
export { type SoftmaxOptions, softmax } from './softmax.ts'
export { type SpectralNormalizationOptions, spectralNormalization } from './spectral-normalization.ts'
export { type SquashForm, type SquashOptions, squash } from './squash.ts'
export { type UpSampling2DOptions, upSampling2D } from './up-sampling2d.ts'
export { countParameters, inputOf, type NamedPort, outputOf } from './use.ts'
export { type WeightNormalizationOptions, weightNormalization } from './weight-normalization.ts'
