// What the commands do, without printing.

export { type CompareOptions, type CompareResult, compareRuns } from './compare-runs.ts'
export { type EvaluateEvent, type EvaluateOptions, evaluateRuns } from './evaluate-runs.ts'
export type { MetricSummary, RunEvent, RunResult } from './events.ts'
export { type Extractor, type ExtractorOptions, openExtractor } from './extractor.ts'
export { imageBatch, type SampledImages, samplesPng } from './images.ts'
export { type ExportOptions, exportRun, reportRun, type SampleOptions, sampleRun } from './look.ts'
export { packageVersion } from './machine.ts'
export { networkBytes } from './networks.ts'
export { commonSettings, flagOf, type ResolvedSettings, type RunRequest, resolveSettings } from './request.ts'
export { type RunParts, runParts } from './run-parts.ts'
export { exampleSource } from './source.ts'
export { type ContinueOptions, continueRun, startRun } from './train-run.ts'
