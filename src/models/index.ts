// Networks, pairings and the registry that the command line reads.
export * from './capsules.ts'
export * from './classifier.ts'
export * from './conv-vae.ts'
export * from './dcgan.ts'
export * from './dcgan-64.ts'
export * from './deep-vae.ts'
export * from './efficient-capsnet.ts'
export { ENCODERS, type EncoderNetworkOptions, encoderNetwork } from './encoders.ts'
export {
  type ImprovedGanOptions,
  improvedDiscriminator,
  improvedGan,
  improvedGenerator,
} from './improved-gan.ts'
export * from './mlp-gan.ts'
export * from './mlp-points.ts'
export {
  type DataFacts,
  defineModel,
  type ImageContext,
  type ImageModel,
  imageFacts,
  imageModel,
  type ModelDefinition,
  type TrainingDefaults,
} from './model.ts'
export * from './r3gan.ts'
export { MODELS, modelNamed } from './registry.ts'
export { fixmatch, vat } from './semi-supervised.ts'
export * from './shallow-vae.ts'
export * from './summary.ts'
export type { VaeNetworkOptions } from './vae-model.ts'
