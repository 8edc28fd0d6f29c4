// `sparring finetune <run>`: a classifier on the features that a run has learned.
import { existsSync } from 'node:fs'
import { resolve } from 'node:path'
import { dataSettings, splitDataOptions } from '../../lifecycle/data-settings.ts'
import type { FineTuneRequest } from '../../lifecycle/fine-tune.ts'
import { commonSettingsOf } from '../../lifecycle/request.ts'
import { type Setting, settingsOf, textSetting } from '../../lifecycle/setting.ts'
import { FINE_TUNE_DEFAULTS, fineTuneOptions } from '../../models/fine-tuned.ts'
import { ConfigError } from '../../util/errors.ts'
import { shareOf } from '../../util/wilson-interval.ts'
import { readConfigFile } from '../config-file.ts'
import { EXIT } from '../exit-codes.ts'
import { addFlags, givenFlags } from '../flags.ts'
import { addExamples } from '../help.ts'
import { resolveGiven } from '../resolve.ts'
import { resultText } from '../result-text.ts'
import { addRun } from '../run-argument.ts'
import { absolute, defaultRunFolder, flagsOf } from '../training.ts'
import { watchRun } from '../watch-run.ts'
import type { Define } from './command.ts'

const SETTINGS: readonly Setting[] = [
  {
    ...textSetting(
      'data',
      '<name|folder>',
      'labelled images: a data set (digits, mnist), or a folder of images or of IDX files; several are put together (default: the data of the run)',
    ),
    list: true,
  },
  textSetting(
    'dataDir',
    '<folder>',
    "folder that holds the data set's files (default: where they were when the run was trained)",
  ),
  textSetting('out', '<folder>', 'folder of the new run, new or empty (default: runs/finetune-<time>)'),
  ...settingsOf(commonSettingsOf({ learnsLabels: true }), FINE_TUNE_DEFAULTS),
  ...settingsOf(fineTuneOptions),
  ...dataSettings,
]

/** What was given, as what it is for. */
function asked(
  given: Readonly<Record<string, unknown>>,
): Omit<FineTuneRequest, 'run' | 'folder' | 'command'> & { out?: string } {
  const { data, dataDir, out, ...rest } = given as Record<string, string | undefined> & {
    readonly data?: string | readonly string[]
  }
  if (data !== undefined) {
    const [first] = [data].flat() as [string]
    const { given: dataOptions, settings } = splitDataOptions(first, rest)
    return { data: absolute(data), dataDir, dataOptions, settings, ...(out === undefined ? {} : { out }) }
  }
  const stray = dataSettings.find(({ name }) => rest[name] !== undefined)
  if (stray)
    throw new ConfigError(
      `${stray.flag} is for a set that is named by --data; without it the data is that of the run`,
    )
  return { dataDir, settings: rest, ...(out === undefined ? {} : { out }) }
}

export const define: Define = (command, session) => {
  addRun(addFlags(command, SETTINGS))
    .option('--config <file>', 'JSON file with any of these settings, by their names')
    .description(
      'Train a classifier on what a run has learned: the features of its discriminator, encoder or classifier with a layer of logits on top, on few or many labels.',
    )
    .usage('<run> [flags]')
    .action(async (run: string) => {
      const { config } = command.opts<{ config?: string }>()
      const given = resolveGiven(SETTINGS, {
        flags: givenFlags(command, SETTINGS),
        environment: session.environment,
        file: config === undefined ? undefined : await readConfigFile(config),
      })
      const { out, ...request } = asked(given)
      const { fineTuneRun } = await import('../../lifecycle/index.ts')
      const folder = out ?? defaultRunFolder('finetune', new Date(), (taken) => existsSync(resolve(taken)))
      const flags = flagsOf(SETTINGS, {
        ...given,
        ...(request.data === undefined ? {} : { data: request.data }),
        out: undefined,
      })
      const start = { ...request, run, folder, command: ['sparring', 'finetune', resolve(run), ...flags] }
      const { result, metrics } = await watchRun(session, (signal) => fineTuneRun({ ...start, signal }))
      const { classification } = result
      const accuracy =
        classification &&
        shareOf(Math.round(classification.accuracy * classification.data.count), classification.data.count)
      session.finish(
        { ...result, ...(accuracy ? { accuracy } : {}) },
        resultText(result, metrics, session.resultStyle),
      )
      if (result.outcome === 'stopped') session.exitCode = EXIT.interrupted
    })
  return addExamples(command, [
    ['sparring finetune runs/dcgan --labels 100', 'on 100 labelled images, ten of each digit'],
    ['sparring finetune runs/dcgan --labels 100 --train head', 'features as they are, a linear probe'],
    [
      'sparring finetune runs/dcgan --labels 100 --from scratch',
      'the same network without what the run learned',
    ],
    [
      'sparring finetune runs/dcgan --labels 100 --draw 2 --seed 2',
      'other labels, other weights of the head',
    ],
    ['sparring audit runs/finetune-...', 'attack the classifier'],
  ])
}
