// The run folder on disk.
export { checkNewRun, createRun, createRunOf, resumeRun, resumeRunOf } from './begin-run.ts'
export { type ControlReader, openControl, sendControl } from './control.ts'
export { appendCritic, readCritic } from './critic.ts'
export { keepFile, writeAtomic } from './disk.ts'
export { isTraining, listRuns, type RunListing, type TrainingListing } from './list-runs.ts'
export { type LockHolder, lockHolder } from './lock.ts'
export { beginsAs, type Digests, digestsIn } from './log-digests.ts'
export {
  type Checkpointed,
  EVALUATION_FILE,
  type LoadedCheckpoint,
  limitOf,
  openAnyRun,
  openRun,
  openRunOf,
  type RunFolder,
  STATUS_FILE,
} from './run-folder.ts'
export type { Checkpoint, RunOptions, RunWriter } from './run-writer.ts'
export { type Cursor, formatCursor, parseCursor, readTail, START, type Tail } from './tail.ts'
