// `sparring compare <run> <run> ...`: runs side by side, as a page and a table.
import { z } from 'zod'
import { settingsOf, textSetting } from '../../lifecycle/setting.ts'
import { compareText } from '../compare-text.ts'
import { evaluationDrawer } from '../evaluation-progress.ts'
import { addFlags, givenFlags } from '../flags.ts'
import { addExamples } from '../help.ts'
import { resolveGiven } from '../resolve.ts'
import { addRuns } from '../run-argument.ts'
import type { Define } from './command.ts'

const DEFAULT_OUT = 'comparison.html'

const SETTINGS = [
  textSetting('out', '<file.html>', 'the page', DEFAULT_OUT),
  textSetting('numbers', '<file.json>', 'also write all numbers into a file'),
  textSetting(
    'quality',
    '<measure=value>',
    "tell steps and seconds until this was reached, such as fid=10 (default: the worst of the runs' best FID)",
  ),
  ...settingsOf(
    z.object({
      unfinished: z.boolean().default(false).describe('also take runs that did not come to their end'),
      evaluate: z
        .boolean()
        .default(true)
        .describe('first measure runs that "sparring evaluate" has not measured since they were trained'),
    }),
  ),
  textSetting(
    'dataDir',
    '<folder>',
    'for measuring: where the files of the data set are now, if they were moved',
  ),
]

interface Given {
  out?: string
  numbers?: string
  quality?: string
  unfinished?: boolean
  evaluate?: boolean
  dataDir?: string
}

export const define: Define = (command, session) => {
  addRuns(addFlags(command, SETTINGS))
    .description(
      'Compare runs of one data set: samples side by side, measures with their spread, curves, times, and what the numbers say. Runs that differ in their seed only share a column.',
    )
    .usage('<run> <run> ... [flags]')
    .action(async (folders: string[]) => {
      const flags = givenFlags(command, SETTINGS)
      const given: Given = resolveGiven(SETTINGS, { flags, environment: {} })
      const { compareRuns } = await import('../../lifecycle/index.ts')
      const draw = evaluationDrawer(session)
      const work = compareRuns(folders, { ...given, out: given.out ?? DEFAULT_OUT })
      let step = await work.next()
      while (!step.done) {
        draw(step.value)
        step = await work.next()
      }
      const result = step.value
      for (const problem of result.problems) session.terminal.print(session.style.warn(problem))
      const { files, data } = result
      session.finish(
        { files, ...data },
        compareText(result, { style: session.resultStyle, columns: session.columns }),
      )
    })
  return addExamples(command, [
    ['sparring compare runs/mlp runs/vae', 'two runs, into comparison.html'],
    ['sparring compare runs/mlp-1 runs/mlp-2 runs/vae-1 runs/vae-2', 'two models, two seeds each'],
    ['sparring compare runs/mlp runs/vae --quality fid=10', 'which was first at FID 10?'],
  ])
}
