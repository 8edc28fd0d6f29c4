// `sparring report <run>`: figures and report.html made anew from the run's records.
import { addExamples } from '../help.ts'
import { fileRows } from '../result-text.ts'
import type { Define } from './command.ts'

export const define: Define = (command, session) => {
  command
    .description(
      "Make a run's figures and report.html anew from its records. Works while the run is training.",
    )
    .usage('<run> [flags]')
    .argument('<run>', 'folder of the run')
    .action(async (folder: string) => {
      const { reportRun } = await import('../../workflow/index.ts')
      const { files } = await reportRun(folder)
      session.finish({ files }, fileRows(files, session.resultStyle).join('\n'))
    })
  return addExamples(command, [
    ['sparring report runs/first', 'then open runs/first/report.html in a browser'],
  ])
}
