// `sparring resume <run>`: continues an interrupted run.
import { z } from 'zod'
import { movedData, movedGame, settingsOf } from '../../lifecycle/setting.ts'
import { MOST } from '../../util/limits.ts'
import { addFlags, givenFlags } from '../flags.ts'
import { addExamples } from '../help.ts'
import type { ResumeFlags } from '../recipe-face.ts'
import { faceOf } from '../recipes.ts'
import { resolveGiven } from '../resolve.ts'
import { addRun } from '../run-argument.ts'
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
  movedGame,
]

export const define: Define = (command, session) => {
  addRun(addFlags(command, SETTINGS))
    .description(
      'Continue an interrupted run from its newest good checkpoint, bit for bit as if it had never stopped.',
    )
    .usage('<run> [flags]')
    .action(async (folder: string) => {
      const given: ResumeFlags = resolveGiven(SETTINGS, {
        flags: givenFlags(command, SETTINGS),
        environment: {},
      })
      const face = await faceOf(folder)
      await face.resume(folder, given, session)
    })
  return addExamples(command, [
    ['sparring resume runs/first', 'go on after Ctrl-C'],
    ['sparring resume runs/first --data-dir /media/mnist', 'the files of the data set were moved'],
    ['sparring resume runs/rainbow --rom games/space_invaders.bin', 'the file of the game was moved'],
  ])
}
