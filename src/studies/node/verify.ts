// `sparring verify` of a study: whether its results are there and whole, and its own files fit them.
import { join } from 'node:path'
import { storeAt } from '../../jobs/node/open-store.ts'
import { openRunOf } from '../../runs/node/index.ts'
import { type ResultRow, STUDY, STUDY_FILE, STUDY_TABLE, STUDY_TIMES } from '../../runs/study.ts'
import type { Flaw, Verification } from '../../runs/verification.ts'
import { messageOf } from '../../util/errors.ts'
import { formatCount } from '../../util/format.ts'
import { readStudyResult } from './finish.ts'

const RESUME = '"sparring resume" makes it again'

/** Looks at the results of all jobs and at every file that was made of them. Changes nothing. */
export async function verifyStudy(folder: string): Promise<Verification> {
  const run = await openRunOf(STUDY, folder)
  const flaws: Flaw[] = []
  const flaw = (file: string, problem: string, remedy = RESUME): void => {
    flaws.push({ file, problem, remedy })
  }
  const { results: log, journal } = run.logs
  let rows: ResultRow[] = []
  try {
    rows = (await run.readLog('results')) as ResultRow[]
  } catch (error) {
    flaw(log!.file, messageOf(error))
  }
  await run.readLog('journal').catch((error: unknown) => flaw(journal!.file, messageOf(error)))
  let results = 0
  let runs = 0
  if (run.config.store !== undefined) {
    const store = await storeAt(run.config.store)
    for (const { job, name, folder: left } of rows) {
      try {
        const result = await store.result(job)
        if (!result)
          flaw(
            log!.file,
            `the result of "${name}" is not in ${run.config.store}`,
            `"sparring resume" does the job again`,
          )
        else results++
        if (left && !(await run.readFile(`${left}/config.json`)))
          flaw(left, 'the run that the job left is gone')
        else if (left) runs++
      } catch (error) {
        flaw(
          join(run.config.store, 'results'),
          messageOf(error),
          'remove it, and "sparring resume" does the job again',
        )
      }
    }
    await store.close()
  }
  if ((await run.readStatus()).state === 'finished') {
    try {
      const { figures, jobs } = await readStudyResult(run)
      for (const { name } of figures)
        if (!(await run.readFile(name))?.length)
          flaw(name, 'it is missing or empty', '"sparring report" makes it again')
      if (jobs.length !== run.config.jobs.total)
        flaw(STUDY_FILE, `it has ${jobs.length} jobs, the study has ${run.config.jobs.total}`)
    } catch (error) {
      flaw(STUDY_FILE, messageOf(error))
    }
    for (const file of [STUDY_TIMES, STUDY_TABLE, 'report.html'])
      if (!(await run.readFile(file))?.length) flaw(file, 'it is missing or empty')
  }
  return {
    folder: run.folder,
    flaws,
    checked: { results, runs },
    looked: [
      `${formatCount(results)} of ${formatCount(run.config.jobs.total)} results`,
      `${formatCount(runs)} runs`,
    ],
  }
}
