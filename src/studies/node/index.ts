// Studies in run folders.
export type { RunningJob, StudyEvent } from './events.ts'
export { readStudyResult, reportStudy } from './finish.ts'
export { ownStudies, readStudy } from './read-study.ts'
export { costOfStudy, runStudy, type StudyCost, type StudyRequest } from './run-study.ts'
export { verifyStudy } from './verify.ts'
