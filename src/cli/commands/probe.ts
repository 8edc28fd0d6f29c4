// `sparring probe <run|encoder.onnx>`: what features are worth where labels are few.
import { existsSync } from 'node:fs'
import { z } from 'zod'
import { dataSettings, splitDataOptions } from '../../lifecycle/data-settings.ts'
import { probeOptions } from '../../lifecycle/probe-run.ts'
import { checkSettings, type Setting, settingsOf, textSetting } from '../../lifecycle/setting.ts'
import { MOST } from '../../util/limits.ts'
import { addFlags, givenFlags } from '../flags.ts'
import { formatPath } from '../format-path.ts'
import { addExamples } from '../help.ts'
import { probeText } from '../probe-text.ts'
import { resolveGiven } from '../resolve.ts'
import { runPath } from '../run-argument.ts'
import { absolute } from '../training.ts'
import type { Define } from './command.ts'

const PROTOCOL = z.object({
  labels: z
    .string()
    .regex(/^(\d+|all)(,(\d+|all))*$/, 'expected numbers of labels such as 50,100,all')
    .default('50,100,500,1000,all')
    .meta({
      title: 'list',
      examples: ['50,100,all'],
      description: 'how many labelled images are learned from, equally many of each class',
    }),
  draws: z.int().min(1).max(1000).default(10).describe('how often they are drawn, from draw 1 on'),
  threads: z.int().min(0).max(MOST.threads).default(0).describe('threads of the runtime; 0 for one per core'),
})

const SETTINGS: readonly Setting[] = [
  textSetting(
    'data',
    '<name|folder>',
    'labelled images with held-out ones: a data set (digits, mnist), or a folder of images or of IDX files (default: the data of the run)',
  ),
  textSetting('dataDir', '<folder>', "folder that holds the data set's files"),
  ...settingsOf(PROTOCOL),
  ...settingsOf(probeOptions),
  ...dataSettings,
]

export const define: Define = (command, session) => {
  addFlags(command, SETTINGS)
    .argument('<run|file.onnx>', 'a run, or a file that gives a list of numbers for each image', (given) =>
      existsSync(given) ? given : runPath(given),
    )
    .description(
      'Find out what the features of a run are worth where labels are few: a linear probe and a vote of the nearest neighbours, beside random features and pixels.',
    )
    .usage('<run|file.onnx> [flags]')
    .action(async (subject: string) => {
      const given = resolveGiven(SETTINGS, {
        flags: givenFlags(command, SETTINGS),
        environment: session.environment,
      }) as Record<string, unknown>
      const { data, dataDir, ...rest } = given as { data?: string; dataDir?: string } & Record<
        string,
        unknown
      >
      const { options: dataOptions, settings } =
        data === undefined ? { options: undefined, settings: rest } : splitDataOptions(data, rest)
      const { labels, draws, threads, ...options } = checkSettings(
        PROTOCOL.extend(probeOptions.shape),
        settings,
      )
      const { probeRun } = await import('../../lifecycle/probe-run.ts')
      const { terminal, style } = session
      const events = probeRun({
        subject,
        data: data === undefined ? undefined : (absolute(data) as string),
        dataDir,
        dataOptions,
        labels: labels.split(',').map((each) => (each === 'all' ? each : Number(each))),
        draws: Array.from({ length: draws }, (_, i) => i + 1),
        options,
        threads,
      })
      for await (const event of events)
        if (event.type === 'probed') {
          const { labels: count, draw } = event.found
          const text = `${Math.floor(100 * event.share)}%  ${count} labels, draw ${draw}`
          // In a log a line for each would say more than the table.
          if (terminal.live) terminal.status((columns) => style.faint(text.slice(0, columns - 1)))
        } else session.finish(event.result, probeText(formatPath(subject), event.result, session.resultStyle))
    })
  return addExamples(command, [
    ['sparring probe runs/simclr', 'with 50, 100, 500, 1000 and all labels, ten draws of each'],
    ['sparring probe runs/simclr --from random', 'the same network without what it has learned'],
    ['sparring probe runs/dcgan --labels 100 --layer flatten', 'another layer of a discriminator'],
    ['sparring probe encoder.onnx --data mnist', 'an encoder from anywhere'],
  ])
}
