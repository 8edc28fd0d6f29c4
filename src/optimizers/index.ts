// Optimizers: pure updates of one weight, with Keras' names and defaults.
export { type AdamOptions, type AdamWOptions, adam, adamW } from './adam.ts'
export type { Coefficient, LearningRate } from './coefficient.ts'
export { globalClipnorm } from './global-clipnorm.ts'
export type { Optimizer, OptimizerResult, OptimizerUpdate } from './optimizer.ts'
export { type RadamOptions, radam } from './radam.ts'
export { OPTIMIZERS, type OptimizerName, optimizerOf } from './registry.ts'
export { type RmspropOptions, rmsprop } from './rmsprop.ts'
export { type SgdOptions, sgd } from './sgd.ts'
