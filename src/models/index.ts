// Networks, pairings and the registry that the command line reads.
export * from './dcgan.ts'
export * from './dcgan-64.ts'
export * from './mlp-gan.ts'
export { defineModel, type ModelDefinition, type TrainingDefaults } from './model.ts'
export { MODELS, modelNamed } from './registry.ts'
export * from './summary.ts'
