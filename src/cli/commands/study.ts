// `sparring study <name|file>`: many jobs, one answer.
import { availableParallelism } from 'node:os'
import { join } from 'node:path'
import { z } from 'zod'
import { settingsOf, textSetting } from '../../lifecycle/setting.ts'
import { RUNS_FOLDER } from '../../runs/node/run-name.ts'
import { studySettings } from '../../studies/settings.ts'
import { addFlags, givenFlags } from '../flags.ts'
import { addExamples } from '../help.ts'
import { resolveGiven } from '../resolve.ts'
import type { Session } from '../session.ts'
import { usualStore } from '../study-face.ts'
import { costText } from '../study-text.ts'
import { watchStudy } from '../watch-study.ts'
import type { Define } from './command.ts'

const SETTINGS = [
  textSetting('out', '<folder>', 'folder of the study, new or its own (default: runs/<name>)'),
  textSetting('dataDir', '<folder>', "folder that holds the data sets' files"),
  textSetting(
    'store',
    '<address>',
    'where results of jobs are kept: a folder, redis://host/0 or s3://bucket/prefix?endpoint=... (default: .jobs beside the study)',
  ),
  textSetting(
    'queue',
    '<address>',
    'give the jobs to workers on other machines: redis://host:6379 or postgres://host/database; start those with "sparring worker"',
  ),
  ...settingsOf(
    studySettings.extend({
      dryRun: z.boolean().default(false).describe('say what would be done, and what it would cost'),
    }),
  ),
]

interface Given {
  out?: string
  dataDir?: string
  store?: string
  queue?: string
  jobs?: number
  dryRun?: boolean
}

/** What a study does not need in order to be repeated. */
const PLACES = new Set(['out', 'dryRun', 'jobs', 'store', 'queue'])

async function study(session: Session, given: string, flags: ReturnType<typeof givenFlags>): Promise<void> {
  const all = resolveGiven(SETTINGS, { flags, environment: session.environment }) as Given
  const { readStudy, runStudy, costOfStudy } = await import('../../studies/node/index.ts')
  const file = await readStudy(given)
  const folder = all.out ?? join(RUNS_FOLDER, file.name)
  const store = all.store ?? usualStore(folder)
  const processes = all.jobs ?? availableParallelism()
  const request = { study: file, folder, store, dataDir: all.dataDir }
  if (all.dryRun) {
    const cost = await costOfStudy(request, processes)
    session.finish(
      { study: file.name, ...cost, jobs: processes },
      costText(file.title ?? file.name, cost, processes, { style: session.resultStyle }),
    )
    return
  }
  const command = [
    'sparring',
    'study',
    given,
    ...SETTINGS.flatMap(({ name, flag }) => {
      const value = (all as Record<string, unknown>)[name]
      return value === undefined || PLACES.has(name) ? [] : [flag, String(value)]
    }),
  ]
  const { queue } = all
  await watchStudy(session, (signal) =>
    runStudy({
      ...request,
      command,
      signal,
      async driver(options) {
        if (queue === undefined) {
          const { embeddedDriver } = await import('../../jobs/node/embedded.ts')
          return embeddedDriver({ ...options, store, processes })
        }
        const { queueDriver } = await import('../../jobs/node/queue-driver.ts')
        return queueDriver({ ...options, queue, store })
      },
    }),
  )
}

export const define: Define = (command, session) => {
  addFlags(command.argument('<study>', 'a study file (YAML or JSON), or the name of one of ours'), SETTINGS)
    .description(
      'Run a study: many trainings, as a file describes them, one answer. Results are kept by what they depend on, so a study ' +
        'that was interrupted goes on, and one that was enlarged does only what is new.',
    )
    .usage('<name | file.yaml> [flags]')
    .action((given: string) => study(session, given, givenFlags(command, SETTINGS)))
  return addExamples(command, [
    ['sparring study comparison --dry-run', 'what would it cost?'],
    ['sparring study mine.yaml --jobs 4', 'four trainings at once'],
    [
      'sparring study mine.yaml --queue redis://host:6379 --store s3://results/mine',
      'on other machines, by "sparring worker"',
    ],
  ])
}
