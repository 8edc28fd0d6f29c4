// `sparring evaluate <run> ...`: measures the samples of trained runs.
import { z } from 'zod'
import { settingsOf, textSetting } from '../../lifecycle/setting.ts'
import { MOST } from '../../util/limits.ts'
import { evaluationDrawer } from '../evaluation-progress.ts'
import { evaluationText } from '../evaluation-text.ts'
import { addFlags, givenFlags } from '../flags.ts'
import { formatPath } from '../format-path.ts'
import { addExamples } from '../help.ts'
import { resolveGiven } from '../resolve.ts'
import { addRuns } from '../run-argument.ts'
import type { Session } from '../session.ts'
import type { Define } from './command.ts'

const PROTOCOL = z.object({
  count: z
    .int()
    .min(1)
    .max(MOST.evaluated)
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

/** Evaluates, and gives back what was found, by folder. */
async function evaluate(session: Session, folders: readonly string[], given: Record<string, unknown>) {
  const { dataDir } = given as { dataDir?: string }
  const protocol = PROTOCOL.parse(given)
  const { evaluateRuns } = await import('../../lifecycle/index.ts')
  const draw = evaluationDrawer(session)
  const found: { readonly run: string; readonly evaluation: object; readonly text: string }[] = []
  for await (const event of evaluateRuns(folders, { ...protocol, dataDir })) {
    draw(event)
    if (event.type !== 'evaluated') continue
    const text = evaluationText(formatPath(event.folder), event.evaluation, session.resultStyle)
    found.push({ run: event.folder, evaluation: event.evaluation, text })
  }
  return found
}

export const define: Define = (command, session) => {
  addRuns(addFlags(command, SETTINGS))
    .description(
      'Measure the samples of the newest checkpoint of runs: FID, KID, precision and recall, density and coverage, and ' +
        'others, beside what they are for real images. Writes evaluation.json into each run folder.',
    )
    .usage('<run> [<run> ...] [flags]')
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
