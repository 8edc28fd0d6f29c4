// Objectives: what networks compete for, one file per algorithm.
export { type ClassificationOptions, classification } from './classification.ts'
export { type GanOptions, gan } from './gan.ts'
export { type Log, metricsOf, type Objective, objective, type Picture, type Variable } from './objective.ts'
export {
  type Draw,
  functionOf,
  type KnownFunction,
  type LatentDistribution,
  type Offer,
  type OfferedFunction,
  offeredBy,
} from './offer.ts'
export type { Assignment, BoundNetwork, Descent, Given, Phase, PhaseContext, PhaseResult } from './phase.ts'
export { RECONSTRUCTIONS, type Reconstruction, type VaeOptions, vae } from './vae.ts'
