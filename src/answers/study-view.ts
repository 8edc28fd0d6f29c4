// What a study says: of all its results when it has ended, of those that are there while it goes on.
import type { RunFolder } from '../runs/node/index.ts'
import { STUDY_FILE, type StudyConfig } from '../runs/study.ts'
import type { StudySoFar } from '../runs/study-result.ts'
import { readSoFar, readStudyResult, readStudyTimes } from '../studies/node/index.ts'

/**
 * @param run  a study, whichever process works at it
 * @returns undefined while nothing is known of it yet
 * @throws DataError when its records are damaged
 */
export async function studyView(
  run: Pick<RunFolder<StudyConfig>, 'folder' | 'readFile' | 'readStatus'>,
): Promise<(StudySoFar & { readonly isWhole: boolean }) | undefined> {
  const { state } = await run.readStatus()
  // A study that was enlarged still has the result of before.
  const soFar = state === 'finished' ? undefined : await readSoFar(run)
  if (soFar) return { ...soFar, isWhole: false }
  if (!(await run.readFile(STUDY_FILE))) return undefined
  const result = await readStudyResult(run)
  return { result, times: await readStudyTimes(run), results: result.jobs.length, isWhole: true }
}
