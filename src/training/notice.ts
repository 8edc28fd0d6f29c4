// What detectors read and what they say: lines of a run's logs.
export type { EventRow as Notice, MetricsRow } from '../runs/schema.ts'
