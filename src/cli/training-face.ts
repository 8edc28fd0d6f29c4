// What the command line does with a training that is there.
import { continueRun, reportRun, verifyRun } from '../lifecycle/index.ts'
import { formatCount } from '../util/format.ts'
import { EXIT } from './exit-codes.ts'
import type { RecipeFace } from './recipe-face.ts'
import { resultText } from './result-text.ts'
import { watchRun } from './watch-run.ts'

export const trainingFace: RecipeFace = {
  async resume(folder, { rom, ...flags }, session) {
    const { result, metrics } = await watchRun(session, (signal) =>
      continueRun(folder, { ...flags, files: { rom }, signal }),
    )
    session.finish(result, resultText(result, metrics, session.resultStyle))
    if (result.outcome === 'stopped') session.exitCode = EXIT.interrupted
  },
  report: reportRun,
  async verify(folder) {
    const found = await verifyRun(folder)
    const { checked } = found
    return {
      ...found,
      checked: { ...checked },
      looked: [
        `${formatCount(checked.steps)} steps of logs`,
        `${formatCount(checked.checkpoints)} checkpoints`,
        `${formatCount(checked.sheets)} sheets of samples`,
        `${checked.networks} networks`,
        `${checked.figures} figures`,
      ],
    }
  },
}
