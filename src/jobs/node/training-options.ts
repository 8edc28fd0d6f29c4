// What a study may say of jobs that train: settings, data and labels, completed as the commands complete them.
import type { LabelledPart } from '../../data/labelled-part.ts'
import { dataSettings, splitDataOptions } from '../../lifecycle/data-settings.ts'
import { commonSettingsOf, resolveSettings } from '../../lifecycle/request.ts'
import type { ModelDefinition } from '../../models/model.ts'
import type { Options } from '../kind.ts'
import { FOLDER, isNamed } from './data.ts'

/** The options of a job that trains, complete. */
export interface Training {
  /** Of the registry. */
  readonly model: string
  /** A name, or `folder`. */
  readonly data: string
  readonly dataOptions: Options
  readonly settings: Options
}

export const trainingIn = <Own extends Training = Training>(options: Options): Own =>
  options as unknown as Own

/** All labels there are, as a study says it: a value of a grid among numbers. */
const ALL = 'all'

/**
 * `labels: all` is no limit. Which examples are drawn follows the seed unless `draw` says it, so that jobs that differ in their seed
 * differ in their labels too, and jobs of one seed that are to be compared have the same.
 */
function withDraw({ labels, draw, ...rest }: Options): Options {
  if (labels === undefined) return draw === undefined ? rest : { ...rest, draw }
  return labels === ALL ? rest : { ...rest, labels, draw: draw ?? rest.seed }
}

const withoutGaps = (options: Options): Options =>
  Object.fromEntries(Object.entries(options).filter(([, value]) => value !== undefined))

/**
 * Completes what a study says.
 *
 * @param model     a definition, or its name
 * @param data      name or folder
 * @param rest      settings of training, of the model and of the data, by name
 * @param usual     settings that hold unless told otherwise
 * @throws ConfigError naming the setting
 */
export function understoodTraining(
  model: string | ModelDefinition,
  data: string,
  rest: Options,
  usual: Options = {},
): Omit<Training, 'model'> & { readonly modelOptions: Options } {
  const { options: dataOptions, settings: asked } = splitDataOptions(data, rest)
  // One thread for each: as many trainings run at once as there are cores.
  const { common, options } = resolveSettings(model, { threads: 1, ...usual, ...withDraw(asked) })
  return {
    data: isNamed(data) ? data : FOLDER,
    dataOptions,
    settings: withoutGaps({ ...common, ...options }),
    modelOptions: options,
  }
}

/** The labelled examples that settings ask for; undefined: all. */
export const labelsIn = ({ labels, draw }: Options): LabelledPart | undefined =>
  labels === undefined ? undefined : { labels: Number(labels), draw: draw as number | undefined }

/** Names of what a study may say of such a job, beside those of its kind. */
export const trainingNames = (
  model: Pick<ModelDefinition, 'learnsLabels' | 'options'> | undefined,
): string[] => [
  ...Object.keys(commonSettingsOf(model ?? {}).shape),
  ...Object.keys(model?.options.shape ?? {}),
  ...dataSettings.map(({ name }) => name),
]

/** What a step's time does not depend on. */
const NO_WORK = new Set(['steps', 'seed', 'sampleEvery', 'checkpointEvery', 'labels', 'draw'])

/** Steps, and the settings on which their time depends. */
export const trainingWork = (kind: string, { model, settings }: Training) => ({
  amount: Number(settings.steps),
  unit: 'steps',
  pace: `${kind} ${model} ${JSON.stringify(
    Object.entries(settings)
      .filter(([name]) => !NO_WORK.has(name))
      .sort(),
  )}`,
})
