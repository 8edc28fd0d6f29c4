// What the commands do, without printing.

export type { MetricSummary, RunEvent, RunResult } from '../measuring/events.ts'
export { type Extractor, type ExtractorOptions, openExtractor } from '../measuring/extractor.ts'
export { imageBatch, type SampledImages, samplesPng } from '../pictures/images.ts'
export { packageVersion } from '../runs/node/machine.ts'
export { type AugmentEvent, type AugmentRequest, type AugmentResult, augmentRun } from './augment-run.ts'
export { type CompareOptions, type CompareResult, compareRuns } from './compare-runs.ts'
export {
  type DecryptRequest,
  type DecryptResult,
  decryptRun,
  type EncryptRequest,
  type EncryptResult,
  encryptRun,
} from './encrypt-run.ts'
export { type EvaluateEvent, type EvaluateOptions, evaluateRuns } from './evaluate-runs.ts'
export { type FineTuneRequest, fineTuneRun, openTunable, type Tunable } from './fine-tune.ts'
export {
  type InterpolateRequest,
  type InterpolateResult,
  interpolateRun,
  type Neighbour,
} from './interpolate.ts'
export { type ExportOptions, exportRun, reportRun, type SampleOptions, sampleRun } from './look.ts'
export { networkBytes } from './networks.ts'
export { type PlayRequest, type PlayResult, playRun } from './play-run.ts'
export {
  commonSettings,
  commonSettingsOf,
  type ResolvedSettings,
  type RunRequest,
  resolveSettings,
} from './request.ts'
export { knownParts, type RunParts, runParts } from './run-parts.ts'
export { type ContinueOptions, continueRun, startRun } from './train-run.ts'
export { type Verified, verifyRun } from './verify-run.ts'
