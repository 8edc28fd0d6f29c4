// Initializers: how new weights are filled.
export type { ConfiguredInitializer } from './configured.ts'
export { constant, ones, zeros } from './constant.ts'
export { fans } from './fans.ts'
export type { Initializer } from './initializer.ts'
export { randomNormal, randomUniform, truncatedNormal } from './random.ts'
export {
  describeInitializer,
  INITIALIZERS,
  type InitializerConfig,
  type InitializerName,
  type InitializerOption,
  initializerOf,
} from './registry.ts'
export {
  glorotNormal,
  glorotUniform,
  heNormal,
  heUniform,
  lecunNormal,
  lecunUniform,
  type VarianceScalingOptions,
  varianceScaling,
} from './variance-scaling.ts'
