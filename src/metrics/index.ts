// Measures of what a generator makes: arrays in, numbers with their circumstances out.
export { type ActiveSubspace, type ActiveSubspaceOptions, activeSubspace } from './active-subspace.ts'
export { type ClassHistogram, type ClassHistogramOptions, classHistogram } from './class-histogram.ts'
export { type ConditionalAccuracy, conditionalAccuracy } from './conditional-accuracy.ts'
export { type DensityCoverageOptions, densityCoverage } from './density-coverage.ts'
export type { BlockOptions } from './distance-blocks.ts'
export { type DuplicateRate, type DuplicateRateOptions, duplicateRate } from './duplicate-rate.ts'
export type { Samples } from './features.ts'
export { type Fid, type FidOptions, fid } from './fid.ts'
export { type InceptionScoreOptions, inceptionScore } from './inception-score.ts'
export { type KidOptions, kid } from './kid.ts'
export { type LinearProbeOptions, linearProbe } from './linear-probe.ts'
export { type Measured, overDraws } from './measured.ts'
export { type Memorisation, memorisation, type NearestTraining, nearestTraining } from './memorisation.ts'
export { MODES, type ModeOptions, modeCoverage } from './modes.ts'
export { type NearestLabelsOptions, nearestLabels } from './nearest-labels.ts'
export { type NeighbourhoodOptions, type Neighbourhoods, neighbourhoods } from './neighbourhoods.ts'
export {
  CONDITIONAL,
  COURSE,
  likeliest,
  type MeasureGroup,
  type MeasureInfo,
  type MeasureSets,
  type MeasureSide,
  PANEL,
  takeMeasures,
} from './panel.ts'
export { type PrecisionRecallOptions, precisionRecall } from './precision-recall.ts'
export { type PrincipalPlane, principalPlane } from './principal-plane.ts'
export { type RealFloor, type RealFloorOptions, realFloor } from './real-floor.ts'
export { type SharpnessOptions, sharpness } from './sharpness.ts'
export type { MeasureEngine } from './with-model.ts'
