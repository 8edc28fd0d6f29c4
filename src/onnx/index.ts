// ONNX files: graphs to models and back.
export { type ExportOptions, exportModel } from './export.ts'
export { type ModelFacts, modelFacts } from './facts.ts'
export {
  type ImportedInput,
  type ImportedModel,
  type ImportedPort,
  type ImportOptions,
  importModel,
} from './import.ts'
export type { ModelNotes } from './model-writer.ts'
export { exportProgram, type ProgramOptions, type StateVariable } from './scan-program.ts'
