// `sparring verify <run>`: whether a run's folder is whole.

import { EXIT } from '../exit-codes.ts'
import { formatPath } from '../format-path.ts'
import { addExamples } from '../help.ts'
import { faceOf } from '../recipes.ts'
import { addRun } from '../run-argument.ts'
import type { Define } from './command.ts'

export const define: Define = (command, session) => {
  addRun(command)
    .description(
      'Check every file of a run: logs line by line, checkpoints and pictures by their checksums, networks by their bytes. ' +
        'Says what is wrong and what can be done; changes nothing. Ends with exit code 3 when something is wrong.',
    )
    .usage('<run> [flags]')
    .action(async (folder: string) => {
      const { looked, ...found } = await (await faceOf(folder)).verify(folder)
      const { flaws, stuck } = found
      const { resultStyle: style } = session
      const head =
        flaws.length === 0
          ? style.good(`${formatPath(found.folder)} is whole`)
          : style.bad(
              `${formatPath(found.folder)}: ${flaws.length === 1 ? 'one thing is' : `${flaws.length} things are`} wrong`,
            )
      const lines = flaws.flatMap(({ file, problem, remedy }) => [
        `  ${style.bold(file)}: ${problem}`,
        `    ${style.faint(remedy)}`,
      ])
      session.finish(
        { whole: flaws.length === 0, ...found },
        [head, ...lines, ...(stuck ? [stuck] : []), `checked: ${looked.join(', ')}`].join('\n'),
      )
      if (flaws.length > 0) session.exitCode = EXIT.data
    })
  return addExamples(command, [
    ['sparring verify runs/first', 'after a crash, or after copying a run from elsewhere'],
  ])
}
