// What the commands do, without printing.
export type { MetricSummary, RunEvent, RunResult } from './events.ts'
export { type Extractor, type ExtractorOptions, openExtractor } from './extractor.ts'
export { imageBatch, type SampledImages, samplesPng } from './images.ts'
export { type ExportOptions, exportRun, reportRun, type SampleOptions, sampleRun } from './look.ts'
export { packageVersion } from './machine.ts'
export { commonSettings, flagOf, type ResolvedSettings, type RunRequest, resolveSettings } from './request.ts'
export { exampleSource } from './source.ts'
export { type ContinueOptions, continueRun, startRun } from './train-run.ts'
