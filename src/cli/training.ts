// A training as asked for on the command line: every setting resolved, and how to ask for it again.
import { resolve } from 'node:path'
import { dataSettings, splitDataOptions } from '../lifecycle/data-settings.ts'
import { commonSettingsOf, resolveSettings } from '../lifecycle/request.ts'
import { type Setting, settingsOf, textSetting } from '../lifecycle/setting.ts'
import { type ModelDefinition, usualData } from '../models/model.ts'
import type { CodeRecord } from '../models/own.ts'
import { runName } from '../runs/node/run-name.ts'
import { ConfigError } from '../util/errors.ts'
import { type ConfigFile, type Places, resolveGiven } from './resolve.ts'

/** Where the data is and where the run goes. */
export const PLACES: readonly Setting[] = [
  {
    ...textSetting(
      'data',
      '<name|folder>',
      'a data set (digits, mnist), or a folder of images or of IDX files; given several times, sets are put together and the first one holds out',
    ),
    list: true,
  },
  textSetting('dataDir', '<folder>', "folder that holds the data set's files"),
  textSetting('run', '<folder>', 'folder of the run, new or empty (default: runs/<model>-<time>)'),
]

/** Settings that are of no use to models which bring their own data. */
const OF_CHOSEN_DATA = ['dataDir', 'imageSize', 'channels']

/** All that a training of a model that brings its own data can be told. */
const ownDataSettings = (model: ModelDefinition): Setting[] =>
  [
    ...PLACES.map((place) =>
      place.name === 'data'
        ? { ...place, description: 'nothing else: it makes its data itself', default: usualData(model) }
        : place,
    ),
    ...settingsOf(commonSettingsOf(model), { ...model.defaults }),
  ].filter(({ name }) => !OF_CHOSEN_DATA.includes(name))

/** All that a training of this model can be told. */
export const trainingSettings = (model: ModelDefinition): Setting[] =>
  model.source
    ? [...ownDataSettings(model), ...settingsOf(model.options)]
    : [
        ...PLACES.map((place) => (place.name === 'data' ? { ...place, default: usualData(model) } : place)),
        ...settingsOf(commonSettingsOf(model), { ...model.defaults }),
        ...settingsOf(model.options),
        ...dataSettings,
      ]

/** `runs/mlp-gan-20260131-174509`, in local time; `-2` and so on when that is taken. */
export const defaultRunFolder = (model: string, date: Date, isTaken: (folder: string) => boolean): string =>
  `runs/${runName(model, date, (name) => isTaken(`runs/${name}`))}`

/** A configuration without its `model`, which must be the one that is trained. */
function withoutModel(file: ConfigFile, model: string): ConfigFile {
  const { model: named, ...values } = file.values
  if (named !== undefined && named !== model)
    throw new ConfigError(
      `${file.path}: "model" is ${JSON.stringify(named)}, but the command trains ${model}`,
    )
  return { path: file.path, values }
}

/** A training as asked for, completed. */
export interface Training {
  readonly model: string
  /** Several sets are put together. */
  readonly data: string | readonly string[]
  readonly dataDir?: string
  /** Options of the (first) data set that were given. */
  readonly dataOptions: Readonly<Record<string, unknown>>
  /** Undefined: a new one under `runs`. */
  readonly run?: string
  /** Common settings and model options that were given. */
  readonly given: Readonly<Record<string, unknown>>
  /** The same with the defaults of all others. */
  readonly settings: Readonly<Record<string, unknown>>
}

/** Whether a data set's name can only be a path. Such paths are made absolute: a run may be resumed from elsewhere. */
const isPath = (data: string): boolean => /[\\/]/.test(data) || data.startsWith('.')

/** Names of data sets as they are, paths of folders absolute. */
export function absolute(data: string | readonly string[]): string | string[] {
  const each = [data].flat().map((one) => (isPath(one) ? resolve(one) : one))
  return each.length === 1 ? each[0]! : each
}

/** @throws ConfigError naming the place and name of what is wrong */
export function resolveTraining(
  model: ModelDefinition,
  { code, ...places }: Places & { readonly code?: CodeRecord | undefined },
): Training {
  const { file } = places
  const all = resolveGiven(trainingSettings(model), {
    ...places,
    file: file && withoutModel(file, code?.file ?? model.name),
  })
  const { data = usualData(model), ...others } = all as { readonly data?: string | readonly string[] }
  const { dataDir, run, ...asked } = others as Record<string, string | undefined>
  const [first] = [data].flat() as [string]
  const { options: chosen, given: dataOptions, settings: given } = splitDataOptions(first, asked)
  const { common, options } = resolveSettings(model, given)
  return {
    model: code?.file ?? model.name,
    data: absolute(data),
    ...(dataDir === undefined ? {} : { dataDir: resolve(dataDir) }),
    ...(run === undefined ? {} : { run }),
    dataOptions,
    given,
    settings: { ...common, ...options, ...chosen },
  }
}

/** What `--print-config` prints; a file with this content is a configuration file. */
export const printedConfig = ({
  given: _,
  dataOptions: __,
  settings,
  ...places
}: Training): Record<string, unknown> => ({
  ...places,
  ...settings,
})

/** The arguments that train the same again, into a folder of its own. */
export function commandOf(training: Training, settings: readonly Setting[]): string[] {
  const { model, data, dataDir, given, dataOptions } = training
  const values: Record<string, unknown> = { data, dataDir, ...given, ...dataOptions }
  for (const name of ['steps', 'seed']) values[name] ??= training.settings[name]
  return ['sparring', 'train', model, ...flagsOf(settings, values)]
}

/** Values as the flags that give them. */
export const flagsOf = (settings: readonly Setting[], values: Readonly<Record<string, unknown>>): string[] =>
  settings.flatMap(({ name, flag, kind }) => {
    const value = values[name]
    if (value === undefined) return []
    if (kind === 'boolean') return [value ? flag : flag.replace('--', '--no-')]
    return [value].flat().flatMap((one) => [flag, String(one)])
  })
