// Jobs: pure functions of their requests, wherever they are done.
export {
  type Driver,
  type DriverOptions,
  isFinal,
  type JobEvent,
  PassingError,
  RETRY,
  type RetryPolicy,
  waitAfter,
} from './driver.ts'
export type {
  DataHashes,
  DataWanted,
  JobContext,
  JobKind,
  JobOutcome,
  KindTable,
  KnownData,
  Leaves,
  Needed,
  Options,
  Taken,
  Understood,
  Work,
} from './kind.ts'
export { canonicalJson, type Job, type JobRequest, jobId, jobRequestSchema, jobSchema } from './request.ts'
export { type FileTable, type JobNumbers, type JobResult, jobResultSchema } from './result.ts'
