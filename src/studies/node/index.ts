// Studies in run folders.
export { costOfStudy, type StudyCost } from './cost.ts'
export type { RunningJob, StudyEvent } from './events.ts'
export { readStudyResult, readStudyTimes, reportStudy } from './finish.ts'
export { ownStudies, readStudy } from './read-study.ts'
export { runStudy } from './run-study.ts'
export { readSoFar } from './so-far.ts'
export type { StudyRequest } from './study-request.ts'
export { verifyStudy } from './verify.ts'
