// Objectives: what networks compete for, one file per algorithm.
export { type ClassificationOptions, classification } from './classification.ts'
export { type GanOptions, gan } from './gan.ts'
export {
  type Autoencoder,
  type BoundNetwork,
  type Descent,
  type DuelMetrics,
  type LatentDistribution,
  type MetricInfo,
  type Objective,
  objective,
  type Phase,
  type PhaseContext,
  type PhaseResult,
  type Ports,
  type Sampler,
} from './objective.ts'
export { RECONSTRUCTIONS, type Reconstruction, type VaeOptions, vae } from './vae.ts'
