// `sparring audit <model.onnx | run>`: attacks an image classifier, and tells what it found.
import { existsSync } from 'node:fs'
import { resolve } from 'node:path'
import { z } from 'zod'
import { auditSettings, classNames, imageOf, listOf } from '../../audit/node/request.ts'
import { dataSettings, splitDataOptions } from '../../lifecycle/data-settings.ts'
import { settingsOf, textSetting } from '../../lifecycle/setting.ts'
import { runName } from '../../runs/node/run-name.ts'
import { addFlags, givenFlags } from '../flags.ts'
import { addExamples } from '../help.ts'
import { resolveGiven } from '../resolve.ts'
import { runPath } from '../run-argument.ts'
import type { Session } from '../session.ts'
import { watchAudit } from '../watch-audit.ts'
import type { Define } from './command.ts'

const GATE = z.object({
  failUnder: z
    .number()
    .min(0)
    .max(1)
    .optional()
    .describe(
      'end with exit code 6 when fewer than this share are named rightly under every attack, e.g. 0.5',
    ),
})

const SETTINGS = [
  textSetting(
    'data',
    '<name|folder>',
    "labelled images: a data set (digits, mnist), or a folder of images or of IDX files (default: the run's own)",
  ),
  textSetting('dataDir', '<folder>', "folder that holds the data set's files"),
  textSetting('out', '<folder>', 'folder of the audit, new or empty (default: runs/audit-<time>)'),
  ...settingsOf(auditSettings),
  ...settingsOf(GATE),
  ...dataSettings,
]

/** What an audit does not need in order to be repeated. */
const PLACES = new Set(['out', 'failUnder', 'threads'])

async function audit(session: Session, given: string, flags: ReturnType<typeof givenFlags>): Promise<void> {
  const all = resolveGiven(SETTINGS, { flags, environment: session.environment })
  const { modelFile } = await import('../../audit/node/model-file.ts')
  const model = await modelFile(existsSync(given) ? given : runPath(given))
  const { data: named, dataDir, out, failUnder, ...rest } = all as Record<string, string | undefined>
  const data = named ?? model.data?.name ?? 'mnist'
  const { options, given: askedOfData, settings: asked } = splitDataOptions(data, rest)
  const { mean, std, labels, image, ...settings } = auditSettings.parse(asked)
  const names = labels === undefined ? undefined : await classNames(labels)
  // Data of the same name is that which its run had, prepared as it was then, unless something else is asked of it.
  const own = data === model.data?.name ? model.data : undefined
  const command = [
    'sparring',
    'audit',
    given,
    ...SETTINGS.flatMap(({ name, flag }) =>
      all[name] === undefined || PLACES.has(name) ? [] : [flag, String(all[name])],
    ),
  ]
  const { startAudit } = await import('../../audit/node/run-audit.ts')
  await watchAudit(
    session,
    (signal) =>
      startAudit({
        model,
        data: {
          data,
          dataDir: dataDir ?? own?.folder,
          options: own?.options ? { ...own.options, ...askedOfData } : options,
        },
        folder: out ?? `runs/${runName('audit', new Date(), (name) => existsSync(resolve('runs', name)))}`,
        settings: {
          ...settings,
          ...(image === undefined ? {} : { image: imageOf(image)! }),
          ...(mean === undefined ? {} : { mean: listOf(mean)! }),
          ...(std === undefined ? {} : { std: listOf(std)! }),
          ...(names ? { labels: names } : {}),
        },
        command,
        signal,
      }),
    failUnder === undefined ? undefined : Number(failUnder),
  )
}

export const define: Define = (command, session) => {
  addFlags(
    command.argument('<model>', 'an .onnx file of an image classifier, or a run that trained one'),
    SETTINGS,
  )
    .description(
      'Find out whether an image classifier can be fooled: attacks it with and without gradients, confirms every success on the ' +
        'original file, checks itself, and leaves a verdict with its evidence as a page, JSON, SARIF and a model card.',
    )
    .usage('<model.onnx | run> [flags]')
    .action((given: string) => audit(session, given, givenFlags(command, SETTINGS)))
  return addExamples(command, [
    ['sparring audit model.onnx --data mnist --norm linf --eps .3', 'the standard ensemble on 1,000 images'],
    ['sparring audit runs/classifier --budget quick', 'a first look at a network of your own'],
    [
      'sparring audit model.onnx --data photos --labels classes.txt --mean .485,.456,.406 --std .229,.224,.225',
      'on a folder of images',
    ],
    ['sparring audit model.onnx --data mnist --fail-under .5 --json', 'as a gate, for scripts'],
  ])
}
