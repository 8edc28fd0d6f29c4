// Measures of what a generator makes: arrays in, numbers with their circumstances out.
export { type DensityCoverageOptions, densityCoverage } from './density-coverage.ts'
export type { BlockOptions } from './distance-blocks.ts'
export type { Samples } from './features.ts'
export { type Fid, type FidOptions, fid } from './fid.ts'
export { type KidOptions, kid } from './kid.ts'
export type { Measured } from './measured.ts'
export { type PrecisionRecallOptions, precisionRecall } from './precision-recall.ts'
export type { MeasureEngine } from './with-model.ts'
