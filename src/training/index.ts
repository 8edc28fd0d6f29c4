// Training: the step, the loop and what watches it.

export { type Controls, playersOf, type Request } from './controls.ts'
export {
  type Alarm,
  alarmsOf,
  logDetector,
  type MetricsRow,
  type Notice,
  sampleDetector,
} from './detectors.ts'
export { feeder } from './feeds.ts'
export {
  applyFunction,
  drawFrom,
  drawInputs,
  type FunctionInputs,
  frozen,
  type OpenFunction,
  openFunction,
  type Weights,
} from './functions.ts'
export { exportNetwork, inferenceGraph } from './inference.ts'
export type { FeedSpec } from './inputs.ts'
export { checkMemory, peakBytes } from './memory.ts'
export { pixelDeviation } from './sample-variety.ts'
export { checkTrained, DivergedError, initialState, type TrainingState } from './state.ts'
export { type StateSpec, type StepGraph, type StepOptions, stepGraph } from './step.ts'
export { type TrainOptions, train } from './trainer.ts'
export { type ReportGraph, reportGraph } from './validation.ts'
export type { LogRow, OpenWatcher, TrainEvent, Watchable, Watcher } from './watcher.ts'
export { evaluation } from './watchers/evaluation.ts'
export { type PlaneOptions, plane } from './watchers/plane.ts'
export { SHEET_COUNT, samples } from './watchers/samples.ts'
export { validation } from './watchers/validation.ts'
