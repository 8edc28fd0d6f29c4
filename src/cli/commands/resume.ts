// `sparring resume <run>`: continues an interrupted run.
import { z } from 'zod'
import { movedData, settingsOf } from '../../lifecycle/setting.ts'
import { MOST } from '../../util/limits.ts'
import { EXIT } from '../exit-codes.ts'
import { addFlags, givenFlags } from '../flags.ts'
import { addExamples } from '../help.ts'
import { resolveGiven } from '../resolve.ts'
import { resultText } from '../result-text.ts'
import { addRun } from '../run-argument.ts'
import { watchRun } from '../watch-run.ts'
import type { Define } from './command.ts'

const SETTINGS = [
  ...settingsOf(
    z.object({
      threads: z
        .number()
        .int()
        .min(0)
        .max(MOST.threads)
        .optional()
        .describe('threads of the runtime; 0 for one per core (default: as the run was started)'),
      acceptLosses: z
        .boolean()
        .default(false)
        .describe('go on although log lines or sample sheets are lost that cannot be made again'),
    }),
  ),
  movedData,
]

export const define: Define = (command, session) => {
  addRun(addFlags(command, SETTINGS))
    .description(
      'Continue an interrupted run from its newest good checkpoint, bit for bit as if it had never stopped.',
    )
    .usage('<run> [flags]')
    .action(async (folder: string) => {
      const given: { threads?: number; dataDir?: string; acceptLosses?: boolean } = resolveGiven(SETTINGS, {
        flags: givenFlags(command, SETTINGS),
        environment: {},
      })
      const { continueRun } = await import('../../lifecycle/index.ts')
      const { result, metrics } = await watchRun(session, (signal) =>
        continueRun(folder, { ...given, signal }),
      )
      session.finish(result, resultText(result, metrics, session.resultStyle))
      if (result.outcome === 'stopped') session.exitCode = EXIT.interrupted
    })
  return addExamples(command, [
    ['sparring resume runs/first', 'go on after Ctrl-C'],
    ['sparring resume runs/first --data-dir /media/mnist', 'the files of the data set were moved'],
  ])
}
