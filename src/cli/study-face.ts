// What the command line does with a study that is there.
import { availableParallelism } from 'node:os'
import { dirname, join } from 'node:path'
import { embeddedDriver } from '../jobs/node/embedded.ts'
import { openRunOf } from '../runs/node/index.ts'
import { STUDY } from '../runs/study.ts'
import { checkStudy } from '../studies/file.ts'
import { reportStudy, runStudy, verifyStudy } from '../studies/node/index.ts'
import type { RecipeFace } from './recipe-face.ts'
import { watchStudy } from './watch-study.ts'

/** Where results of jobs are kept that no address was given for: beside the study, for all that lie there. */
export const usualStore = (folder: string): string => join(dirname(folder), '.jobs')

export const studyFace: RecipeFace = {
  async resume(folder, { dataDir }, session) {
    const { config } = await openRunOf(STUDY, folder)
    const store = config.store ?? usualStore(folder)
    await watchStudy(session, (signal) =>
      runStudy({
        study: checkStudy(config.study, folder),
        folder,
        store,
        dataDir,
        command: config.command,
        driver: async (options) => embeddedDriver({ ...options, store, processes: availableParallelism() }),
        signal,
      }),
    )
  },
  report: async (folder) => ({ files: await reportStudy(await openRunOf(STUDY, folder)), problems: [] }),
  verify: verifyStudy,
}
