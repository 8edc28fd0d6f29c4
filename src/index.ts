// The library: everything that runs in Node and in a page alike. `sparring/node` adds the engine, files and runs.

export { z } from 'zod'
export * from './attacks/index.ts'
export * from './augmentations/index.ts'
export * from './autodiff/index.ts'
export * from './classifiers/index.ts'
export * from './data/index.ts'
export * from './environments/index.ts'
export * as ops from './graph/build.ts'
export { interpret } from './graph/interpreter.ts'
export { printGraph } from './graph/printer.ts'
export {
  constant,
  type DType,
  type Graph,
  input,
  type Node,
  scalar,
  type Tensor,
  type Value,
} from './graph/value.ts'
export * from './initializers/index.ts'
export * from './layers/index.ts'
export * from './losses/index.ts'
export { lower } from './lowering/index.ts'
export * from './metrics/index.ts'
export * from './models/index.ts'
export * from './objectives/index.ts'
export * from './onnx/index.ts'
export * from './optimizers/index.ts'
export type {
  Advanced,
  ArrayWithShape,
  CompileOptions,
  Engine,
  EngineOptions,
  FeedData,
  LoadedModel,
  Program,
  StateArrays,
  StateEntry,
  Step,
  StepFeeds,
} from './runtime/engine.ts'
export * from './training/index.ts'
export * from './util/errors.ts'
export { type RandomStream, randomStream } from './util/random.ts'
export {
  collapseWatch,
  descentWatches,
  duelWatches,
  type LogWatch,
  latentWatch,
  type SampleWatch,
  type Variety,
  type Watch,
} from './watches/index.ts'
