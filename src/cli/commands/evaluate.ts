// `sparring evaluate <run> ...`: measures the samples of trained runs.
import { z } from 'zod'
import { evaluationText } from '../evaluation-text.ts'
import { addFlags, givenFlags } from '../flags.ts'
import { formatCount, formatPath } from '../format.ts'
import { addExamples } from '../help.ts'
import { resolveGiven } from '../resolve.ts'
import type { Session } from '../session.ts'
import { settingsOf, textSetting } from '../setting.ts'
import type { Define } from './command.ts'

const PROTOCOL = z.object({
  count: z
    .int()
    .min(1)
    .optional()
    .describe(
      'samples of a draw, held against as many held-out images (default: 10000, or all held-out images)',
    ),
  draws: z.int().min(1).max(100).default(3).describe('how often fresh samples are drawn'),
  seed: z.int().min(0).default(1).describe('seed of latents and of the choice of real images'),
})

const SETTINGS = [
  ...settingsOf(PROTOCOL),
  textSetting(
    'dataDir',
    '<folder>',
    'where the files of the data set, or its folder, are now, if they were moved',
  ),
]

/** Follows the work on the terminal, and gives back what was found, by folder. */
async function evaluate(session: Session, folders: readonly string[], given: Record<string, unknown>) {
  const { dataDir } = given as { dataDir?: string }
  const protocol = PROTOCOL.parse(given)
  const { evaluateRuns } = await import('../../workflow/index.ts')
  const { terminal, style } = session
  const activity = (text: string): void => {
    if (terminal.live) terminal.status((columns) => style.faint(`${text} ...`.slice(0, columns - 1)))
  }
  const found: { readonly run: string; readonly evaluation: object; readonly text: string }[] = []
  for await (const event of evaluateRuns(folders, { ...protocol, ...(dataDir ? { dataDir } : {}) })) {
    switch (event.type) {
      case 'images':
        activity(`reading images: ${formatCount(event.done)} of ${formatCount(event.total)}`)
        break
      case 'extractor':
        activity(
          `training the classifier that measures need, once for this data: step ${formatCount(event.step)} of ${formatCount(event.steps)}`,
        )
        break
      case 'evaluating': {
        const what = event.what === 'samples' ? formatPath(event.folder) : 'real images'
        activity(`measuring ${what}: draw ${event.draw} of ${event.draws}`)
        break
      }
      case 'evaluated': {
        const run = formatPath(event.folder)
        const text = evaluationText(run, event.evaluation, session.resultStyle)
        found.push({ run: event.folder, evaluation: event.evaluation, text })
        if (terminal.live && folders.length > 1) terminal.print(style.good(`measured ${run}`))
      }
    }
  }
  return found
}

export const define: Define = (command, session) => {
  addFlags(command, SETTINGS)
    .description(
      'Measure the samples of the newest checkpoint of runs: FID, KID, precision and recall, density and coverage, and ' +
        'others, beside what they are for real images. Writes evaluation.json into each run folder.',
    )
    .usage('<run> [<run> ...] [flags]')
    .argument('<run...>', 'folders of runs')
    .action(async (folders: string[]) => {
      const flags = givenFlags(command, SETTINGS)
      const found = await evaluate(session, folders, resolveGiven(SETTINGS, { flags, environment: {} }))
      session.finish(
        { runs: found.map(({ run, evaluation }) => ({ run, ...evaluation })) },
        found.map(({ text }) => text).join('\n\n'),
      )
    })
  return addExamples(command, [
    ['sparring evaluate runs/first', 'three draws of 10,000 samples'],
    ['sparring evaluate runs/first runs/second --draws 5', 'real images are measured once for both'],
    ['sparring evaluate runs/first --json', 'as data'],
  ])
}
