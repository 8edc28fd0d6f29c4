// The kinds of runs that can be begun from a form, the usual one first: a new kind is a row.
import { auditStart } from './audit.ts'
import type { Startable } from './start.ts'
import { studyStart } from './study.ts'
import { trainingStart } from './training.ts'

export * from './start.ts'

export const STARTS: readonly Startable[] = [trainingStart, auditStart, studyStart]
