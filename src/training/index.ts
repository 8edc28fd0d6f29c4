// Training: the step, the loop and what watches it.

export { type Controls, playersOf, type Request } from './controls.ts'
export {
  type Alarm,
  alarmsOf,
  collapseDetector,
  logDetector,
  type MetricsRow,
  type Notice,
} from './detectors.ts'
export { batchIndices, type FeedOptions, feeder } from './feeds.ts'
export {
  applyNetwork,
  inferenceGraph,
  type OpenNetwork,
  openNetwork,
} from './inference.ts'
export { checkMemory, peakBytes } from './memory.ts'
export { pixelDeviation } from './sample-variety.ts'
export {
  drawLatents,
  exportNetwork,
  type OpenSampler,
  openSampler,
  samplerOf,
} from './sampler.ts'
export { checkTrained, DivergedError, initialState, type TrainingState } from './state.ts'
export { type FeedSpec, type StateSpec, type StepGraph, type StepOptions, stepGraph } from './step.ts'
export { type TrainEvent, type TrainOptions, train, trainingProgram } from './trainer.ts'
export { type OpenValidation, openValidation, type ReportGraph, reportGraph } from './validation.ts'
