// `sparring studio`: opens the studio in the browser and keeps its server running.
import { z } from 'zod'
import { settingsOf, textSetting } from '../../lifecycle/setting.ts'
import { addFlags, givenFlags } from '../flags.ts'
import { formatPath } from '../format-path.ts'
import { addExamples } from '../help.ts'
import { openAddress } from '../open-address.ts'
import { resolveGiven } from '../resolve.ts'
import type { Define } from './command.ts'

const SETTINGS = [
  textSetting('runs', '<folder>', 'folder of the runs', 'runs'),
  ...settingsOf(
    z.object({
      port: z
        .number()
        .int()
        .min(0)
        .max(65535)
        .optional()
        .describe('port of the page; 0 for any (default: 4321, or the next that is free)'),
      open: z.boolean().default(true).describe('open the page in the browser'),
      openReading: z
        .boolean()
        .default(false)
        .describe(
          'let everybody on this machine look, without the token; changing something needs it anyway',
        ),
    }),
  ),
]

/** Resolves at the first Ctrl-C, or when the terminal goes. */
const interrupted = (): Promise<void> =>
  new Promise((resolve) => {
    for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) process.once(signal, () => resolve())
  })

export const define: Define = (command, session) => {
  addFlags(command, SETTINGS)
    .description(
      'Open the studio: a page on this machine that shows every run of a folder, live and finished, and starts new ones. Trainings go on when the studio ends.',
    )
    .usage('[flags]')
    .action(async () => {
      const flags = givenFlags(command, SETTINGS)
      const given: { runs?: string; port?: number; open?: boolean; openReading?: boolean } = resolveGiven(
        SETTINGS,
        {
          flags,
          environment: session.environment,
        },
      )
      const { openStudio } = await import('../../server/index.ts')
      const studio = await openStudio({ ...given, runs: given.runs ?? 'runs' })
      const { address, visited } = studio
      // Heard from now on: whoever reads the address may end the studio at once.
      const end = interrupted()
      session.finish(
        { address, runs: given.runs ?? 'runs' },
        `the studio of ${formatPath(given.runs ?? 'runs')} is at ${session.resultStyle.accent(address)}\nCtrl-C ends it; trainings go on`,
      )
      const remove = given.open === false ? async () => {} : await openAddress(address)
      // Once a browser has come, the file that opened it is not needed any more.
      void visited.then(remove)
      await end
      await remove()
      await studio.close()
    })
  return addExamples(command, [
    ['sparring studio', 'the runs below ./runs'],
    ['sparring studio --runs experiments --port 5000 --no-open', 'another folder and port, no browser'],
  ])
}
