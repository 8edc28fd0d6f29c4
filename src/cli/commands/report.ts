// `sparring report <run>`: figures and report.html made anew from the run's records.

import { movedData } from '../../lifecycle/setting.ts'
import { addFlags, givenFlags } from '../flags.ts'
import { addExamples } from '../help.ts'
import { faceOf } from '../recipes.ts'
import { resolveGiven } from '../resolve.ts'
import { fileRows } from '../result-text.ts'
import { addRun } from '../run-argument.ts'
import type { Define } from './command.ts'

const SETTINGS = [movedData]

export const define: Define = (command, session) => {
  addRun(addFlags(command, SETTINGS))
    .description(
      "Make a run's figures and report.html anew from its records. Works while the run is training.",
    )
    .usage('<run> [flags]')
    .action(async (folder: string) => {
      const given: { dataDir?: string } = resolveGiven(SETTINGS, {
        flags: givenFlags(command, SETTINGS),
        environment: {},
      })
      const { files, problems } = await (await faceOf(folder)).report(folder, given)
      for (const problem of problems) session.terminal.print(session.style.warn(`not made anew: ${problem}`))
      session.finish({ files, problems }, fileRows(files, session.resultStyle).join('\n'))
    })
  return addExamples(command, [
    ['sparring report runs/first', 'then open runs/first/report.html in a browser'],
  ])
}
