// Attacks on image classifiers, and certificates against them.
export { type Attack, type AttackInput, type AttackResult, defineAttack } from './attack.ts'
export { type Certificate, certificateOf, type Prediction, predictionOf } from './certificate.ts'
export {
  type EnsembleResult,
  ensemble,
  type Member,
  type MemberResult,
  randomMembers,
  runEnsemble,
  standardMembers,
} from './ensemble.ts'
export { type Oracle, type OracleOptions, openOracle } from './oracle.ts'
export { type Patch, type PatchInput, type PatchOptions, patchOptions, trainPatch } from './patch.ts'
export { measurePatch, type PatchMeasures } from './patch-measure.ts'
export { patchSvg } from './patch-svg.ts'
export { ATTACKS, attackNamed } from './registry.ts'
export { attackSmoothed, contradictions } from './smoothed-attack.ts'
export {
  certificatesOf,
  certifyShards,
  openSmoothed,
  type Shard,
  type Smoothed,
  type SmoothingOptions,
  smoothingOptions,
} from './smoothing.ts'
export type { Knowledge, Norm, Threat } from './threat.ts'
